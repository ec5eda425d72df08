import dj_database_url

DATABASES = {"default": dj_database_url.config(ssl_require=not DEBUG)}
