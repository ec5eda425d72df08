MEDIA_ROOT = STATIC_ROOT / "photos"
MEDIA_URL = "/static/photos/"
