import dynaconf

settings = dynaconf.DjangoDynaconf(__name__)
