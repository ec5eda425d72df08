"""From Findings to the services of compose.yaml, and to the variables of its services, .env and .env.example."""

from collections.abc import Mapping
from typing import Any

from . import image_defaults, storage_defaults
from .connections import connections
from .default import Default
from .detection import Certainty, Findings
from .detection.data import mapping, text_of

SET_ANYWAY = frozenset(
    ("DJANGO_ENV", "DJANGO_SETTINGS_MODULE", "DJANGO_CONFIGURATION", "WEB_CONCURRENCY", "GUNICORN_CMD_ARGS", "PORT")
)
# Variables of those who run tests, and of the hosting services that set them: nobody sets them in an .env.
OF_OTHERS = frozenset(("CI", "TESTING", "TOX_ENV_NAME", "DYNO", "HEROKU_APP_NAME", "GITHUB_ACTIONS", "RENDER"))
SECRET_KEYS = ("SECRET_KEY", "DJANGO_SECRET_KEY")
# Those who issue a password or a key themselves: a random one would only look as if it were one.
ISSUERS = frozenset(
    "AWS CRONITOR EMAIL GITHUB GOOGLE HUGGINGFACEHUB MAIL MAILGUN OPENAI PAYPAL SENDGRID SMTP STRIPE TWILIO".split()  # noqa: SIM905
)
TYPES = {"bool": "true or false", "int": "a number", "url": "a URL"}


# The module in compose.dev.yaml that is production's with DEBUG on.
DEVELOPMENT_SETTINGS = "development_settings"
# The module in the image that is production's with what compose_settings says.
COMPOSE_SETTINGS = "compose_settings"


def services(findings: Findings) -> Default:
    """Return the services that settings connect to, each with its image."""
    found = connections(findings)
    return Default(found.services, next(iter(found.sources.values()), ""))


def database_name(findings: Findings) -> Default:
    """Return the name of the database that settings expect in the service."""
    found = connections(findings)
    return Default(found.database_name or "django", next(iter(found.sources.values()), "") if found.kinds else "")


def database_user(findings: Findings) -> Default:
    """Return the user as which settings log in to the database."""
    found = connections(findings)
    return Default(found.database_user or "django", next(iter(found.sources.values()), "") if found.kinds else "")


def compose_settings(findings: Findings) -> Default:
    """Return the settings that say where a service is, and that no variable changes, each with what Compose has."""
    found = connections(findings)
    return Default(found.settings, next(iter(found.sources.values()), "") if found.settings else "")


def migrate(findings: Findings) -> Default:
    """Return False where settings set no database, so that Django has only its dummy, which cannot be migrated."""
    databases = findings.found.get("databases")
    if databases is None or databases.value or databases.note != "nothing sets DATABASES":
        engine = text_of(mapping(mapping(databases.value if databases else {}).get("default")).get("engine"))
        return Default(not engine.endswith(".dummy"))
    # https://docs.djangoproject.com/en/stable/ref/settings/#databases
    return Default(any(item["name"] in ("postgresql", "mysql") for item in findings.value("services", [])))


def env_example(findings: Findings) -> Default:
    """Return False where the project has an .env.example of its own, which stays as it is."""
    own = text_of(findings.value("env_example"))
    return Default(not own, own)


def compose_environment(findings: Findings, image: Mapping[str, str]) -> Default:
    """Return the variables that point settings at the services, and the hosts under which this machine asks."""
    source = text_of(findings.value("settings_file"))
    found = _allowed_hosts(findings, image) | _debug(findings) | _https(findings) | connections(findings).environment
    if compose_settings(findings).value:
        found["DJANGO_SETTINGS_MODULE"] = COMPOSE_SETTINGS
    return Default({name: value for name, value in found.items() if name not in image or value}, source)


def _allowed_hosts(findings: Findings, image: Mapping[str, str]) -> dict[str, str]:
    """Return the variable of ALLOWED_HOSTS, with this machine's names, where settings refuse 127.0.0.1 without it."""
    hosts = findings.value("allowed_hosts", [])
    # What is found for DEBUG holds without the variables that the image sets.
    image_debug = [value for name, value in image.items() if name.upper().endswith("DEBUG")]
    if "*" in hosts or {"localhost", "127.0.0.1"} <= {host.lstrip(".") for host in hosts}:
        return {}
    if findings.value("debug") and not image_debug and not hosts:
        return {}  # https://docs.djangoproject.com/en/stable/ref/settings/#allowed-hosts
    items = [
        item
        for item in findings.value("environment", [])
        if "ALLOWED_HOST" in item["name"].upper() and not {"CORS", "OIDC", "REDIRECT"} & {*item["name"].split("_")}
    ]
    made_of = mapping(findings.value("allowed_hosts_variables"))
    if not items and not {"localhost", "127.0.0.1"} & {host.lstrip(".") for host in hosts}:
        items = [item for item in findings.value("environment", []) if made_of.get(item["name"]) is False]
    if items:
        several = made_of.get(items[0]["name"], True)
        return {items[0]["name"]: f"localhost{items[0]['separator']}127.0.0.1" if several else "localhost"}
    names = [host.lstrip(".") for host in hosts if ":" not in host]
    # No variable changes these: the health check must ask for one of them.
    host = "127.0.0.1" if "127.0.0.1" in names else next(iter(names), "localhost")
    return {"HEALTHCHECK_HOST": host} if "localhost" not in [host, *names] else {}


def _debug(findings: Findings) -> dict[str, str]:
    """Return the variables that turn DEBUG on where settings allow no host: with it, Django answers this machine.

    https://docs.djangoproject.com/en/stable/ref/settings/#allowed-hosts
    """
    hosts = findings.found.get("allowed_hosts")
    unknown = hosts is not None and hosts.certainty is Certainty.ASSUMED and hosts.source
    if hosts is None or hosts.value or unknown or not findings.value("settings_file"):
        return {}
    image = {item["name"]: item["production"] for item in findings.value("environment", []) if item["production"]}
    if _is_debug_on(findings) or _allowed_hosts(findings, image):
        return {}
    found = mapping(findings.value("debug_environment"))
    return {name: value for name, value in found.items() if name not in SET_ANYWAY}


def _is_debug_on(findings: Findings) -> bool:
    """Return whether DEBUG is on, also with the variables that the image sets."""
    image = (item["name"] for item in findings.value("environment", []) if item["production"])
    return bool(findings.value("debug")) and not any(name.upper().endswith("DEBUG") for name in image)


def _https(findings: Findings) -> dict[str, str]:
    """Return what lets a request reach a view, where settings redirect to HTTPS.

    Where nginx is before Django, it says that it came by HTTPS, and Gunicorn has to believe it if settings do not.
    Where nothing is, no redirect would lead anywhere on this machine.
    https://docs.djangoproject.com/en/stable/ref/settings/#secure-ssl-redirect
    https://gunicorn.org/reference/settings/#forwarded_allow_ips
    """
    redirect = findings.found.get("secure_ssl_redirect")
    if not redirect or not redirect.value:
        return {}
    if image_defaults.static_server(findings)[0] == "nginx":
        return {} if findings.value("secure_proxy_ssl_header") else {"FORWARDED_ALLOW_IPS": "*"}
    name = image_defaults.ssl_redirect_variable(findings)
    return {name: "False"} if name else {}


def required_environment(findings: Findings, image: Mapping[str, str]) -> Default:
    """Return the variables without which settings do not start, or cannot log in to a service of Compose."""
    given = {*SET_ANYWAY, *image, *compose_environment(findings, image).value}
    names = [item["name"] for item in findings.value("environment", []) if item["required"]]
    names += connections(findings).required
    return Default(sorted(set(names) - given), text_of(findings.value("settings_file")))


def dotenv(findings: Findings, image: Mapping[str, str]) -> Default:
    """Return the variables of the first .env; an empty value stands for a fresh random secret."""
    read = {item["name"]: item for item in findings.value("environment", [])}
    given = {*image, *compose_environment(findings, image).value}
    names = [name for name in SECRET_KEYS if name in read and name not in given][:1]
    names += [name for name in required_environment(findings, image).value if name not in names]
    found = {name: _first_value(findings, read[name]) for name in names if name in read}
    for name, value in connections(findings).dotenv.items():
        found[name] = value
    return Default(found, text_of(findings.value("settings_file")) if found else "")


def _first_value(findings: Findings, item: Mapping[str, Any]) -> str:
    """Return a value with which settings start: "", a random secret, where one is as good as another."""
    name, dummy = item["name"].upper(), text_of(item["dummy"])
    url = f"http://localhost:{findings.value('django_port') or 8000}"
    if default := text_of(item["default"]):
        return default if not item["secret"] else ""
    if item["secret"] and item["type"] == "str" and "DSN" not in name:
        words = {*name.split("_")}
        return "change-me" if words & ISSUERS and "WEBHOOK" not in words else ""
    if dummy.startswith("sqlite:"):
        return f"sqlite:///{storage_defaults.sqlite(findings)}"
    if dummy.endswith("/build.sqlite3"):
        return storage_defaults.sqlite(findings)
    if name.endswith("ORIGINS") or (item["type"] == "url" and any(word in name for word in ("SITE", "BASE", "HOST"))):
        return url
    if name.endswith(("PROTOCOL", "SCHEME")):
        return "http"
    if "@" in dummy and name.endswith(("EMAIL", "MAIL_FROM")):
        return "root@localhost" if "SERVER" in name else "webmaster@localhost"
    return "change-me" if dummy in ("build", "") else dummy


def settings_environment(findings: Findings, image: Mapping[str, str]) -> Default:
    """Return all other variables that settings read: what settings use without them, and a comment."""
    given = {*SET_ANYWAY, *OF_OTHERS, *image}
    given |= {*compose_environment(findings, image).value, *required_environment(findings, image).value}
    given |= dotenv(findings, image).value.keys()
    found = {}
    for item in findings.value("environment", []):
        if item["name"] in given or item["name"] in found:
            continue
        default = text_of(item["default"])
        if item["type"] == "int":  # int("False") would fail
            default = {"False": "0", "True": "1"}.get(default, default)
        shown = "" if item["secret"] or not default.isprintable() or len(default) > 200 else default
        found[item["name"]] = [shown, ", ".join(filter(None, (_type(item), _where(item))))]
    return Default(found, text_of(findings.value("settings_file")) if found else "")


def _type(item: Mapping[str, Any]) -> str:
    if item["type"] == "list":
        return {",": "separated by commas", " ": "separated by spaces"}.get(item["separator"], "a list")
    if item["type"] == "int" and item["default"] in ("False", "True"):
        return "0 or 1"
    return "a secret" if item["secret"] else TYPES.get(item["type"], "")


def _where(item: Mapping[str, Any]) -> str:
    path = text_of(item["source"]).rpartition(":")[0]
    return f"read in {path}" if path.isprintable() and path else ""


def development_environment(findings: Findings) -> Default:
    """Return the variables that turn DEBUG on; where none does, those of settings that compose.dev.yaml has itself."""
    found = findings.value("debug_environment", {})
    if found or findings.value("debug") or not findings.value("settings_module"):
        return Default(found, findings.found["debug_environment"].source if found else "")
    if findings.value("configuration_class"):
        return Default({})
    return Default({"DJANGO_SETTINGS_MODULE": DEVELOPMENT_SETTINGS})


def notes(findings: Findings) -> list[str]:
    """Return sentences on services that settings expect where Compose cannot put them, for the person to read."""
    engines = [item["name"] for item in findings.value("services", []) if item["certainty"] == Certainty.STATED]
    found = connections(findings).notes
    if on := _debug(findings):
        found.append(
            f"Without DEBUG the settings allow no host, so compose.yaml sets {', '.join(on)}: give ALLOWED_HOSTS your "
            "hosts, and take that out, before others can reach the site."
        )
    elif _is_debug_on(findings):
        found.append(
            f"DEBUG is on ({findings.found['debug'].source}), so that pages show tracebacks and settings. Turn it "
            "off, and give ALLOWED_HOSTS your hosts, before others can reach the site."
        )
    found += storage_defaults.notes(findings)
    for name in ("elasticsearch", "opensearch", "minio", "mongodb"):
        if name in engines:
            found.append(f"The project runs {name}, which compose.yaml does not: add it in compose.override.yaml.")
    return found
