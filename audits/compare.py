"""Comparing files of published records with a catalogue, streamed: no database, bounded memory."""

from __future__ import annotations

import gc
import re
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import orjson

from audits.jsonl import BadLine, json_object, read_lines
from audits.judge import Judge, coverage_of, stated_parts
from audits.listings import Listings, listing_of
from audits.pair import PublishedSource, possible_codes, shown_codes, unit_names
from crawlers.records import PublishedProcedure, RecordError, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from audits.catalogue import Catalogue
    from audits.judge import Outcome
    from audits.lawful import LawfulDifference
    from audits.listings import Listing
    from audits.pair import Coverage, Pair
    from audits.visits import JudgedVisit, VisitDesk

TOGETHER = 64
"""How many lines are judged at once."""
REMEMBERED = 1 << 12
"""How many contents and judgements are remembered; a whole commune's list is a few hundred."""
# The source of a line, with the objects it holds; inside a JSON string the quotes would be escaped.
_SOURCE = re.compile(rb'"source"\s*:\s*(\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})')
_SourceKey = tuple[str | None, str | None]
_SELDOM = (50_000, 50, 1_000)
"""Objects made between two collections of the young, and how many of these between two of the older ones."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One published line judged (`pair` set), or skipped with the reason (`skipped` set).

    `findings` are those of the outcomes that have one. The same content may stand on many lines: no finding names its line,
    and the pair's units are those of the first source that published it.
    """

    file: Path
    line: int
    pair: Pair | None = None
    outcomes: tuple[Outcome, ...] = ()
    findings: tuple[Outcome, ...] = ()
    skipped: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All lines, judged one by one as they are asked for; then what can be said of all of them together, and the visits."""

    lines: Iterator[Compared]
    together: Callable[[], tuple[Outcome, ...]]
    visits: Callable[[], Iterator[JudgedVisit]]


def compare(
    catalogue: Catalogue,
    files: Sequence[Path],
    *,
    today: date,
    on: date | None = None,
    scope: frozenset[str] | None = None,
    lawful: Iterable[LawfulDifference] = (),
    visits: VisitDesk | None = None,
    progress: Callable[[Path, int], None] | None = None,
) -> Comparison:
    """Judge every record of the files as of `on`, else of the day it was captured, else of `today`.

    The files are read twice: first to learn which parts each source shows at all. `progress` gets a file and the bytes read.
    `scope`: the national codes that the files together must publish; `lawful`: the differences to pass over; `visits`: what a
    shopper saw of the e-services of the same targets, each judged beside its record.

    Raises:
        InputError: a file cannot be read at all; a single bad line is yielded as skipped instead.

    """
    lawful = tuple(lawful)
    with _seldom_collecting():
        judge = Judge(catalogue, lawful)
        desk = _Desk(judge, by_unit=bool(lawful))
        shown = _shown(desk, files, progress)
    published: set[str] = set()
    maybe: set[str] = set()
    units: set[str] = set()
    unread: list[int] = []
    # A unit that publishes in several places (files, targets) is held against itself.
    places = Counter(agency for _, (agency, _) in shown if agency)
    listings = Listings(agency for agency, count in places.items() if count > 1)

    def lines() -> Iterator[Compared]:
        with _seldom_collecting():
            for file in files:
                rows = desk.read(file, progress)
                while batch := list(islice(rows, TOGETHER)):
                    yield from judged_lines(file, batch)

    def judged_lines(file: Path, batch: Sequence[tuple[int, Source, _Content | str]]) -> Iterator[Compared]:
        asked = [
            _Asked(content, source, on or _captured_on(source) or today, shown[file, (source.agency, source.target)])
            for _, source, content in batch
            if not isinstance(content, str)
        ]
        answers = zip(asked, desk.judge(asked), strict=True)
        for line, _, skipped in batch:
            if isinstance(skipped, str):
                unread.append(line)
                yield Compared(file, line, skipped=skipped)
                continue
            one, judged = next(answers)
            units.update(unit_names(one.source))
            if visits is not None:
                visits.offer(one.content.record, one.source, one.shown)
            listings.add((file, (one.source.agency, one.source.target)), one.source, judged.listing)
            published.update(judged.published)
            maybe.update(judged.maybe)
            yield Compared(file, line, judged.pair, judged.outcomes, judged.findings)

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

    def visited() -> Iterator[JudgedVisit]:
        return iter(()) if visits is None else visits.judge(judge, today=today, on=on)

    return Comparison(lines(), together, visited)


@dataclass(frozen=True, slots=True)
class _Content:
    """What a line says apart from its source: a key, the record with the source that published it first, and the parts it
    states and whether the catalogue knows it.
    """

    key: object
    record: PublishedProcedure
    shown: tuple[frozenset[str], bool]


class _Asked(NamedTuple):
    """A content to be judged as a source publishes it, as of a day, beside what else that source shows."""

    content: _Content
    source: Source
    on: date
    shown: Coverage


@dataclass(frozen=True, slots=True)
class _Judged:
    """One content judged, its findings on no line yet."""

    pair: Pair
    outcomes: tuple[Outcome, ...]
    findings: tuple[Outcome, ...]
    listing: Listing | None
    published: frozenset[str]
    maybe: frozenset[str]


class _Desk:
    """Reads and judges lines, remembering the last contents: communes publish the same text over and over."""

    def __init__(self, judge: Judge, *, by_unit: bool) -> None:
        self._judge = judge
        self._by_unit = by_unit
        self._contents: dict[tuple[bytes, int], _Content] = {}
        self._judged: dict[tuple[object, ...], _Judged] = {}

    def read(
        self, file: Path, progress: Callable[[Path, int], None] | None
    ) -> Iterator[tuple[int, Source, _Content | str]]:
        """Yield (line, source, content, or why the line cannot be read) for every line of a file."""
        for line, item in read_lines(
            file, self._parse, None if progress is None else lambda read: progress(file, read)
        ):
            if isinstance(item, BadLine):
                yield line, Source(), item.why
            else:
                yield line, *item

    def _parse(self, line: bytes) -> tuple[Source, _Content] | BadLine:
        """Read one line; of a line that repeats another but for its source, only the source is read."""
        cut = _SOURCE.search(line)
        # What surrounds the source decides that it is the record's own, so it need not be proved for each repetition.
        around = (line[: cut.start()] + line[cut.end() :], cut.start()) if cut else (line, -1)
        content = self._contents.get(around)
        if content is not None:
            source = _source(cut[1]) if cut else Source()
            if source is not None:
                return source, content
        item = json_object(line)
        if isinstance(item, BadLine):
            return item
        try:
            record = PublishedProcedure.from_json(item)
        except RecordError as error:
            return BadLine(str(error))
        shown = (frozenset(stated_parts(record)), self._judge.knows(record))
        seen = item.pop("source", None)
        if cut is None or _json_of(cut[1]) == seen:
            content = _Content(around, record, shown)
            _keep(self._contents, around, content)
        else:
            content = _Content(orjson.dumps(item), record, shown)
        return record.source, content

    def judge(self, asked: Sequence[_Asked]) -> list[_Judged]:
        """Judge contents as their sources publish them; one judged before costs a look-up."""
        keys = [self._key(one) for one in asked]
        new = {key: one for key, one in zip(keys, asked, strict=True) if key not in self._judged}
        known = {key: self._judged[key] for key in keys if key not in new}
        pairs = self._judge.pairs(
            (_published_by(one.source, one.content.record), one.on, one.shown) for one in new.values()
        )
        for key, pair in zip(new, pairs, strict=True):
            known[key] = self._of(pair)
            _keep(self._judged, key, known[key])
        return [known[key] for key in keys]

    def _key(self, asked: _Asked) -> tuple[object, ...]:
        source = asked.source
        unit = (source.agency, source.target) if self._by_unit else None
        return asked.content.key, asked.on, source.territory, source.level, asked.shown.signature, unit

    def _of(self, pair: Pair) -> _Judged:
        outcomes = tuple(self._judge.judge(pair))
        return _Judged(
            pair,
            outcomes,
            tuple(outcome for outcome in outcomes if outcome.finding is not None),
            listing_of(pair),
            shown_codes(pair),
            possible_codes(pair),
        )


def _published_by(source: Source, record: PublishedProcedure) -> PublishedProcedure:
    return record if record.source == source else replace(record, source=source)


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Keep the garbage collector from looking through the catalogue and the remembered contents again and again.

    What judging makes holds no cycles, so that all of it goes as soon as nothing refers to it and the collector, which took
    a sixth of the time, found nothing. It still looks through what is young, in case anything makes a cycle after all.
    """
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


def _json_of(text: bytes) -> object:
    """Return the value of a piece of JSON; None where the piece was cut wrongly."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _source(text: bytes) -> Source | None:
    """Read a source from its JSON alone; None where that cannot be done, so that the whole line must be read."""
    try:
        return Source.from_json(orjson.loads(text))
    except (orjson.JSONDecodeError, RecordError):
        return None


_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def _keep(memory: dict[_Key, _Value], key: _Key, value: _Value) -> None:
    if len(memory) >= REMEMBERED:
        memory.clear()
    memory[key] = value


def _shown(
    desk: _Desk, files: Sequence[Path], progress: Callable[[Path, int], None] | None
) -> dict[tuple[Path, _SourceKey], Coverage]:
    contents: dict[tuple[Path, _SourceKey], Counter[tuple[frozenset[str], bool]]] = defaultdict(Counter)
    for file in files:
        for _, source, content in desk.read(file, progress):
            if not isinstance(content, str):
                contents[file, (source.agency, source.target)][content.shown] += 1
    return {key: coverage_of(counts) for key, counts in contents.items()}


def _captured_on(source: Source) -> date | None:
    try:
        return date.fromisoformat((source.captured_on or "")[:10])
    except ValueError:
        return None
