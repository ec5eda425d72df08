DATABASES["default"] = {
    "ENGINE": "mssql",
    "NAME": "tea",
    "USER": "sa",
    "PASSWORD": os.environ["MSSQL_PASSWORD"],
    "HOST": os.environ.get("MSSQL_HOST", "localhost"),
    "OPTIONS": {"driver": "ODBC Driver 18 for SQL Server"},
}
