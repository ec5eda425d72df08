import locale

locale.setlocale(locale.LC_ALL, "pt_BR.UTF-8")
