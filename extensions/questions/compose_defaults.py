"""From Findings to the services of compose.yaml, and to the variables of its services, .env and .env.example."""

from collections.abc import Mapping
from typing import Any

from ..project import Certainty, Findings
from ..project.data import mapping, text_of
from ..project.secrets import HIDDEN
from ..project.settings.connections import default_database
from ..project.settings.variables import OF_OTHERS
from ..services.connections import can_be_changed, connections
from ..services.seen import not_run, seen
from . import deployment_defaults, image_defaults, storage_defaults
from .default import Default

SET_ANYWAY = frozenset(
    ("DJANGO_ENV", "DJANGO_SETTINGS_MODULE", "DJANGO_CONFIGURATION", "WEB_CONCURRENCY", "GUNICORN_CMD_ARGS", "PORT")
)
SECRET_KEYS = ("SECRET_KEY", "DJANGO_SECRET_KEY")
# Those who issue a password or a key themselves: a random one would only look as if it were one.
ISSUERS = frozenset(
    "AWS CRONITOR EMAIL GITHUB GOOGLE HUGGINGFACEHUB MAIL MAILGUN OPENAI PAYPAL SENDGRID SMTP STRIPE TWILIO".split()  # noqa: SIM905
)
TYPES = {"bool": "true or false", "int": "a number", "url": "a URL"}


# The hosts at which a person asks for the site on this machine, where alone its port is open.
THIS_MACHINE = ("localhost", "127.0.0.1")
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
    """Return the settings that no variable changes, each with what Compose has: where a service is, which hosts."""
    found = connections(findings)
    hosts = _hosts_setting(findings) | deployment_defaults.compression(findings)
    source = next(iter(found.sources.values()), "") if found.settings else _source(findings, "allowed_hosts")
    return Default(found.settings | hosts, source if found.settings or hosts else "")


def migrate(findings: Findings) -> Default:
    """Return False where settings set no database, so that Django has only its dummy, which cannot be migrated."""
    databases = findings.found.get("databases")
    if databases is None or databases.value or databases.note != "nothing sets DATABASES":
        return Default(not (default_database(findings).engine or "").endswith(".dummy"))
    # https://docs.djangoproject.com/en/stable/ref/settings/#databases
    return Default(any(item.name in ("postgresql", "mysql") for item in seen(findings)))


def env_example(findings: Findings) -> Default:
    """Return False where the project has an .env.example of its own, which stays as it is."""
    own = text_of(findings.value("env_example"))
    return Default(not own, own)


def compose_environment(findings: Findings, image: Mapping[str, str]) -> Default:
    """Return the variables that point settings at the services, and the hosts under which this machine asks."""
    source = text_of(findings.value("settings_file"))
    found = _allowed_hosts(findings) | _https(findings) | connections(findings).environment
    if compose_settings(findings).value:
        found["DJANGO_SETTINGS_MODULE"] = COMPOSE_SETTINGS
    return Default({name: value for name, value in found.items() if name not in image or value}, source)


def _allowed_hosts(findings: Findings) -> dict[str, str]:
    """Return the variable of ALLOWED_HOSTS, with this machine's names, where settings refuse 127.0.0.1 without it.

    Where no variable changes ALLOWED_HOSTS, it is the host that the health check has to ask for.
    """
    names = _host_names(findings)
    if "*" in names or set(THIS_MACHINE) <= set(names) or _lets_in_by_debug(findings):
        return {}
    if item := _hosts_variable(findings):
        several = mapping(findings.value("allowed_hosts_variables")).get(item["name"], True)
        return {item["name"]: item["separator"].join(THIS_MACHINE) if several else THIS_MACHINE[0]}
    names = [name for name in names if ":" not in name]
    if "localhost" in names or not names or _hosts_setting(findings):
        return {}
    return {"HEALTHCHECK_HOST": "127.0.0.1" if "127.0.0.1" in names else names[0]}


def _hosts_variable(findings: Findings) -> Mapping[str, Any]:
    """Return the variable that changes ALLOWED_HOSTS, {} for none: by its name, or as its text is a host or hosts."""
    read = findings.value("environment", [])
    for item in read:
        if "ALLOWED_HOST" in item["name"].upper() and not {"CORS", "OIDC", "REDIRECT"} & {*item["name"].split("_")}:
            return mapping(item)
    if set(THIS_MACHINE) & set(_host_names(findings)):
        return {}
    made_of = mapping(findings.value("allowed_hosts_variables"))
    hosts = (item for item in read if made_of.get(item["name"]) is False or item["type"] == "list")
    return next((mapping(item) for item in hosts if item["name"] in made_of), {})


def _hosts_setting(findings: Findings) -> dict[str, list[str]]:
    """Return ALLOWED_HOSTS with this machine's names, where settings refuse all of them and no variable changes that.

    https://docs.djangoproject.com/en/stable/ref/settings/#allowed-hosts
    """
    if not _is_refused(findings) or not can_be_changed(findings):
        return {}
    own = ["*ALLOWED_HOSTS"] if _source(findings, "allowed_hosts") else []
    return {"ALLOWED_HOSTS": [*own, *THIS_MACHINE]}


def _is_refused(findings: Findings) -> bool:
    """Return whether settings refuse this machine, whatever the variables are."""
    hosts = findings.found.get("allowed_hosts")
    if not hosts or (hosts.certainty is Certainty.ASSUMED and hosts.source):
        return False
    if not (hosts.source or findings.value("installed_apps")):
        return False
    names = _host_names(findings)
    if {"*", *THIS_MACHINE} & set(names) or _lets_in_by_debug(findings):
        return False
    return not _hosts_variable(findings)


def _host_names(findings: Findings) -> list[str]:
    return [host.lstrip(".") for host in findings.value("allowed_hosts", [])]


def is_localhost_alone(findings: Findings) -> bool:
    """Return whether settings let in localhost, and not 127.0.0.1."""
    names = _host_names(findings)
    return "localhost" in names and not {"127.0.0.1", "*"} & set(names)


def _lets_in_by_debug(findings: Findings) -> bool:
    """Return whether Django lets this machine in because DEBUG is on, and no host is named."""
    return bool(findings.value("debug_in_production")) and not findings.value("allowed_hosts")


def _source(findings: Findings, name: str) -> str:
    return findings.found[name].source if name in findings.found else ""


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
    if item["hidden"] or (item["secret"] and item["default"]):
        return ""
    if default := text_of(item["default"]):
        return default
    if not item["secret"] and (own := deployment_defaults.own_value(findings, item["name"])):
        return own
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
    if found or findings.value("debug_in_production") or not findings.value("settings_module"):
        return Default(found, findings.found["debug_environment"].source if found else "")
    if findings.value("configuration_class"):
        return Default({})
    return Default({"DJANGO_SETTINGS_MODULE": DEVELOPMENT_SETTINGS})


def notes(findings: Findings) -> list[str]:
    """Return sentences on services that settings expect where Compose cannot put them, for the person to read."""
    found = [
        *_debug_notes(findings),
        *_host_notes(findings),
        *connections(findings).notes,
        *_secrets(findings),
        *storage_defaults.notes(findings),
    ]
    for name in not_run(findings):
        found.append(f"The project runs {name}, which compose.yaml does not: add it in compose.override.yaml.")
    return found


def _secrets(findings: Findings) -> list[str]:
    """Return sentences on secrets that the project's files hold, by their names and places only."""
    found = []
    if key := findings.found.get("secret_key_stated"):
        found.append(
            f"SECRET_KEY is in the code ({key.source}), so that all who read it can forge sessions: read it from a "
            "variable, and make a new one."
        )
    for item in findings.value("ignored_modules", []):
        names = ", ".join(item["names"]) or "what it sets"
        if item["needed"]:
            found.append(
                f"No image holds {item['path']}, which git ignores, and settings need it ({item['source']}): let "
                f"them read {names} from variables instead, which .env sets."
            )
        else:
            found.append(
                f"No image holds {item['path']}, which git ignores ({item['source']}): what production needs of it, "
                "let settings read from variables, which .env sets."
            )
    for what, source in mapping(findings.value("handbook_extra", {}).get("left_out")).items():
        found.append(
            f"{what} ({source}) is left out, as it holds a secret: set that in .env, or give it to the build by "
            "https://docs.docker.com/build/building/secrets/."
        )
    if location := findings.value("nginx_left_out"):
        found.append(f"A location of nginx is left out, as it holds a secret ({location}): include it from a file.")
    for item in findings.value("processes", []):
        if HIDDEN in f"{item['command']} {item.get('runs', '')}" and item["kind"] != "web":
            found.append(
                f"The command in {item['source']} holds a secret, and is not taken over: let it read that from a "
                "variable."
            )
    return found


def _debug_notes(findings: Findings) -> list[str]:
    if not findings.value("debug_in_production"):
        return []
    where = _source(findings, "debug_in_production")
    return [f"DEBUG is on ({where}), so error pages show settings: turn it off before others can reach the site."]


def _host_notes(findings: Findings) -> list[str]:
    """Return a sentence on hosts that settings do not let in: this machine's, or all."""
    if not _is_refused(findings):
        return []
    where = _source(findings, "allowed_hosts") or text_of(findings.value("settings_file"))
    names = _host_names(findings)
    if not names:
        until = "answers this machine only" if can_be_changed(findings) else "answers nobody"
        return [f"ALLOWED_HOSTS names no host ({where}), so the site {until}: add the site's name there."]
    if can_be_changed(findings):
        return []
    ask = f"curl --header 'Host: {names[0]}' http://127.0.0.1:{findings.value('django_port') or 8000}"
    return [f"ALLOWED_HOSTS refuses this machine ({where}): add localhost there, or ask with `{ask}`."]
