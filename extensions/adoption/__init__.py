"""What the handbook's files of a project say, for a project that has them already.

https://ocp-software-handbook.readthedocs.io/en/latest/docker/django.html
"""

from .handbook import read_handbook
from .nginx import read_locations

ADOPTERS = (read_handbook, read_locations)
