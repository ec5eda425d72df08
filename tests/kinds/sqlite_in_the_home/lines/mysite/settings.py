DATABASES["default"]["NAME"] = os.path.expanduser("~/notes.sqlite3")
