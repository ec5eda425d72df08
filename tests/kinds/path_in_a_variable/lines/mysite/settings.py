OFFICE_URL = os.environ["OFFICE_URL"]
