WAREHOUSE = os.environ["WAREHOUSE"]
SHELVES = int(os.environ["SHELVES"])
