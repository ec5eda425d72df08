INSTALLED_APPS.insert(0, "daphne")
ASGI_APPLICATION = "mysite.asgi.application"
