"""The handbook's own files, and a project as its Cookiecutter makes one, for test_images.py.

https://ocp-software-handbook.readthedocs.io/en/latest/docker/django.html, filled in with `use_fathom` y,
`requirements.txt`, Python 3.13 and the slug `benchmark`. The page shows neither `default.conf` nor `compose.yaml`:
these are the shortest that work.
"""

PROJECT = {
    ".gitignore": "*.py[cod]\n/.env\n/db.sqlite3\n/static/\n",
    ".python-version": "3.13\n",
    # Of these, psycopg-c is compiled.
    "requirements.txt": """\
asgiref==3.13.0
certifi==2026.10.18
dj-database-url==3.1.2
django==6.1.3
django-environ==0.14.0
gunicorn==27.0.1
packaging==26.0
psycopg[c]==3.3.8
psycopg-c==3.3.8
sentry-sdk==2.75.0
sqlparse==0.6.1
typing-extensions==4.15.0
urllib3==2.8.0
""",
    "manage.py": """\
#!/usr/bin/env python
import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
""",
    "core/__init__.py": "",
    "core/wsgi.py": """\
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
application = get_wsgi_application()
""",
    "core/settings.py": """\
import os
from pathlib import Path

import dj_database_url
import sentry_sdk

BASE_DIR = Path(__file__).resolve().parent.parent
production = os.getenv("DJANGO_ENV") == "production"

SECRET_KEY = os.getenv("SECRET_KEY", "!!!SECRET_KEY!!!")
DEBUG = not production
ALLOWED_HOSTS = [".localhost", "127.0.0.1", "[::1]"]
if "ALLOWED_HOSTS" in os.environ:
    ALLOWED_HOSTS.extend(os.getenv("ALLOWED_HOSTS").split(","))

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "core",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "core.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
WSGI_APPLICATION = "core.wsgi.application"
DATABASES = {"default": dj_database_url.config(default=f"sqlite:///{BASE_DIR}/db.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en-us"
LOCALE_PATHS = [BASE_DIR / "core" / "locale"]
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"": {"handlers": ["console"], "level": "INFO"}},
}

if production and "SENTRY_DSN" in os.environ:
    sentry_sdk.init(dsn=os.getenv("SENTRY_DSN"), traces_sample_rate=0)
""",
    "core/urls.py": """\
from django.contrib import admin
from django.urls import path

from core.views import home

urlpatterns = [path("admin/", admin.site.urls), path("", home)]
""",
    "core/views.py": """\
from django.contrib.auth import get_user_model
from django.shortcuts import render


def home(request):
    return render(request, "home.html", {"users": get_user_model().objects.count()})
""",
    "core/templates/home.html": """\
{% load i18n static %}<!doctype html>
<title>{% translate "Home" %}</title>
<link rel="stylesheet" href="{% static "admin/css/base.css" %}">
<p>{{ users }}</p>
""",
    "core/locale/fr/LC_MESSAGES/django.po": """\
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Home"
msgstr "Accueil"
""",
}

HANDBOOK = {
    "Dockerfile_django": """\
FROM python:3.13 AS build-stage

COPY requirements.txt /tmp/requirements.txt

RUN pip install --no-cache-dir -r /tmp/requirements.txt

WORKDIR /workdir

COPY . .

ENV DJANGO_ENV=production

RUN python manage.py collectstatic --noinput -v2

FROM python:3.13

RUN apt-get update && apt-get install -y --no-install-recommends \\
      gettext \\
   && rm -rf /var/lib/apt/lists/*

RUN groupadd -r runner && useradd --no-log-init -r -g runner runner

COPY requirements.txt /tmp/requirements.txt

RUN pip install --no-cache-dir -r /tmp/requirements.txt

WORKDIR /workdir

USER runner:runner

COPY --chown=runner:runner . .

# Django needs a copy of the staticfiles.json manifest file.
COPY --from=build-stage --chown=runner:runner /workdir/static/staticfiles.json /workdir/static/staticfiles.json

ENV DJANGO_ENV=production

ENV WEB_CONCURRENCY=2

RUN python manage.py compilemessages

EXPOSE 8000

CMD ["gunicorn", "core.wsgi", "--bind", "0.0.0.0:8000", "--worker-tmp-dir", "/dev/shm", "--threads", "2", "--name", \
"benchmark"]
""",
    "Dockerfile_static": """\
FROM python:3.13 AS build-stage

COPY requirements.txt /tmp/requirements.txt

RUN pip install --no-cache-dir -r /tmp/requirements.txt

WORKDIR /workdir

COPY . .

ENV DJANGO_ENV=production

RUN python manage.py collectstatic --noinput -v2

FROM nginxinc/nginx-unprivileged:latest AS production-stage

USER root

COPY --from=build-stage --chown=nginx:root /workdir/static /usr/share/nginx/html/static

COPY --chown=nginx:root default.conf /etc/nginx/conf.d/default.conf

USER nginx
""",
    "default.conf": """\
server {
    listen 8080;
    root /usr/share/nginx/html;
}
""",
    # The user of the image may not write to /workdir: SQLite's file is in /tmp, for the migration and for the pages.
    "compose.yaml": """\
services:
  django:
    build:
      context: .
      dockerfile: Dockerfile_django
    environment:
      DATABASE_URL: sqlite:////tmp/db.sqlite3
      GUNICORN_CMD_ARGS: --workers 3
    volumes:
      - data:/tmp
    ports:
      - "127.0.0.1:{django_port}:8000"
  static:
    build:
      context: .
      dockerfile: Dockerfile_static
    ports:
      - "127.0.0.1:{static_port}:8080"

volumes:
  data:
""",
}
