"""What a project's existing Docker files say: those of the software handbook, and files of its own like them.

https://ocp-software-handbook.readthedocs.io/en/latest/docker/django.html
"""

from .handbook import read_handbook
from .nginx import read_locations
from .own_gunicorn import read_own_gunicorn
from .own_nginx import read_own_nginx

ADOPTERS = (read_handbook, read_locations, read_own_gunicorn, read_own_nginx)
