import os

BASE_DIR = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SECRET_KEY = os.getenv("SECRET_KEY", "only-for-development-and-tests")
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.staticfiles"]
ROOT_URLCONF = "config.urls"
LOCALE_PATHS = [os.path.join(BASE_DIR, "config", "locale")]
STATIC_URL = "/assets/"
STATIC_ROOT = os.path.join(BASE_DIR, "public", "static")
STATICFILES_DIRS = [os.path.join(BASE_DIR, "assets")]
MEDIA_ROOT = os.path.join(BASE_DIR, "uploads")
