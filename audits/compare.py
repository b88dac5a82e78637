"""Comparing files of published records with a catalogue, streamed: no database, bounded memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from audits.jsonl import BadLine, read_objects
from audits.judge import Judge
from audits.listings import Listings, listing_of
from audits.pair import Coverage, PublishedSource, possible_codes, shown_codes
from crawlers.records import PublishedProcedure, RecordError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from audits.catalogue import Catalogue
    from audits.judge import Outcome
    from audits.lawful import LawfulDifference
    from audits.pair import Pair

_SourceKey = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Compared:
    """One published line judged (`pair` set), or skipped with the reason (`skipped` set)."""

    file: Path
    line: int
    pair: Pair | None = None
    outcomes: tuple[Outcome, ...] = ()
    skipped: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All lines, judged one by one as they are asked for, then what can be said of all of them together."""

    lines: Iterator[Compared]
    together: Callable[[], tuple[Outcome, ...]]


def compare(
    catalogue: Catalogue,
    files: Sequence[Path],
    *,
    today: date,
    on: date | None = None,
    scope: frozenset[str] | None = None,
    lawful: Iterable[LawfulDifference] = (),
    progress: Callable[[Path, int], None] | None = None,
) -> Comparison:
    """Judge every record of the files as of `on`, else of the day it was captured, else of `today`.

    The files are read twice: first to learn which parts each source shows at all. `progress` gets a file and the bytes read.
    `scope`: the national codes that the files together must publish; `lawful`: the differences to pass over.

    Raises:
        InputError: a file cannot be read at all; a single bad line is yielded as skipped instead.

    """
    judge = Judge(catalogue, lawful)
    shown = _shown(judge, files, progress)
    published: set[str] = set()
    maybe: set[str] = set()
    units: set[str] = set()
    unread: list[int] = []
    # A unit that publishes in several places (files, targets) is held against itself.
    places = Counter(agency for _, (agency, _) in shown if agency)
    listings = Listings(agency for agency, count in places.items() if count > 1)

    def lines() -> Iterator[Compared]:
        for file in files:
            for line, record in _records(file, progress):
                if isinstance(record, str):
                    unread.append(line)
                    yield Compared(file, line, skipped=record)
                    continue
                pair = judge.pair(record, on or _captured_on(record) or today, shown[_source(file, record)])
                units.update(pair.units)
                listings.add(_source(file, record), record.source, listing_of(pair))
                published.update(shown_codes(pair))
                maybe.update(possible_codes(pair))
                yield Compared(file, line, pair, tuple(judge.judge(pair, line)))

    def together() -> tuple[Outcome, ...]:
        source = PublishedSource(
            frozenset(published),
            frozenset(maybe),
            scope,
            catalogue,
            on or today,
            whole=not unread,
            units=frozenset(units),
            repeated=listings.repeated(),
            across=listings.across() if listings.several else None,
        )
        return tuple(judge.judge_source(source))

    return Comparison(lines(), together)


def _records(
    file: Path, progress: Callable[[Path, int], None] | None
) -> Iterator[tuple[int, PublishedProcedure | str]]:
    for line, item in read_objects(file, None if progress is None else lambda read: progress(file, read)):
        if isinstance(item, BadLine):
            yield line, item.why
            continue
        try:
            yield line, PublishedProcedure.from_json(item)
        except RecordError as error:
            yield line, str(error)


def _shown(
    judge: Judge, files: Sequence[Path], progress: Callable[[Path, int], None] | None
) -> dict[tuple[Path, _SourceKey], Coverage]:
    shown: dict[tuple[Path, _SourceKey], Coverage] = {}
    for file in files:
        for _, record in _records(file, progress):
            if not isinstance(record, str):
                key = _source(file, record)
                shown[key] = shown.get(key, Coverage()) + judge.coverage([record])
    return shown


def _source(file: Path, record: PublishedProcedure) -> tuple[Path, _SourceKey]:
    return file, (record.source.agency, record.source.target)


def _captured_on(record: PublishedProcedure) -> date | None:
    try:
        return date.fromisoformat((record.source.captured_on or "")[:10])
    except ValueError:
        return None
