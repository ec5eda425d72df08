STATIC_ROOT = BASE_DIR.parent / "public"
