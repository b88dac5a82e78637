"""Legal texts with the dates between which they are in force, read from law.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from audits.reading.text import fold, remembered

if TYPE_CHECKING:
    from datetime import date

    from audits.procedure import Citation


@dataclass(frozen=True, slots=True)
class Amendment:
    """An act that changed a text, and since when."""

    by: str
    since: date


@dataclass(frozen=True, slots=True)
class LegalText:
    """One legal text; `until` is the last day in force (None: still in force), `unverified` marks what nobody saw signed.

    `transition` is the last day on which a transition clause may still apply it after that.
    """

    id: str
    name: str
    since: date
    until: date | None
    amended: tuple[Amendment, ...]
    unverified: bool
    transition: date | None = None

    def in_force(self, on: date) -> bool:
        """Tell whether the text is in force on that day."""
        return self.since <= on and (self.until is None or on <= self.until)


@cache
def texts() -> dict[str, LegalText]:
    """Return every known legal text by its id."""
    data = tomllib.loads(resources.files("audits").joinpath("law.toml").read_text(encoding="utf-8"))
    return {
        row["id"]: LegalText(
            id=row["id"],
            name=row["name"],
            since=row["from"],
            until=row.get("to"),
            amended=tuple(Amendment(item["by"], item["from"]) for item in row.get("amended", ())),
            unverified=row.get("unverified", False),
            transition=row.get("transition"),
        )
        for row in data["text"]
    }


_NUMBER = re.compile(r"(?<![\d/.])0*(\d{1,4}(?:\.\d{1,2})?)/(\d{4})/([a-zđ]+\d{0,2}(?: ?- ?[a-zđ]+)*)")


# What stands in every number, and is found faster.
_OF_A_YEAR = re.compile(r"/\d{4}/[a-zđ]")


@remembered
def numbers_in(text: str) -> tuple[str, ...]:
    """Return the numbers of all acts that a text names, in its order, as "61/2018/nđ-cp"."""
    folded = fold(text)
    year = _OF_A_YEAR.search(folded)
    if year is None:
        return ()
    start = folded.rfind(" ", 0, year.start()) + 1
    return tuple([f"{found[1]}/{found[2]}/{found[3].replace(' ', '')}" for found in _NUMBER.finditer(folded, start)])


def number_of(text: str) -> str | None:
    """Return the first number of an act that a text names; None: it names none."""
    return next(iter(numbers_in(text)), None)


@cache
def acts() -> dict[str, LegalText]:
    """Return every known legal text by its number, as `number_of` writes it."""
    return {number: text for text in texts().values() if (number := number_of(text.name)) is not None}


@lru_cache(maxsize=4096)
def cite(citations: tuple[Citation, ...], on: date) -> tuple[str, ...]:
    """Return the citations in force on that day as people write them; empty when none of the texts was in force.

    Raises:
        KeyError: a citation names a text that law.toml does not know.

    """
    return tuple(_written(texts()[each.text], each, on) for each in citations if texts()[each.text].in_force(on))


def _written(text: LegalText, citation: Citation, on: date) -> str:
    changed_by = [amendment.by for amendment in text.amended if amendment.since <= on]
    amended = f" (được sửa đổi, bổ sung bởi {', '.join(changed_by)})" if changed_by else ""
    unseen = " (?)" if text.unverified or citation.unverified else ""
    return f"{citation.article} {text.name}{amended}{unseen}"
