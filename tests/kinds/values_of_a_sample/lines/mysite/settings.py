SECRET_KEY = os.environ["SECRET_KEY"]
COUNTRY = os.environ["COUNTRY"]
ORDERS_PER_PAGE = int(os.environ["ORDERS_PER_PAGE"])
DEFAULT_FROM_EMAIL = os.environ["SENDER"]
