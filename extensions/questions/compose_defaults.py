"""The defaults for compose.yaml: its services, and the variables of these services, .env and .env.example."""

import re
from collections.abc import Mapping

from ..project import Certainty
from ..project.dependencies.requirements import parse_version
from ..project.evaluation.environment import ReadVariable
from ..project.evaluation.state import EMPTY
from ..project.secrets import HIDDEN
from ..project.settings.names import IN_PART
from ..project.settings.variables import OF_OTHERS
from ..services.connections import can_be_changed, connections
from ..services.kinds import is_database
from ..services.site import Site, not_run
from . import deployment_defaults, image_defaults, process_defaults, static_defaults, storage_defaults
from .default import Default

SET_ANYWAY = frozenset(
    ("DJANGO_ENV", "DJANGO_SETTINGS_MODULE", "DJANGO_CONFIGURATION", "WEB_CONCURRENCY", "GUNICORN_CMD_ARGS", "PORT")
)
SECRET_KEYS = ("SECRET_KEY", "DJANGO_SECRET_KEY")
# The files that may hold the secrets of one server: the one that Compose reads by itself, and one beside it.
DOTENV, BESIDE_DOTENV = ".env", ".env.secrets"
# Those who issue a password or a key themselves: a random one would only look as if it were one.
ISSUERS = frozenset(
    "AWS CRONITOR EMAIL GITHUB GOOGLE HUGGINGFACEHUB MAIL MAILGUN OPENAI PAYPAL SENDGRID SMTP STRIPE TWILIO".split()  # noqa: SIM905
)
JSON = {"json": "a JSON list", "object": "a JSON object"}
TYPES = JSON | {"bool": "true or false", "int": "a number", "url": "a URL"}


# An address that nobody has: https://www.rfc-editor.org/rfc/rfc2606
EXAMPLE = re.compile(r"https?://([\w-]+\.)*example(\.(com|net|org))?(?![\w.-])")
# The hosts at which a person asks for the site on this machine, where alone its port is open.
THIS_MACHINE = ("localhost", "127.0.0.1")
# The module in compose.dev.yaml that is production's with DEBUG on.
DEVELOPMENT_SETTINGS = "development_settings"
# The module in the image that is production's with what compose_settings says.
COMPOSE_SETTINGS = "compose_settings"


def services(site: Site) -> Default:
    """Return the services that settings connect to, each with its image."""
    found = connections(site)
    return Default(found.services, next(iter(found.sources.values()), ""))


def database_name(site: Site) -> Default:
    """Return the name of the database that settings expect in the service."""
    found = connections(site)
    return Default(found.database_name or "django", next(iter(found.sources.values()), "") if found.kinds else "")


def database_user(site: Site) -> Default:
    """Return the user as which settings log in to the database."""
    found = connections(site)
    return Default(found.database_user or "django", next(iter(found.sources.values()), "") if found.kinds else "")


def extra_databases(site: Site) -> Default:
    """Return the names of the other databases that settings expect in the same service."""
    names = list(connections(site).extra)
    return Default(names, site.settings.databases.source if names else "")


OF_TLS: tuple[tuple[set[str], str, str | dict[str, str]], ...] = (
    ({"postgresql", "postgis"}, "sslmode", "disable"),
    ({"mysql", "mariadb"}, "ssl", {}),
)


def compose_settings(site: Site) -> Default:
    """Return the settings that no variable changes, each with what Compose has: services, hosts, files of storages."""
    found = connections(site)
    files = site.settings.in_files
    hosts: dict[str, str | list[str] | dict[str, str]] = {path: text or {} for path, text in files.value.items()}
    hosts |= _hosts_setting(site)
    hosts |= deployment_defaults.compression(site)
    hosts |= static_defaults.read_static_root(site)
    hosts |= _without_tls(site)
    source = next(iter(found.sources.values()), "") if found.settings else site.settings.allowed_hosts.source
    source = files.source if files.value and not found.settings else source
    return Default(found.settings | hosts, source if found.settings or hosts else "")


def _without_tls(site: Site) -> dict[str, str | dict[str, str]]:
    """Return the settings by which Compose's services, which have no certificate, are connected to."""
    found = connections(site)
    changed: dict[str, str | dict[str, str]] = {}
    if not site.layout.can_be_changed:
        return {}
    for kinds, option, value in OF_TLS:
        if site.settings.database_tls.value and not kinds.isdisjoint(found.kinds):
            changed |= {f"DATABASES.{alias}.OPTIONS.{option}": value for alias in found.databases}
    if not {"valkey", "redis", "rabbitmq"}.isdisjoint(found.kinds):
        changed |= {name: {} for name in site.settings.tls_options.value}
    return changed


def migrate(site: Site) -> Default:
    """Return False where settings set no database, so that Django has only its dummy, which cannot be migrated."""
    databases = site.settings.databases
    if databases.value or databases.note != "nothing sets DATABASES":
        return Default(not (site.settings.default_database.engine or "").endswith(".dummy"))
    # https://docs.djangoproject.com/en/stable/ref/settings/#databases
    return Default(any(is_database(item.name) for item in site.seen))


def env_example(site: Site) -> Default:
    """Return False where the project has an .env.example of its own, which stays as it is."""
    own = site.alternatives.env_example.value
    return Default(not own, own)


def compose_environment(site: Site, image: Mapping[str, str]) -> Default:
    """Return the variables that point settings at the services, and the hosts under which this machine asks."""
    source = site.layout.settings_file.value
    found = _allowed_hosts(site) | _origins(site) | _https(site) | connections(site).environment
    if compose_settings(site).value:
        found["DJANGO_SETTINGS_MODULE"] = COMPOSE_SETTINGS
    return Default({name: value for name, value in found.items() if name not in image or value}, source)


def _allowed_hosts(site: Site) -> dict[str, str]:
    """Return the variable of ALLOWED_HOSTS, with this machine's names, where settings refuse 127.0.0.1 without it.

    Where no variable changes ALLOWED_HOSTS, it is the host that the health check has to ask for.
    """
    names = _host_names(site)
    if "*" in names or set(THIS_MACHINE) <= set(names) or _lets_in_by_debug(site):
        return {}
    if item := _hosts_variable(site):
        several = site.settings.allowed_hosts_variables.value.get(item.name, True)
        if item.separator == "@merge":  # https://www.dynaconf.com/merging/
            return {item.name: f"@merge {','.join(THIS_MACHINE)}"}
        port = site.adopted.django_port.value or 8000
        of_urls = {"URL", "URLS", "ORIGIN", "ORIGINS"} & {*item.name.upper().split("_")}
        names = [f"http://{name}:{port}" for name in THIS_MACHINE] if of_urls else [*THIS_MACHINE]
        return {item.name: item.separator.join(names) if several else names[0]}
    names = [name for name in names if ":" not in name]
    if "localhost" in names or not names or _hosts_setting(site):
        return {}
    return {"HEALTHCHECK_HOST": "127.0.0.1" if "127.0.0.1" in names else names[0]}


def _origins(site: Site) -> dict[str, str]:
    """Return the variables of CSRF_TRUSTED_ORIGINS, as this machine, where Django refuses what is there without.

    Until 4.0 it has host names: https://docs.djangoproject.com/en/4.0/releases/4.0/#csrf-trusted-origins-changes-4-0
    """
    django = parse_version(site.dependencies.django_version.value)
    if django is not None and django.major < 4:
        return {}
    return dict.fromkeys(site.settings.origins_unset.value, "http://localhost")


def _hosts_variable(site: Site) -> ReadVariable | None:
    """Return the variable that changes ALLOWED_HOSTS: by its name, or as its text is a host or hosts."""
    read = site.settings.environment.value
    for item in read:
        if (
            item.type not in JSON
            and "ALLOWED_HOST" in item.name.upper()
            and not {"CORS", "OIDC", "REDIRECT"} & {*item.name.split("_")}
        ):
            return item
    if set(THIS_MACHINE) & set(_host_names(site)):
        return None
    made_of = site.settings.allowed_hosts_variables.value
    hosts = (item for item in read if made_of.get(item.name) is False or item.type == "list")
    return next((item for item in hosts if item.name in made_of), None)


def _hosts_setting(site: Site) -> dict[str, list[str]]:
    """Return ALLOWED_HOSTS with this machine's names, where settings refuse all of them and no variable changes that.

    https://docs.djangoproject.com/en/stable/ref/settings/#allowed-hosts
    """
    if not _is_refused(site) or not can_be_changed(site.layout):
        return {}
    own = ["*ALLOWED_HOSTS"] if site.settings.allowed_hosts.source else []
    return {"ALLOWED_HOSTS": [*own, *THIS_MACHINE]}


def _is_refused(site: Site) -> bool:
    """Return whether settings refuse this machine, whatever the variables are."""
    hosts = site.settings.allowed_hosts
    if not hosts.is_read or (hosts.certainty is Certainty.ASSUMED and hosts.source):
        return False
    if not (hosts.source or site.settings.installed_apps.value):
        return False
    names = _host_names(site)
    if {"*", *THIS_MACHINE} & set(names) or _lets_in_by_debug(site):
        return False
    return not _hosts_variable(site)


def _host_names(site: Site) -> list[str]:
    return [host.lstrip(".") for host in site.settings.allowed_hosts.value]


def is_localhost_alone(site: Site) -> bool:
    """Return whether settings let in localhost, and not 127.0.0.1."""
    names = _host_names(site)
    return "localhost" in names and not {"127.0.0.1", "*"} & set(names)


def _lets_in_by_debug(site: Site) -> bool:
    """Return whether Django lets this machine in because DEBUG is on, and no host is named."""
    return site.settings.debug_in_production.value and not site.settings.allowed_hosts.value


def _https(site: Site) -> dict[str, str]:
    """Return what lets a request reach a view, where settings redirect to HTTPS.

    Where nginx is before Django, it says that it came by HTTPS, and Gunicorn has to believe it if settings do not.
    Where nothing is, no redirect would lead anywhere on this machine.
    https://docs.djangoproject.com/en/stable/ref/settings/#secure-ssl-redirect
    https://gunicorn.org/reference/settings/#forwarded_allow_ips
    """
    if not site.settings.secure_ssl_redirect.value:
        return {}
    if image_defaults.static_server(site)[0] == "nginx":
        return {} if site.settings.secure_proxy_ssl_header.value else {"FORWARDED_ALLOW_IPS": "*"}
    name = image_defaults.ssl_redirect_variable(site)
    return {name: "False"} if name else {}


def required_environment(site: Site, image: Mapping[str, str]) -> Default:
    """Return the variables without which settings do not start, or cannot log in to a service of Compose."""
    given = {*SET_ANYWAY, *image, *compose_environment(site, image).value}
    names = [item.name for item in site.settings.environment.value if item.required]
    names += connections(site).required
    return Default(sorted(set(names) - given), site.layout.settings_file.value)


def dotenv(site: Site, image: Mapping[str, str]) -> Default:
    """Return the variables of the first .env; an empty value stands for a fresh random secret."""
    read = {item.name: item for item in site.settings.environment.value}
    given = {*image, *compose_environment(site, image).value}
    names = [name for name in SECRET_KEYS if name in read and name not in given][:1]
    names += [name for name in required_environment(site, image).value if name not in names]
    found = {name: _first_value(site, read[name]) for name in names if name in read}
    for name, value in connections(site).dotenv.items():
        found[name] = value
    return Default(found, site.layout.settings_file.value if found else "")


def secrets_file(site: Site, image: Mapping[str, str]) -> Default:
    """Return .env, or the file beside it for what a .env lacks that git tracks: others read what is in git."""
    tracked = site.checkout.dotenv
    names = {*required_environment(site, image).value, *dotenv(site, image).value}
    if tracked.source and names - {*tracked.value}:
        return Default(BESIDE_DOTENV, tracked.source)
    return Default(DOTENV)


def _first_value(site: Site, item: ReadVariable) -> str:
    """Return a value with which settings start: "", a random secret, where one is as good as another."""
    name, dummy = item.name.upper(), item.dummy
    url = f"http://localhost:{site.adopted.django_port.value or 8000}"
    if item.hidden or (item.secret and item.default):
        return ""
    if (default := (item.default or "")) and not item.refused:
        return default
    own = deployment_defaults.own_value(site, item)
    of_site = item.type == "url" and any(word in name for word in ("SITE", "BASE", "HOST"))
    if own and own != default and not (of_site and EXAMPLE.match(own)):
        return own
    if item.type in JSON or (item.encoded and not item.secret):
        return item.first or dummy
    if item.secret and item.type == "str" and "DSN" not in name:
        words = {*name.split("_")}
        return "change-me" if words & ISSUERS and "WEBHOOK" not in words else ""
    if dummy.startswith("sqlite:"):
        return f"sqlite:///{storage_defaults.sqlite(site)}"
    if dummy.endswith("/build.sqlite3"):
        return storage_defaults.sqlite(site)
    if name.endswith("ORIGINS") or of_site:
        return url
    if name.endswith(("PROTOCOL", "SCHEME")):
        return "http"
    if "@" in dummy and name.endswith(("EMAIL", "MAIL_FROM")):
        return "root@localhost" if "SERVER" in name else "webmaster@localhost"
    return "change-me" if dummy in ("build", "") else dummy


def settings_environment(site: Site, image: Mapping[str, str]) -> Default:
    """Return all other variables that settings read: what settings use without them, and a comment."""
    given = {*SET_ANYWAY, *OF_OTHERS, *image}
    given |= {*compose_environment(site, image).value, *required_environment(site, image).value}
    given |= dotenv(site, image).value.keys()
    found = {}
    for item in site.settings.environment.value:
        if item.name in given or item.name in found:
            continue
        default = item.default or ""
        if item.type == "int":  # int("False") would fail
            default = {"False": "0", "True": "1"}.get(default, default)
        shown = "" if item.secret or not default.isprintable() or len(default) > 200 else default
        found[item.name] = [shown, ", ".join(filter(None, (_type(item), _where(item))))]
    return Default(found, site.layout.settings_file.value if found else "")


def _type(item: ReadVariable) -> str:
    if item.type == "list":
        return {",": "separated by commas", " ": "separated by spaces"}.get(item.separator, "a list")
    if item.type == "int" and item.default in ("False", "True"):
        return "0 or 1"
    return "a secret" if item.secret and item.type not in JSON else TYPES.get(item.type, "")


def _where(item: ReadVariable) -> str:
    path = item.source.rpartition(":")[0]
    return f"{'set' if item.told else 'read'} in {path}" if path.isprintable() and path else ""


def development_environment(site: Site) -> Default:
    """Return the variables that turn DEBUG on; where none does, those of settings that compose.dev.yaml has itself."""
    debug = site.alternatives.debug_environment
    if debug.value or site.settings.debug_in_production.value or not site.layout.settings_module.value:
        return Default(debug.value, debug.source if debug.value else "")
    if site.layout.configuration_class.value:
        return Default({})
    return Default({"DJANGO_SETTINGS_MODULE": DEVELOPMENT_SETTINGS})


def notes(site: Site) -> list[str]:
    """Return the remarks after a copy on settings and services: what Compose can't do, and what you have to do."""
    found = [
        *_template(site),
        *_debug_notes(site),
        *_host_notes(site),
        *image_defaults.proxy_notes(site),
        *connections(site).notes,
        *deployment_defaults.left_empty(site),
        *_secrets(site),
        *_files(site),
        *process_defaults.notes(site),
        *_buckets(site),
        *storage_defaults.notes(site),
        *_left(site),
    ]
    for name in not_run(site):
        found.append(f"Your project uses {name}, which compose.yaml doesn't run. Add it in compose.override.yaml.")
    return found


def _template(site: Site) -> list[str]:
    """Return a sentence where the project is what `startproject --template` fills in, as ROOT_URLCONF shows.

    https://docs.djangoproject.com/en/stable/ref/django-admin/#startproject
    """
    urls = site.settings.root_urlconf
    if "{{" not in urls.value:
        return []
    return [
        f"ROOT_URLCONF has {{{{ and }}}} ({urls.source}): your project is a template, and Django does not start. Make "
        "a project with `django-admin startproject --template`, and copy to that."
    ]


def _left(site: Site) -> list[str]:
    """Return sentences on what own files have that no answer holds."""
    found = []
    if left := image_defaults.some(site.adopted.gunicorn_not_taken.value):
        found.append(f"Not taken over from your own Gunicorn: {left}. Add what you need to docker/gunicorn.conf.py.")
    lines, nginx = site.adopted.nginx_locations, site.adopted.nginx_not_taken.value
    if image_defaults.static_server(site)[0] == "nginx" and nginx:
        found.append(
            f"Not taken over from your own nginx: {image_defaults.some(nginx)}. Add what you need to nginx_locations."
        )
    elif image_defaults.static_server(site)[0] != "nginx" and lines.value and lines.source != "default.conf":
        found.append(f"Compose runs no nginx. Keep what yours does ({lines.source}) in a proxy in front of this site.")
    return found


def _secrets(site: Site) -> list[str]:
    """Return sentences on secrets that the project's files hold, by their names and places only."""
    found = []
    key = site.settings.secret_key_stated
    if key.value:
        found.append(
            f"SECRET_KEY is in the code ({key.source}): all who read it can forge sessions. Read it from a variable, "
            "and make a new one."
        )
    for module in site.settings.ignored_modules.value:
        names = ", ".join(module.names) or "what it sets"
        if module.needed:
            found.append(
                f"Settings need {module.path} ({module.source}), but git ignores it, so the images lack it. Let "
                f"settings read {names} from variables, run `copier-django-docker sync`, and set them in .env."
            )
        else:
            found.append(
                f"Git ignores {module.path} ({module.source}), so the images lack it. If production needs it, let "
                "settings read variables instead, run `copier-django-docker sync`, and set the variables in .env."
            )
    for what, source in site.adopted.handbook_extra.value.left_out.items():
        found.append(
            f"{what} ({source}) is left out, because it holds a secret. Set it in .env, or give it to the build as a "
            "secret: https://docs.docker.com/build/building/secrets/."
        )
    if location := site.adopted.nginx_left_out.value:
        found.append(f"An nginx location is left out, because it holds a secret ({location}). Include it from a file.")
    for process in site.processes.processes.value:
        if HIDDEN in f"{process.command} {process.runs}" and process.kind != "web":
            found.append(
                f"The command in {process.source} is left out, because it holds a secret. Let it read that from a "
                "variable."
            )
    return found


def _files(site: Site) -> list[str]:
    """Return sentences on files that settings do not start without: those that lack, and those that variables name."""
    found = []
    for lacking in site.settings.lacking_modules.value:
        if lacking.example == EMPTY:
            continue
        start = f"Settings need {lacking.path} ({lacking.source}), which is not in the project. Before you build,"
        if lacking.path.endswith(".py") and lacking.example:
            start = start.removesuffix(" Before you build,")
            end = (
                f"The images have a copy of {lacking.example}. Before others can reach the site, write your own, let "
                "it read secrets from variables, commit it (git add --force), and run `copier-django-docker sync`."
            )
        elif lacking.path.endswith(".py"):
            end = "write it, let it read secrets from variables, and commit it (git add --force)."
        elif lacking.example:
            end = (
                f"copy it from {lacking.example} and commit it without secrets (git add --force), or let settings "
                "read variables and run `copier-django-docker sync`."
            )
        else:
            end = "let settings read variables instead, and run `copier-django-docker sync`."
        found.append(f"{start} {end}")
    for item in site.settings.environment.value:
        start = f"Settings read the file that {item.name} names ({item.opened})."
        if item.opened and item.example:
            found.append(
                f"{start} The build and the first .env have {item.example}: for production, give it one of your own "
                "in .env."
            )
        elif item.opened:
            found.append(
                f"{start} Before you build, add one without secrets to the project, and give its path to {item.name} "
                "in build_environment and in .env."
            )
    return found


def _buckets(site: Site) -> list[str]:
    """Return a sentence on storages whose bucket is not set: what takes its place in Compose, or what is to be set."""
    found = site.settings.unset_buckets
    if not found.value:
        return []
    names = " and ".join(dict.fromkeys(name for item in found.value for name in (item.variables or (item.setting,))))
    kept = {"staticfiles": "static files", "default": "uploads"}
    what = " and ".join(kept[item.alias] for item in found.value)
    login = any(item.setting.endswith("KEY") for item in found.value)
    lacks = "whose login is not set" if login else "that is not set"
    start = f"Settings keep {what} in a bucket {lacks} ({found.source})"
    if not site.settings.in_files.value:
        collected = any(item.alias == "staticfiles" for item in found.value)
        run = ", and run `manage.py collectstatic` there once" if collected else ""
        return [f"{start}. Set {names}{'' if login else ' and its login'} in .env{run}."]
    changed = ", ".join(site.settings.in_files.value)
    return [
        f"{start}, so compose.yaml keeps them in files. To use the bucket, set {names} in .env, and remove {changed} "
        "from compose_settings."
    ]


def _debug_notes(site: Site) -> list[str]:
    debug = site.settings.debug_in_production
    if not debug.value:
        return []
    return [
        f"DEBUG is on ({debug.source}), so error pages show settings. Turn it off before others can reach the site."
    ]


def _host_notes(site: Site) -> list[str]:
    """Return a sentence on hosts that settings do not let in: this machine's, or all."""
    if not _is_refused(site):
        return []
    where = site.settings.allowed_hosts.source or site.layout.settings_file.value
    names = _host_names(site)
    if not names and site.settings.allowed_hosts.note == IN_PART:
        return []  # there is a name, or all of them
    if not names:
        until = "answers only this computer" if can_be_changed(site.layout) else "answers no request"
        return [f"ALLOWED_HOSTS is empty ({where}), so the site {until}. Add the site's name there."]
    if can_be_changed(site.layout):
        return []
    ask = f"curl --header 'Host: {names[0]}' http://127.0.0.1:{site.adopted.django_port.value or 8000}"
    return [
        f"ALLOWED_HOSTS has no name of this computer ({where}). Add localhost there, or try the site with `{ask}`."
    ]
