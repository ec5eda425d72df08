INSTALLED_APPS += ["mysite"]
