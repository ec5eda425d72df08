ALLOWED_HOSTS = ["tea.example"]
