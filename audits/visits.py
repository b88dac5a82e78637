"""Judging many visits: each beside the record that the same target publishes, several to one service taken together."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from audits.jsonl import BadLine, read_objects
from audits.matching.procedures import name_key
from audits.reading.codes import read_code
from audits.visited import day_of
from crawlers.records import RecordError, Source
from crawlers.service_visits import ServiceVisit, taken_together

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from audits.judge import Judge, Outcome
    from audits.pair import Coverage
    from audits.visited import Visited
    from crawlers.records import PublishedProcedure


def read_visits(path: Path) -> tuple[dict[int, ServiceVisit], list[str]]:
    """Read visits.jsonl: the visits by their line from 0, and one sentence for each line that cannot be read.

    Raises:
        InputError: the file cannot be read at all.

    """
    visits: dict[int, ServiceVisit] = {}
    faults = []
    for line, item in read_objects(path):
        try:
            if isinstance(item, BadLine):
                raise RecordError(item.why)  # noqa: TRY301 - both faults are told alike
            visits[line] = ServiceVisit.from_json(item)
        except RecordError as error:
            faults.append(f"{path}: dòng {line + 1}: {error}")
    return visits, faults


@dataclass(frozen=True, slots=True)
class JudgedVisit:
    """One visit judged: its place among those given, and every outcome; findings name the place."""

    place: int
    visited: Visited
    outcomes: tuple[Outcome, ...]


class VisitDesk:
    """Collects, as published records go by, the one each visit is about, then judges the visits.

    `visits` by their place; several to the same service of a target count as one, in the order of their times.
    """

    def __init__(self, visits: Mapping[int, ServiceVisit]) -> None:
        self._visits = _by_service(visits)
        self._by_code: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self._by_name: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for place, visit in self._visits.items():
            if code := read_code(visit.code):
                self._by_code[visit.target, code.national].append(place)
            if name := name_key(visit.name or ""):
                self._by_name[visit.target, name].append(place)
        self._targets = frozenset(visit.target for visit in self._visits.values())
        self._of_code: dict[int, tuple[PublishedProcedure, Coverage]] = {}
        self._of_name: dict[int, tuple[PublishedProcedure, Coverage]] = {}

    def __len__(self) -> int:
        """Return how many services were visited."""
        return len(self._visits)

    def offer(self, record: PublishedProcedure, source: Source, shown: Coverage) -> None:
        """Look at one published record; the first of the visit's code, else the first of its name, is the one it is about."""
        if source.target is None or source.target not in self._targets:
            return
        code = read_code(record.code)
        for place in self._by_code.get((source.target, code.national), ()) if code else ():
            self._of_code.setdefault(place, (replace(record, source=source), shown))
        for place in self._by_name.get((source.target, name_key(record.name or "")), ()):
            self._of_name.setdefault(place, (replace(record, source=source), shown))

    def judge(
        self, judge: Judge, *, today: date, on: date | None = None, sources: Mapping[str, Source] | None = None
    ) -> Iterator[JudgedVisit]:
        """Yield every visit judged as of `on`, else of the day it was made, else of `today`, target by target.

        `sources` tell by target who was visited, for those of whose procedures no record was published.
        """
        by_target: defaultdict[str, list[int]] = defaultdict(list)
        for place, visit in self._visits.items():
            by_target[visit.target].append(place)
        for target, places in by_target.items():
            source = (sources or {}).get(target) or Source(target=target)
            said: defaultdict[int, list[Outcome]] = defaultdict(list)
            visits = []
            for place in places:
                visit = self._visits[place]
                record, shown = self._of_code.get(place) or self._of_name.get(place) or (None, None)
                visits.append(judge.visited(visit, on or day_of(visit) or today, record, shown, source))
            for index, outcome in judge.judge_visits(visits):
                said[index].append(_at(outcome, places[index]))
            for index, visited in enumerate(visits):
                yield JudgedVisit(places[index], visited, tuple(said[index]))


def _at(outcome: Outcome, place: int) -> Outcome:
    """Return an outcome whose finding names the visit's place among all that were given."""
    finding, recognised = outcome.finding, outcome.recognised
    if finding is not None:
        return outcome._replace(finding=replace(finding, visit=place))
    if recognised is not None:
        return outcome._replace(recognised=replace(recognised, finding=replace(recognised.finding, visit=place)))
    return outcome


def _by_service(visits: Mapping[int, ServiceVisit]) -> dict[int, ServiceVisit]:
    """Return one visit a service and target, at the place of the one that counts; a visit to nothing known stands alone."""
    groups: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, visit in visits.items():
        code = read_code(visit.code)
        service = code.national if code else name_key(visit.name or "")
        groups[(visit.target, service) if service else (visit.target, "", str(place))].append(place)
    found = {}
    for places in groups.values():
        ordered: Sequence[int] = sorted(places, key=lambda place: (visits[place].at or "", place))
        at, counts = ordered[0], visits[ordered[0]]
        for place in ordered[1:]:
            both = taken_together(counts, visits[place])
            at = place if both.outcome is visits[place].outcome else at
            counts = both
        found[at] = counts
    return dict(sorted(found.items()))
