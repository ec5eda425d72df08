from pydantic_settings import BaseSettings, SettingsConfigDict


class Environment(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="TEA_")

    secret_key: str
    cups: int
    colour: str = "green"


SECRET_KEY = Environment().secret_key
