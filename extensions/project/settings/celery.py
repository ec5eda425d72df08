"""Where Celery's queues are, if its application is made with a broker, and no setting of Celery's names one."""

from collections.abc import Mapping
from dataclasses import replace

from ..evaluation.environment import ReadVariable, described
from ..evaluation.values import Variable
from ..findings import Certainty, Found
from ..processes.record import Place
from .connections import of_broker
from .record import Broker, DjangoSettings
from .setting import Settings

# Celery reads these before what it is given, whatever that is:
# https://github.com/celery/celery/blob/v5.5.3/celery/app/utils.py#L95
OWN = {"broker": "CELERY_BROKER_URL", "backend": "CELERY_RESULT_BACKEND"}


def with_places(settings: DjangoSettings, evaluated: Settings, places: Found[Mapping[str, Place]]) -> DjangoSettings:
    """Return settings with the broker, and the results, that `Celery("x", broker=…)` names."""
    if settings.celery_broker.value != Broker() or "broker" not in places.value:
        return settings
    read = {item.name: item for item in settings.environment.value}
    where = Broker()
    for role, place in places.value.items():
        if role == "backend" and evaluated.get("CELERY_RESULT_BACKEND"):
            continue
        if place.setting and role == "broker":
            where = _of_setting(evaluated, place.setting)
        elif place.variable:
            read.setdefault(place.variable, _variable(place.variable, places.source, place.text))
            where = Broker(place.text, place.variable) if role == "broker" else where
        elif "://" in place.text:
            read.setdefault(OWN[role], replace(_variable(OWN[role], places.source, place.text), told=True))
            where = Broker(place.text, OWN[role]) if role == "broker" else where
    environment = replace(settings.environment, value=[*read.values()])
    return replace(settings, environment=environment, celery_broker=Found(where, places.source, Certainty.INFERRED))


def _of_setting(evaluated: Settings, name: str) -> Broker:
    found = evaluated.get(name)
    if found is None:
        return Broker()
    text = found.value if isinstance(found.value, str) else ""
    return Broker(text, found.raw.direct or of_broker(found.variables), name)


def _variable(name: str, source: str, default: str) -> ReadVariable:
    return described(Variable(name, source, default or None))
