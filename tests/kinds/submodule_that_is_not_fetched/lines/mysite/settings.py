import sys

sys.path.append(str(BASE_DIR / "vendor/brand"))
INSTALLED_APPS += ["brand"]
