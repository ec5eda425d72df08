from .shared import *

DEBUG = False
