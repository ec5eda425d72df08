FORCE_SCRIPT_NAME = "/tea"
STATIC_URL = "/tea/static/"
