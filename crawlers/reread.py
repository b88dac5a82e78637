"""Reading an archived crawl again: the same records from its captures alone, by today's readers, without any network."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import orjson

from crawlers.archive import read_answer, read_body
from crawlers.crawl import JUDGED, began, last_of
from crawlers.manners import BUSY, Robots
from crawlers.platforms import load
from crawlers.records import PublishedProcedure
from crawlers.spill import Lines, spill
from crawlers.visit import Answer, Unseen, Visit
from crawlers.walk import Walk, check_own, denied

if TYPE_CHECKING:
    from crawlers.archive import Archive, Entry
    from crawlers.ledger import Line
    from crawlers.platforms import Ask
    from crawlers.records import SourceReport
    from crawlers.targets import Target


def reread(target: Target, archive: Archive) -> tuple[list[PublishedProcedure], SourceReport]:
    """Return the records that the last crawl of a target published, in its order, and what today's readers say of the source.

    A page that today's reader cannot read is a fault of the report, as it is in a crawl; a source in a state that is not
    judged gives no records.

    Raises:
        ArchiveError: a capture is missing from its file or was altered.
        CrawlError: the folder's crawl.json cannot be read.
        PlatformError: the target's platform does not exist any more.

    """
    started = began(archive.folder, target) or datetime.min.replace(tzinfo=UTC)
    with spill() as file:
        visit = Visit(target, load(target.platform), started, Lines(file), last=last_of(archive.folder, target))
        answers = _Answers(archive, visit)
        walk = Walk(answers.ask, partial(read_body, archive.folder), _silent, _unnoted, answers.looked_twice)
        asyncio.run(walk.visit(visit))
        report = visit.report()
        lines = visit.lines if report.state in JUDGED else ()
        return [PublishedProcedure.from_json(orjson.loads(line)) for line in lines], report


class _Answers:
    """The answers of one crawl, in the order they came."""

    def __init__(self, archive: Archive, visit: Visit) -> None:
        self._folder = archive.folder
        self._entries: defaultdict[str, list[tuple[int, Entry]]] = defaultdict(list)
        self._robots: dict[str, Entry] = {}  # asked once a host, whichever target came first
        self._redirected: int | None = None
        for place, entry in enumerate(archive.entries()):
            if entry.capture.url.endswith("/robots.txt"):
                self._robots[entry.capture.url] = entry
            if entry.capture.target == visit.target.id and entry.capture.captured_at >= visit.started:
                self._entries[entry.key].append((place, entry))

    async def ask(self, visit: Visit, ask: Ask, *, before: Entry | None = None, look: int = 1) -> Answer:
        """Return the answer that the crawl went by: its last, and after a redirect the one that followed it."""
        del before
        check_own(visit, ask)
        after, self._redirected = self._redirected, None
        kept = [item for item in self._entries.get(ask.key, []) if item[1].look == look]
        if after is not None:
            kept = [item for item in kept if item[0] > after]
            kept = [item for item in kept if item[1].capture.status not in BUSY][:1] or kept
        if not kept:
            raise self._unanswered(ask.url)
        place, entry = kept[-1]
        body, headers = read_answer(self._folder, entry)
        if 300 <= entry.capture.status < 400:
            self._redirected = place
        return Answer(entry, body, headers)

    def looked_twice(self, visit: Visit, index: int, entry: Entry) -> bool:
        """Say whether the crawl looked at a page again."""
        del visit, index
        return any(other.look == 2 for _, other in self._entries.get(entry.key, []))

    def _unanswered(self, url: str) -> Unseen:
        robots = self._robots.get(urljoin(url, "/robots.txt"))
        if robots is not None and not Robots(robots.capture.status, read_body(self._folder, robots)).allows(url):
            return denied(url)
        return Unseen("unreachable", url, f"{url}: kho bản chụp không có câu trả lời nào cho địa chỉ này")


def _unnoted(line: Line) -> None:
    """Keep no ledger: the crawl's own stands."""
    del line


def _silent(visit: Visit) -> None:
    """Tell nobody: reading again takes no time worth showing."""
    del visit
