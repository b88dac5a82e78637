"""The way through one target: its list, then its detail pages, in plain order of thought, however the answers are come by.

The spider asks the portal; `crawlers.reread` asks the archive. Both get the same records from the same answers.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import orjson

from crawlers.archive import ArchiveError
from crawlers.manners import BUSY, LOCAL, RESUME, forbidden, wall
from crawlers.page import Page, PageChanged, link
from crawlers.platforms import Ask, Listing, Platform, Reading
from crawlers.records import Capture, Fault, PublishedProcedure, SourceReport, SourceState
from crawlers.settings import settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from datetime import datetime

    from crawlers.archive import Entry
    from crawlers.targets import Target

Part = TypeVar("Part", Listing, Reading)

LOST = 5  # detail pages in a row that cannot be reached before the host is taken to be down
MAX_REDIRECTS = 5
MAX_ENTRIES = 500_000
"""Procedures on a source's lists before its paging is taken to be endless."""
GONE = frozenset({404, 410})
_ENDS = {
    "blocked": SourceState.BLOCKED,
    "robots": SourceState.BLOCKED,
    "unreachable": SourceState.UNREACHABLE,
    "no_browser": SourceState.UNREACHABLE,
    "window": SourceState.OUTSIDE_WINDOW,
}
"""What a fault on a list page makes of the whole source; every other kind makes it CHANGED."""


class Unseen(Exception):  # noqa: N818 - not a program error: a page that could not be seen
    """A page that could not be seen or read, as the fault that is reported."""

    def __init__(self, kind: str, url: str, why: str, capture: str | None = None) -> None:
        super().__init__(why)
        self.fault = Fault(kind, url, why, capture)


@dataclass(slots=True)
class Visit:
    """The state of one target's crawl; `lines` and `raws` are in list order, None where nothing was read."""

    target: Target
    platform: Platform
    started: datetime
    earlier: dict[str, Entry] = field(default_factory=dict)
    entries: dict[str, Ask] = field(default_factory=dict)
    lines: list[list[bytes] | None] = field(default_factory=list)
    raws: list[bytes | None] = field(default_factory=list)
    listing: list[str] = field(default_factory=list)
    faults: list[tuple[int, Fault]] = field(default_factory=list)
    total: int | None = None
    lists: int = 0
    lost_lists: int = 0
    failed: int = 0
    changed: int = 0
    lost: int = 0
    halted: bool = False
    end: SourceState | None = SourceState.INTERRUPTED

    @property
    def read(self) -> int:
        """How many records were read."""
        return sum(len(lines) for lines in self.lines if lines)

    @property
    def listed(self) -> int:
        """How many procedures the source says it lists; what was read and failed where it does not say."""
        return self.read + self.failed if self.total is None else self.total

    def report(self) -> SourceReport:
        """Return the report of this visit; faults in list order."""
        faults = [fault for _, fault in sorted(self.faults, key=lambda item: item[0])]
        if self.end is SourceState.INTERRUPTED:
            faults.insert(0, Fault("interrupted", self.target.url, f"đã dừng giữa chừng; {RESUME}"))
        state = self.end or SourceState.OK
        if self.end is None and (self.changed * 2 > len(self.entries) or self.lost_lists * 2 > self.lists):
            state = SourceState.CHANGED
        elif self.end is None and (why := self._suspicion()):
            state = SourceState.SUSPECT
            faults.insert(0, Fault("count", self.target.url, why))
        elif self.end is None and (self.failed or self.lost_lists):
            state = SourceState.PARTIAL
        return SourceReport(self.target.id, state, self.listed, self.read, tuple(self.listing), tuple(faults))

    def _suspicion(self) -> str | None:
        expect = self.target.expect
        if expect is not None and not expect[0] <= self.listed <= expect[1]:
            return (
                f"nguồn liệt kê {self.listed} thủ tục, ngoài khoảng dự kiến {expect[0]}–{expect[1]}; "
                "không dùng để kết luận, hãy kiểm tra nguồn hoặc sửa “expect” trong tệp mục tiêu"
            )
        if self.total is not None and self.read + self.failed != self.total:
            return f"nguồn ghi tổng số {self.total} thủ tục nhưng chỉ thấy {self.read + self.failed} thủ tục khác nhau; không dùng để kết luận"
        return None


@dataclass(frozen=True, slots=True)
class Walk:
    """Walks targets: `ask` gives the capture, body and headers (lower-case names) that answer a request, or raises Unseen.

    `body` gives the bytes of an answer that was kept before; `tell` is called whenever a visit is a step further.
    """

    ask: Callable[[Visit, Ask], Awaitable[tuple[Capture, bytes, dict[str, str]]]]
    body: Callable[[Entry], bytes]
    tell: Callable[[Visit], None]

    async def visit(self, visit: Visit) -> None:
        """Go through one target's list and detail pages; what could not be seen becomes a fault of the visit.

        Raises:
            ArchiveError: an answer cannot be kept or read; the visit stays interrupted.

        """
        try:
            await self._list(visit)
            queue = iter(enumerate(visit.entries.values()))
            workers = [asyncio.create_task(self._details(visit, queue)) for _ in range(visit.target.parallel)]
            try:
                ended = await asyncio.gather(*workers, return_exceptions=True)
            finally:
                await asyncio.gather(*workers, return_exceptions=True)  # when stopped: until the last has let go
            for error in filter(None, ended):
                raise error
            visit.end = None
        except Unseen as unseen:
            visit.end = _ENDS.get(unseen.fault.kind, SourceState.CHANGED)
            visit.faults.append((-1, unseen.fault))

    async def _list(self, visit: Visit) -> None:
        """Follow the list, and every list it leads to, to its end; each is read once."""
        asked: set[str] = set()
        waiting = deque([visit.platform.first(visit.target)])
        totals: list[int | None] = []
        repeated = 0
        while waiting:
            ask = waiting.popleft()
            if ask.key in asked:
                continue
            try:
                total, again = await self._chain(visit, ask, asked, waiting)
            except Unseen as unseen:
                if not totals or unseen.fault.kind in _ENDS.keys() - {"robots"}:
                    raise
                visit.faults.append((-1, unseen.fault))  # one of several lists: the others are read
                visit.lost_lists += 1
                total, again = None, 0
            totals.append(total)
            repeated += again
            known = [total for total in totals if total is not None]
            # A procedure that stands on two lists counts once.
            visit.total = sum(known) - repeated if len(known) == len(totals) else None
        visit.lists = len(totals)
        visit.lines = [None] * len(visit.entries)
        visit.raws = [None] * len(visit.entries)

    async def _chain(self, visit: Visit, first: Ask, asked: set[str], waiting: deque[Ask]) -> tuple[int | None, int]:
        """Follow one list page by page, refusing to go in circles; returns its total, and how many entries other lists had."""
        ask: Ask | None = first
        own: set[str] = set()
        keys: set[str] = set()
        seen = again = 0
        total: int | None = None
        while ask is not None:
            if ask.key in own:
                raise Unseen(
                    "changed",
                    ask.url,
                    f"{ask.url}: con trỏ trang không tiến, danh sách lặp lại chính nó; cần xem lại cách phân trang",
                )
            if ask.key in asked:
                break  # another list led here first
            self._bound(visit, ask, len(asked))
            asked.add(ask.key)
            own.add(ask.key)
            reader = partial(visit.platform.read_list, ask=ask, seen=seen)
            listing, capture = await self._read(visit, ask, reader)
            new = {entry.key: entry for entry in listing.entries if entry.key not in keys}
            if listing.entries and not new:
                raise Unseen(
                    "changed",
                    ask.url,
                    f"{ask.url}: trang này chỉ lặp lại những thủ tục của trang trước; cần xem lại cách phân trang",
                    capture.digest,
                )
            again += sum(key in visit.entries for key in new)
            for key, entry in new.items():
                visit.entries.setdefault(key, entry)
            keys |= new.keys()
            seen += len(listing.entries)
            total = listing.total
            if len(asked) == len(own):
                visit.total = total  # told while the first list is read
            visit.listing.append(capture.digest)
            waiting.extend(listing.further)
            ask = listing.following
            self.tell(visit)
        return total, again

    @staticmethod
    def _bound(visit: Visit, ask: Ask, pages: int) -> None:
        """Refuse a list without end."""
        if pages >= settings().max_list_pages or len(visit.entries) > MAX_ENTRIES:
            raise Unseen(
                "changed",
                ask.url,
                f"{ask.url}: phân trang không có hồi kết, đã xem {pages} trang danh sách với {len(visit.entries)} thủ tục; "
                "cần xem lại cách phân trang, hoặc tăng SOAT_MAX_LIST_PAGES",
            )

    async def _details(self, visit: Visit, queue: Iterator[tuple[int, Ask]]) -> None:
        beside: Callable[[Page, Ask], tuple[Ask, ...]] | None = getattr(visit.platform, "beside", None)
        for index, ask in queue:
            if visit.halted:
                break
            try:
                reader = partial(visit.platform.read_detail, ask=ask)
                reading, capture = await self._read(visit, ask, reader, beside)
            except ArchiveError:
                visit.halted = True
                raise
            except Unseen as unseen:
                fault = unseen.fault
                visit.lost = visit.lost + 1 if fault.kind == "unreachable" else 0
                if fault.kind in {"blocked", "window"} or visit.lost >= LOST:
                    visit.halted = True  # the other workers finish the page they are at
                    raise
                visit.failed += 1
                visit.changed += fault.kind == "changed"
                visit.faults.append((index, fault))
            else:
                visit.lost = 0
                visit.failed += len(reading.faults)
                visit.faults += [(index, replace(fault, capture=capture.digest)) for fault in reading.faults]
                visit.lines[index] = [
                    orjson.dumps(_sourced(record, visit, ask, capture).to_json()) for record in reading.records
                ]
                visit.raws[index] = None if reading.raw is None else orjson.dumps(reading.raw)
            self.tell(visit)

    async def _read(
        self,
        visit: Visit,
        ask: Ask,
        reader: Callable[[Page], Part],
        beside: Callable[[Page, Ask], tuple[Ask, ...]] | None = None,
    ) -> tuple[Part, Capture]:
        """Fetch and read one page, with what must be asked `beside` it.

        A page kept by the interrupted run before that cannot be read is fetched anew.
        """
        fresh = False
        while True:
            page: Page
            page, capture, earlier = await self._page(visit, ask, fresh=fresh)
            try:
                if beside is not None:
                    others = [await self._page(visit, other, fresh=fresh, gone=True) for other in beside(page, ask)]
                    page = replace(page, beside=tuple(other for other, _, _ in others))
                    earlier = earlier or any(kept for _, _, kept in others)
                return reader(page), capture
            except (PageChanged, RecursionError) as error:
                if earlier:
                    fresh = True
                    continue
                for seen in (page, *page.beside):
                    if (name := wall(seen.status, seen.body)) is not None and seen.status not in GONE:
                        raise _blocked(seen.url, name, capture) from error
                why = str(error) if isinstance(error, PageChanged) else str(page.changed("HTML", "lồng nhau quá sâu"))
                raise Unseen("changed", page.url, why, capture.digest) from error

    # --- one page

    async def _page(self, visit: Visit, ask: Ask, *, fresh: bool, gone: bool = False) -> tuple[Page, Capture, bool]:
        """Return a page, its capture, and whether it was already kept by the interrupted run that this one resumes.

        `gone`: a page that is not there is a page too, with that status.
        """
        entry = visit.earlier.get(ask.key)
        if entry is not None and not fresh:
            return _as_page(visit, ask, entry.capture, self.body(entry)), entry.capture, True
        for _ in range(MAX_REDIRECTS):
            capture, body, headers = await self.ask(visit, ask)
            if 300 <= capture.status < 400 and "location" in headers:
                ask = _followed(visit, ask, headers["location"], capture)
                continue
            if capture.status >= 400 and not (gone and capture.status in GONE):
                raise refusal(ask, capture, body)
            return _as_page(visit, ask, capture, body), capture, False
        raise Unseen("changed", ask.url, f"{ask.url}: chuyển hướng quá {MAX_REDIRECTS} lần", capture.digest)


# --- words and small parts ----------------------------------------------------------------------------------------


def _as_page(visit: Visit, ask: Ask, capture: Capture, body: bytes) -> Page:
    return Page(visit.target.platform, ask.page or ask.url, body, capture.status, capture.media_type)


def _followed(visit: Visit, ask: Ask, location: str, capture: Capture) -> Ask:
    """The request a redirect leads to, if it stays on the target's own hosts and sends nothing."""
    url = link(ask.url, location)
    if urlsplit(url).netloc.lower() not in visit.target.hosts:
        raise Unseen(
            "foreign_redirect",
            ask.url,
            f"{ask.url}: bị chuyển hướng sang {location}, ngoài mục tiêu nên không đi theo",
            capture.digest,
        )
    if ask.method == "POST":
        raise Unseen(
            "changed", ask.url, f"{ask.url}: câu hỏi POST bị chuyển hướng sang {url}; không gửi lại", capture.digest
        )
    return Ask(url, page=ask.page)


def refusal(ask: Ask, capture: Capture, body: bytes) -> Unseen:
    """Return what an error status means: a wall, a server that is down, or a page that is not there."""
    where = ask.page or ask.url
    if (name := wall(capture.status, body)) is not None:
        return _blocked(where, name, capture)
    if capture.status in BUSY or capture.status >= 500:
        return Unseen("unreachable", where, f"{where}: máy chủ trả HTTP {capture.status}; thử lại sau", capture.digest)
    return Unseen(
        "http",
        where,
        f"{where}: máy chủ trả HTTP {capture.status}, trang không có ở địa chỉ này; kiểm tra lại địa chỉ",
        capture.digest,
    )


def check_own(visit: Visit, ask: Ask) -> None:
    """Make sure that a request only reads, and reads from the target itself.

    Raises:
        Unseen: it does not, so it is not asked.

    """
    if (why := forbidden(ask, visit.target.hosts, visit.platform.READING)) is not None:
        raise Unseen("foreign", ask.url, f"{ask.url}: không truy cập, {why}")


def denied(url: str) -> Unseen:
    """Return that the host's robots.txt does not allow an address."""
    why = f"{url}: robots.txt của máy chủ không cho phép; muốn kiểm tra, cần thỏa thuận với đơn vị quản trị"
    return Unseen("robots", url, why)


def _blocked(where: str, name: str, capture: Capture) -> Unseen:
    why = f"{where}: không kiểm tra được vì bị chặn: {name}; không phải lỗi của cơ quan, hãy liên hệ đơn vị quản trị hoặc thử lại sau"
    return Unseen("blocked", where, why, capture.digest)


def _sourced(record: PublishedProcedure, visit: Visit, ask: Ask, capture: Capture) -> PublishedProcedure:
    """The record with where and when it was seen."""
    target = visit.target
    source = replace(
        record.source,
        agency=target.agency,
        url=ask.page or ask.url,
        captured_on=capture.captured_at.astimezone(LOCAL).date().isoformat(),
        capture=capture.digest,
        target=target.id,
        level=target.level,
        territory=target.territory,
    )
    return replace(record, source=source)
