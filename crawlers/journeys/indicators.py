"""Which public measures of portals each part of a visit speaks to: indicators.toml, read strictly."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from crawlers.service_visits import Checks, ServiceVisit


@dataclass(frozen=True, slots=True)
class Indicator:
    """One question of a public measure: the part of a visit that answers it, the measure's title, where in it, and its wording.

    `green`, `yellow`, `red` say what earns each light, where the measure has lights. `unverified`: not seen in the text itself.
    """

    check: str
    source: str
    text: str
    place: str | None = None
    green: str | None = None
    yellow: str | None = None
    red: str | None = None
    unverified: bool = False


PARTS = frozenset({item.name for item in fields(ServiceVisit)} | {f"checks.{item.name}" for item in fields(Checks)})


@cache
def indicators() -> tuple[Indicator, ...]:
    """Return all indicators in the file's order, their sources by title.

    Raises:
        ValueError: an indicator names an unknown key, part of a visit, or source.

    """
    data = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    found = []
    for row in data["indicator"]:
        if row["check"] not in PARTS:
            raise ValueError(f"indicators.toml: “{row['check']}” is no part of a visit")
        try:
            found.append(Indicator(**{**row, "source": data["source"][row["source"]]["title"]}))
        except (KeyError, TypeError) as error:
            raise ValueError(f"indicators.toml: {row['text']}: {error}") from error
    return tuple(found)
