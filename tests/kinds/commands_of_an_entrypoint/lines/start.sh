#!/bin/sh -e
python manage.py migrate
python manage.py loaddata groups
python manage.py add_managers
exec "$@"
