import os

if os.environ.get("STAGE") == "live":
    from .live import *
else:
    from .local import *
