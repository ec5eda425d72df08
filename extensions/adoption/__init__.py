"""What the handbook's files of a project say, for a project that has them already, and own files of the same kind.

https://ocp-software-handbook.readthedocs.io/en/latest/docker/django.html
"""

from .handbook import read_handbook
from .nginx import read_locations
from .own_gunicorn import read_own_gunicorn
from .own_nginx import read_own_nginx

ADOPTERS = (read_handbook, read_locations, read_own_gunicorn, read_own_nginx)
