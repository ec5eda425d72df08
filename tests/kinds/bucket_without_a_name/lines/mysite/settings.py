AWS_STORAGE_BUCKET_NAME = os.environ.get("TEA_BUCKET")
STORAGES = {name: {"BACKEND": "storages.backends.s3.S3Storage"} for name in ("default", "staticfiles")}
