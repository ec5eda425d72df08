from .shared import *

DEBUG = True
