class Logs:
    def allow_migrate(self, database, app_label, **hints):
        return (database == "logs") == (app_label == "logs")
