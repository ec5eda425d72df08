STATICFILES_DIRS = [BASE_DIR / "web", BASE_DIR / "node_modules/normalize.css"]
