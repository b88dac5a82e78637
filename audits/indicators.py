"""What an audit's visits say to public measures of portals: the questions of indicators.toml, and how many services meet each.

A service that could not be looked at, or failed only once, is counted as that and never as failing.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from audits.visited import ServiceLevel, read_service_level
from crawlers.manners import is_loopback
from crawlers.service_visits import ARRIVED, FAILURES, UNSEEN, FileState, Outcome, ServiceVisit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from crawlers.service_visits import Linked


class Light(StrEnum):
    """How one service stands to a question."""

    MET = "met"
    PARTLY = "partly"
    FAILED = "failed"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Measure:
    """A public measure: its title, where its text was read (in a copy, or in what others tell of it), and its language (BCP 47)."""

    title: str
    seen: str
    language: str = "vi"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One question of a public measure: the part of a visit that answers it, where in the measure it stands, and its text.

    `sees` is what of it a visit sees, where that is less; `green`, `yellow`, `red` what earns each light. `verified` "wording":
    `text` is what was read at `measure.seen`; "subject": only that the measure asks for this; None: not seen.
    """

    check: str
    measure: Measure
    text: str
    place: str | None = None
    sees: str | None = None
    green: str | None = None
    yellow: str | None = None
    red: str | None = None
    verified: Literal["wording", "subject"] | None = None

    @property
    def levels(self) -> tuple[tuple[Light, str], ...]:
        """Return what earns each light, where the measure has lights."""
        told = ((Light.MET, self.green), (Light.PARTLY, self.yellow), (Light.FAILED, self.red))
        return tuple((light, text) for light, text in told if text)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the services of one target that the question applies to stand to it."""

    indicator: Indicator
    counts: Mapping[Light, int]

    @property
    def tried(self) -> int:
        """Return how many services the question was put to."""
        return sum(self.counts.values())


@cache
def indicators() -> tuple[Indicator, ...]:
    """Return all indicators in the file's order.

    Raises:
        ValueError: an indicator names an unknown key, part of a visit, source, or way of having been verified.

    """
    data = tomllib.loads(resources.files("audits").joinpath("indicators.toml").read_text(encoding="utf-8"))
    measures = {name: Measure(**row) for name, row in data["source"].items()}
    found = []
    for row in data["indicator"]:
        if row["check"] not in JUDGES or row.get("verified") not in {None, "wording", "subject"}:
            raise ValueError(f"indicators.toml: {row['text']}: “{row['check']}”, “{row.get('verified')}”")
        try:
            given = {key: value for key, value in row.items() if key != "source"}
            found.append(Indicator(**given, measure=measures[row["source"]]))
        except (KeyError, TypeError) as error:
            raise ValueError(f"indicators.toml: {row['text']}: {error}") from error
    return tuple(found)


def standings(visits: Iterable[ServiceVisit]) -> tuple[Standing, ...]:
    """Return how the services of one target stand to every question that is put to any of them, in the file's order."""
    counts: dict[str, Counter[Light]] = {check: Counter() for check in JUDGES}
    for visit in visits:
        for check in JUDGES:
            if (light := light_of(visit, check)) is not None:
                counts[check][light] += 1
    return tuple(Standing(one, counts[one.check]) for one in indicators() if counts[one.check])


def light_of(visit: ServiceVisit, check: str) -> Light | None:
    """Return how a service stands to what a part of its visit answers; None: the question does not apply to it.

    After an outcome from which nothing is concluded every part counts as not looked at: what was seen was not the service.
    """
    light = JUDGES[check](visit)
    return light if light is None or visit.outcome not in UNSEEN | {Outcome.TIMEOUT} else Light.UNSEEN


# --- one part each ------------------------------------------------------------------------------------------------


def _yes(*, met: bool | None) -> Light:
    return Light.UNSEEN if met is None else Light.MET if met else Light.FAILED


def _outcome(visit: ServiceVisit) -> Light | None:
    if visit.outcome is Outcome.NOT_ONLINE:
        return None  # it is not said to be online
    if visit.outcome in ARRIVED:
        return Light.MET
    own = visit.outcome in FAILURES and visit.confirmed and visit.attributed_to != "national"
    return Light.FAILED if own else Light.UNSEEN


def _service_level(visit: ServiceVisit) -> Light | None:
    level = read_service_level(visit.service_level)
    if level is None:
        return None
    if level is ServiceLevel.INFORMATION:
        return Light.MET if visit.outcome is Outcome.NOT_ONLINE else Light.UNSEEN
    return Light.UNSEEN if visit.outcome is Outcome.NOT_ONLINE else _outcome(visit)


def _search(visit: ServiceVisit) -> Light:
    ranks = {one.kind: one.rank for one in visit.search if one.asked and one.kind != "mistyped"}
    if not ranks:
        return Light.UNSEEN
    if not any(ranks.values()):
        return Light.FAILED if len(ranks) > 1 else Light.UNSEEN
    return Light.MET if set(ranks.values()) == {1} else Light.PARTLY


def _forms(visit: ServiceVisit) -> Light | None:
    if visit.forms is None:
        return Light.UNSEEN
    states = {one.state for one in visit.forms}
    if not states:
        return None  # the procedure's page offers none
    if states & {FileState.DEAD, FileState.EMPTY, FileState.WRONG_TYPE}:
        return Light.FAILED
    return Light.MET if states == {FileState.OK} else Light.UNSEEN


def _uploads(visit: ServiceVisit) -> Light | None:
    if not visit.uploads:
        return None if visit.uploads is not None else Light.UNSEEN
    return Light.PARTLY if any(one.required is None for one in visit.uploads) else Light.MET


def _phone(visit: ServiceVisit) -> Light:
    phone = visit.checks.phone
    if phone is None:
        return Light.UNSEEN
    return Light.FAILED if phone.way_in is False else Light.PARTLY if phone.scrolls else Light.MET


def _axe(visit: ServiceVisit) -> Light:
    if visit.checks.axe is None:
        return Light.UNSEEN
    impacts = {one.impact for one in visit.checks.axe}
    return Light.FAILED if "critical" in impacts else Light.PARTLY if "serious" in impacts else Light.MET


def _hotline(visit: ServiceVisit) -> Light:
    hotline = visit.checks.hotline
    return Light.UNSEEN if hotline is None else _yes(met=bool(hotline.number and hotline.dialable))


def _linked(link: Linked | None) -> Light:
    return Light.UNSEEN if link is None else _yes(met=link.alive if link.found else False)


def _tls(visit: ServiceVisit) -> Light:
    host = urlsplit(visit.url or "").netloc.lower()
    own = next((one for one in visit.checks.tls or () if one.host == host), None)
    if own is None or (not own.secure and is_loopback(visit.url or "")):
        return Light.UNSEEN
    return _yes(met=own.valid if own.secure else False)


def _mixed_content(visit: ServiceVisit) -> Light | None:
    mixed = visit.checks.mixed_content
    if mixed is None:
        return Light.UNSEEN
    if mixed:
        return Light.FAILED
    return Light.MET if any(step.url.startswith("https:") for step in visit.steps) else None


JUDGES: Mapping[str, Callable[[ServiceVisit], Light | None]] = {
    "outcome": _outcome,
    "service_level": _service_level,
    "search": _search,
    "forms": _forms,
    "uploads": _uploads,
    "checks.phone": _phone,
    "checks.axe": _axe,
    "checks.hotline": _hotline,
    "checks.feedback": lambda visit: _linked(visit.checks.feedback),
    "checks.result_lookup": lambda visit: _linked(visit.checks.result_lookup),
    "checks.privacy_notice": lambda visit: _yes(met=visit.checks.privacy_notice),
    "checks.payment": lambda visit: _yes(met=visit.checks.payment),
    "checks.tls": _tls,
    "checks.mixed_content": _mixed_content,
}
"""By part of a visit; None from any: the question does not apply."""
