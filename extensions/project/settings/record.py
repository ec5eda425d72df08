"""What a project's settings say, as a production server would find them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..evaluation.environment import ReadVariable
from ..findings import Found, unread


@dataclass(frozen=True)
class Database:
    """A database of DATABASES, as it is in production; None for what is not known.

    `path` is that of SQLite's file in the project, "" for none. `password` only says whether there is one. `unset` are
    the parts, in lower case, that settings leave to the client. `variable` holds the whole URL, which is `url_default`
    without it, and `variables` are those of the parts, by the part. `mirror` is the alias whose data it has too, and
    `libpq_service` the section of libpq's own file that says where it is.
    """

    engine: str | None = None
    name: str | None = None
    path: str = ""
    host: str | None = None
    user: str | None = None
    password: str | None = None
    unset: list[str] = field(default_factory=list)
    variable: str = ""
    url_default: str | None = None
    variables: dict[str, str] = field(default_factory=dict)
    port: str | None = None
    mirror: str = ""
    libpq_service: str = ""

    def part(self, role: str) -> str:
        """Return what settings have as host, user, password, name or port; "" where that is not known."""
        parts = {"host": self.host, "user": self.user, "password": self.password, "name": self.name, "port": self.port}
        return parts[role] or ""


@dataclass(frozen=True)
class Cache:
    """A cache of CACHES: its first location, and the variable that says where it is."""

    backend: str | None = None
    location: str | None = None
    variable: str = ""


@dataclass(frozen=True)
class Broker:
    """Celery's broker: its URL, the variable that holds it, the setting, and where results go as a text alone."""

    value: str = ""
    variable: str = ""
    setting: str = ""
    results: str = ""


@dataclass(frozen=True)
class Layer:
    """A layer of CHANNEL_LAYERS: its hosts, each as a URL or as host:port, and the variable that says where it is."""

    backend: str | None = None
    hosts: list[str] = field(default_factory=list)
    variable: str = ""


@dataclass(frozen=True)
class NamedServer:
    """A server that a setting names, which is none of Django's: the setting's path, and its URL or its host.

    `port` is that beside a host. `variable` says where it is, and `locked` that there is a password which no variable
    changes. `empty` are settings to make before the path is there, and `listed` says that it has a list. `fixed` says
    that no module can change it, as it is in an object, and `needed` that code fails without its variable.
    """

    setting: str
    text: str
    source: str
    port: str = ""
    locked: bool = False
    variable: str = ""
    empty: Sequence[str] = ()
    listed: bool = False
    fixed: bool = False
    needed: bool = False


@dataclass(frozen=True)
class Bucket:
    """A storage whose bucket, or its login, is not set: its alias, that setting, and the variables of that.

    `old` says that an older setting than STORAGES names the storage, `options` that it has OPTIONS.
    """

    alias: str
    setting: str
    source: str
    variables: Sequence[str] = ()
    old: bool = False
    options: bool = False


@dataclass(frozen=True)
class IgnoredModule:
    """A module that git ignores and settings import, where they do so, and the names that they take of it.

    `needed` says whether settings do not start without it.
    """

    path: str
    source: str
    names: Sequence[str] = ()
    needed: bool = False


@dataclass(frozen=True)
class LackingModule:
    """A file that settings do not start without, and that is not in the project, and its example, "" for none.

    EMPTY is the example of a file that may as well be empty.
    """

    path: str
    source: str
    example: str


@dataclass(frozen=True)
class DjangoSettings:
    """What the settings say in production, by the names that Django has for it."""

    static_root: Found[str] = unread("")  # from the project's root, or absolute; "" for none
    static_url: Found[str] = unread("")  # with a slash before it, where it is a path
    media_root: Found[str] = unread("")  # as static_root
    media_url: Found[str] = unread("")  # as static_url
    staticfiles_dirs: Found[Sequence[str]] = unread(())  # folders, each as static_root
    collected_templates: Found[str] = unread("")  # of TEMPLATES, or a manifest, that only collectstatic brings
    staticfiles_finders: Found[Sequence[str]] = unread(())  # those that are known
    staticfiles_storage: Found[str] = unread("")  # the dotted name of the class
    staticfiles_kind: Found[str] = unread("")  # plain | manifest | whitenoise | whitenoise-manifest | s3 | other
    default_storage: Found[str] = unread("")  # the dotted name of the class of uploads' storage
    database_tls: Found[bool] = unread(False)  # whether the database is connected to by TLS alone
    tls_options: Found[Sequence[str]] = unread(())  # settings of caches and queues that are for TLS alone
    unset_buckets: Found[Sequence[Bucket]] = unread(())  # of the storages of static files and of uploads
    in_files: Found[Mapping[str, str]] = unread({})  # settings by which these keep files; "" for no options
    compress_offline: Found[bool] = unread(False)  # whether django-compressor has to run when images are built
    compress_online: Found[bool] = unread(False)  # whether nothing says so, and the first request of a page compresses
    compress_tag: Found[bool] = unread(False)  # whether a template of the project compresses anything
    compress_manifest: Found[str] = unread("CACHE/manifest.json")  # what says what was compressed, from STATIC_ROOT
    allowed_hosts: Found[Sequence[str]] = unread(())  # those that are known
    allowed_hosts_variables: Found[Mapping[str, bool]] = unread({})  # and whether each is a list, or else one host
    origins_unset: Found[Sequence[str]] = unread(())  # variables without which Django refuses CSRF_TRUSTED_ORIGINS
    installed_apps: Found[Sequence[str]] = unread(())  # those that are known
    middleware: Found[Sequence[str]] = unread(())  # those that are known
    secure_proxy_ssl_header: Found[Sequence[str]] = unread(())  # the header and its value, none where it is not set
    force_script_name: Found[str] = unread("")  # the path that the site is below, without a slash at its end
    secure_ssl_redirect: Found[bool] = unread(False)  # whether Django redirects to HTTPS
    wsgi_application: Found[str] = unread("")  # the dotted name of the callable
    asgi_application: Found[str] = unread("")  # the dotted name of the callable
    root_urlconf: Found[str] = unread("")  # a dotted module
    legacy_zone: Found[str] = unread("")  # TIME_ZONE, if it is an old name that Debian has in a package of its own
    debug: Found[bool] = unread(False)  # DEBUG where no variable is set
    debug_in_production: Found[bool] = unread(False)  # DEBUG with the variables that the images set
    logging_configured: Found[bool] = unread(False)  # whether LOGGING says anything
    databases: Found[Mapping[str, Database]] = unread({})  # by alias
    routed: Found[Mapping[str, Sequence[str]]] = unread({})  # aliases that routers name, and apps that migrate there
    caches: Found[Mapping[str, Cache]] = unread({})  # by alias
    celery_broker: Found[Broker] = unread(Broker())  # where Celery's queues are
    channel_layers: Found[Mapping[str, Layer]] = unread({})  # by alias
    named_servers: Found[Sequence[NamedServer]] = unread(())  # of queues, and of settings of the project's own
    rq_queues: Found[Sequence[str]] = unread(())  # the names of RQ's queues, in the order of RQ_QUEUES
    secret_key_unset: Found[bool] = unread(False)  # whether nothing that can be read sets SECRET_KEY
    secret_key_stated: Found[bool] = unread(False)  # whether code has the key itself
    ignored_modules: Found[Sequence[IgnoredModule]] = unread(())  # what settings import of what git ignores
    lacking_modules: Found[Sequence[LackingModule]] = unread(())  # which a person has to write
    environment: Found[Sequence[ReadVariable]] = unread(())  # the environment variables that settings read
    outside: Found[bool] = unread(False)  # whether an installed package's module sets more, as DATABASES

    @property
    def default_database(self) -> Database:
        """The default database; one of which nothing is known if settings have none."""
        return self.databases.value.get("default", Database())


def with_lacking(settings: DjangoSettings, module: LackingModule) -> DjangoSettings:
    """Return settings that are read from an example, which have no secret of their own."""
    modules = settings.lacking_modules
    return replace(
        settings,
        lacking_modules=replace(modules, value=[module, *modules.value], source=module.source),
        secret_key_stated=unread(False),
    )


def with_celery(settings: DjangoSettings, celery: DjangoSettings) -> DjangoSettings:
    """Return settings with the broker of those that Celery's processes have of their own, and what these read."""
    names = {item.name for item in settings.environment.value}
    more = [item for item in celery.environment.value if item.name not in names]
    environment = settings.environment
    return replace(
        settings,
        celery_broker=celery.celery_broker if celery.celery_broker.value != Broker() else settings.celery_broker,
        environment=replace(environment, value=[*environment.value, *more]),
    )
