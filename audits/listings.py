"""Which procedures one source lists several times, and one unit in several places, with different content.

Memory grows with the number of different records, not of records: what repeats is held once.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits.facts import amounts, limits, papers
from audits.matching.procedures import MatchKind, name_key
from audits.procedure import Term
from audits.reading.money import write_amount
from audits.reading.terms import write_term
from audits.reading.text import fold

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from audits.facts import Limits
    from audits.pair import Pair
    from crawlers.records import Source


@dataclass(frozen=True, slots=True)
class Listing:
    """What one record says under its code; `variant` tells apart lawful variants of one code: name, level, office, case.

    `papers` is how many there are and the hash of their names.
    """

    code: str
    name: str
    variant: int
    limits: Limits | None
    amounts: frozenset[int] | None
    papers: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Differing:
    """One procedure shown with two contents: the fields that differ, and each side in words."""

    code: str
    name: str
    fields: tuple[str, ...]
    first: str
    other: str


def listing_of(pair: Pair) -> Listing | None:
    """Return what a record shows under its code; None: it has no code of its own that could be listed again."""
    code = pair.published.code
    if code is None or pair.match.code_owner is not None or pair.match.kind is MatchKind.UNCERTAIN:
        return None
    record = pair.published
    variant = (
        name_key(record.name),
        record.levels,
        fold(record.agency or ""),
        fold(record.sector or ""),
        tuple(sorted(set(map(fold, {document.case for document in record.documents or ()})))),
        fold(record.status or ""),
    )
    listed = papers(record)
    return Listing(
        code=code.national,
        name=pair.official.name if pair.official else record.name,
        variant=hash(variant),
        limits=limits(record),
        amounts=amounts(record),
        papers=None if listed is None else (len(listed), hash(listed)),
    )


class Listings:
    """Everything that was listed so far, source by source; `several` names the units that publish in several places."""

    def __init__(self, several: Iterable[str] = ()) -> None:
        self.several = frozenset(several)
        self._seen: dict[int, Listing] = {}
        self._held: dict[Listing, Listing] = {}
        self._repeated: dict[int, tuple[Hashable, Differing]] = {}
        self._by_unit: defaultdict[tuple[str, str | None, str], dict[Hashable, list[Listing]]] = defaultdict(dict)

    def add(self, place: Hashable, source: Source, listing: Listing | None) -> None:
        """Take in one record of the place `place` (a file, a target); what was captured on different days is not compared."""
        if listing is None:
            return
        listing = self._held.setdefault(listing, listing)
        key = hash((place, source.captured_on, listing.code, listing.variant))
        first = self._seen.setdefault(key, listing)
        if first is not listing and key not in self._repeated and (fields := _differ(first, listing)):
            differing = Differing(
                listing.code, listing.name, fields, _written(first, fields), _written(listing, fields)
            )
            self._repeated[key] = (place, differing)
        if source.agency in self.several:
            listed = self._by_unit[source.agency or "", source.captured_on, listing.code].setdefault(place, [])
            if listing not in listed:
                listed.append(listing)

    def repeated(self, place: Hashable = None) -> tuple[Differing, ...]:
        """Return what one place (this one; None: any) lists twice with different content, by code."""
        found = (each for where, each in self._repeated.values() if place in {None, where})
        return tuple(sorted(found, key=lambda each: (each.code, each.name)))

    def across(self, place: Hashable = None) -> tuple[Differing, ...]:
        """Return what a unit shows in one place with other limits or fees than in this one (None: its first), by code."""
        found = []
        for (_, _, code), places in sorted(self._by_unit.items(), key=lambda item: (item[0][2], item[0][0])):
            joined = {where: _joined(listed) for where, listed in places.items()}
            here = next(iter(joined)) if place is None else place
            for where, there in joined.items():
                if where == here or here not in joined:
                    continue
                if fields := tuple(field for field in _differ(there, joined[here]) if field != "documents"):
                    name = joined[here].name
                    found.append(Differing(code, name, fields, _written(there, fields), _written(joined[here], fields)))
                    break
        return tuple(found)


def _joined(listed: list[Listing]) -> Listing:
    """Return all variants of one procedure in one place as one: every limit and amount; None where one is not readable."""
    first = listed[0]
    return Listing(
        first.code,
        first.name,
        0,
        frozenset().union(*(each.limits for each in listed if each.limits))
        if all(each.limits for each in listed)
        else None,
        frozenset().union(*(each.amounts for each in listed if each.amounts))
        if all(each.amounts for each in listed)
        else None,
        None,
    )


def _differ(one: Listing, other: Listing) -> tuple[str, ...]:
    """Return the fields that certainly differ: values with nothing in common, or another list of papers."""
    fields = []
    if one.limits is not None and other.limits is not None and one.limits.isdisjoint(other.limits):
        fields.append("time")
    if one.amounts is not None and other.amounts is not None and one.amounts.isdisjoint(other.amounts):
        fields.append("fee")
    if one.papers is not None and other.papers is not None and one.papers != other.papers:
        fields.append("documents")
    return tuple(fields)


def _written(listing: Listing, fields: tuple[str, ...]) -> str:
    texts = []
    if "time" in fields:
        terms = sorted(listing.limits or (), key=lambda limit: (limit[1], limit[0]))
        texts.append("thời hạn " + ", ".join(write_term(Term(number, unit)) for number, unit in terms))
    if "fee" in fields:
        texts.append(
            "mức thu "
            + ", ".join(write_amount(amount) if amount else "0 đồng" for amount in sorted(listing.amounts or ()))
        )
    if "documents" in fields and listing.papers is not None:
        texts.append(f"{listing.papers[0]:02d} giấy tờ")
    return "; ".join(texts)
