"""The one spider: walks any platform's list, then its detail pages, keeps every answer, and reports what it could not see.

It asks through Scrapy's downloader one page at a time and in plain order of thought; the manners are kept here, so Scrapy's
own middlewares for redirects, retries and robots.txt are switched off (see crawl.py).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin, urlsplit

import orjson
import scrapy
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)

from crawlers.archive import ArchiveError, Entry, Exchange, Recorder, read_body
from crawlers.manners import BUSY, LOCAL, MAX_WAIT, RESUME, Pace, Robots, forbidden, retry_after, wall, within
from crawlers.page import Page, PageChanged, link
from crawlers.platforms import Ask, Listing, Platform, Reading, load
from crawlers.records import Capture, Fault, PublishedProcedure, SourceReport, SourceState

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence

    from scrapy.http import Headers, Response

    from crawlers.targets import Target

Part = TypeVar("Part", Listing, Reading)

LOST = 5  # detail pages in a row that cannot be reached before the host is taken to be down
MAX_REDIRECTS = 5
_NETWORK = (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
_ENDS = {
    "blocked": SourceState.BLOCKED,
    "robots": SourceState.BLOCKED,
    "unreachable": SourceState.UNREACHABLE,
    "window": SourceState.OUTSIDE_WINDOW,
}
"""What a fault on a list page makes of the whole source; every other kind makes it CHANGED."""


class Unseen(Exception):  # noqa: N818 - not a program error: a page that could not be seen
    """A page that could not be seen or read, as the fault that is reported."""

    def __init__(self, kind: str, url: str, why: str, capture: str | None = None) -> None:
        super().__init__(why)
        self.fault = Fault(kind, url, why, capture)


@dataclass(slots=True)
class Host:
    """What is known of one host while it is visited."""

    pace: Pace
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    robots: Robots | Unseen | None = None


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
    seen: int = 0
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
        if self.end is None and self.changed * 2 > len(self.entries):
            state = SourceState.CHANGED
        elif self.end is None and (why := self._suspicion()):
            state = SourceState.SUSPECT
            faults.insert(0, Fault("count", self.target.url, why))
        elif self.end is None and self.failed:
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


class PortalSpider(scrapy.Spider):
    """Visits all targets of one crawl side by side; targets on one host share its pace."""

    name = "soat"

    def __init__(
        self,
        *,
        targets: list[Target],
        recorder: Recorder,
        started: Mapping[str, datetime],
        retries: int,
        tell: Callable[[Visit], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__()
        self.recorder, self.retries, self.tell, self.now = recorder, retries, tell, now
        self.visits = [Visit(target, load(target.platform), started[target.id]) for target in targets]
        for visit in self.visits:
            visit.earlier = _earlier(recorder.entries, visit)
        self.hosts = {host: Host(_pace(host, targets)) for target in targets for host in target.hosts}
        self.failure: ArchiveError | None = None
        self.finished = self.stopped = False
        self._tasks: list[asyncio.Task[None]] = []

    def stop(self) -> None:
        """Stop cleanly: nothing more is asked, everything fetched is already kept."""
        self.stopped = True
        for task in self._tasks:
            task.cancel()

    async def start(self) -> AsyncIterator[Any]:
        """Visit every target; yields nothing, for records are written in list order when all is read."""
        if not self.stopped:
            self._tasks = [asyncio.create_task(self._visit(visit)) for visit in self.visits]
        for ended in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended  # a fault of ours: Scrapy logs it with its traceback, and `finished` stays False
        self.finished = True
        nothing: tuple[Any, ...] = ()
        for item in nothing:
            yield item

    # --- one target

    async def _visit(self, visit: Visit) -> None:
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
        except ArchiveError as error:
            self.failure = error
            self.stop()
        self.tell(visit)

    async def _list(self, visit: Visit) -> None:
        """Follow the list to its end, refusing to go in circles."""
        ask: Ask | None = visit.platform.first(visit.target)
        asked: set[str] = set()
        while ask is not None:
            if ask.key in asked:
                raise Unseen(
                    "changed",
                    ask.url,
                    f"{ask.url}: con trỏ trang không tiến, danh sách lặp lại chính nó; cần xem lại cách phân trang",
                )
            asked.add(ask.key)
            reader = partial(visit.platform.read_list, ask=ask, seen=visit.seen)
            listing, capture = await self._read(visit, ask, reader)
            new = [entry for entry in listing.entries if entry.key not in visit.entries]
            if listing.entries and not new:
                raise Unseen(
                    "changed",
                    ask.url,
                    f"{ask.url}: trang này chỉ lặp lại những thủ tục của trang trước; cần xem lại cách phân trang",
                    capture.digest,
                )
            visit.entries |= {entry.key: entry for entry in new}
            visit.seen += len(listing.entries)
            visit.total = listing.total
            visit.listing.append(capture.digest)
            ask = listing.following
            self.tell(visit)
        visit.lines = [None] * len(visit.entries)
        visit.raws = [None] * len(visit.entries)

    async def _details(self, visit: Visit, queue: Iterator[tuple[int, Ask]]) -> None:
        for index, ask in queue:
            if visit.halted:
                break
            try:
                reading, capture = await self._read(visit, ask, partial(visit.platform.read_detail, ask=ask))
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

    async def _read(self, visit: Visit, ask: Ask, reader: Callable[[Page], Part]) -> tuple[Part, Capture]:
        """Fetch and read one page. A page kept by the interrupted run before that cannot be read is fetched anew."""
        fresh = False
        while True:
            page, capture, earlier = await self._page(visit, ask, fresh=fresh)
            try:
                return reader(page), capture
            except (PageChanged, RecursionError) as error:
                if earlier:
                    fresh = True
                    continue
                if (name := wall(page.status, page.body)) is not None:
                    raise _blocked(page.url, name, capture) from error
                why = str(error) if isinstance(error, PageChanged) else str(page.changed("HTML", "lồng nhau quá sâu"))
                raise Unseen("changed", page.url, why, capture.digest) from error

    # --- one page

    async def _page(self, visit: Visit, ask: Ask, *, fresh: bool) -> tuple[Page, Capture, bool]:
        """Return a page, its capture, and whether it was already kept by the interrupted run that this one resumes."""
        entry = visit.earlier.get(ask.key)
        if entry is not None and not fresh:
            return _as_page(visit, ask, entry.capture, read_body(self.recorder.folder, entry)), entry.capture, True
        for _ in range(MAX_REDIRECTS):
            capture, body, headers = await self._ask(visit, ask)
            if 300 <= capture.status < 400 and "location" in headers:
                ask = _followed(visit, ask, headers["location"], capture)
                continue
            if capture.status >= 400:
                raise _refusal(ask, capture, body)
            return _as_page(visit, ask, capture, body), capture, False
        raise Unseen("changed", ask.url, f"{ask.url}: chuyển hướng quá {MAX_REDIRECTS} lần", capture.digest)

    async def _ask(self, visit: Visit, ask: Ask) -> tuple[Capture, bytes, dict[str, str]]:
        """Ask politely, keeping every answer; a busy server is asked again after the time it names."""
        if (why := forbidden(ask, visit.target.hosts, visit.platform.READING)) is not None:
            raise Unseen("foreign", ask.url, f"{ask.url}: không truy cập, {why}")
        host = self.hosts[urlsplit(ask.url).netloc.lower()]
        robots = await self._robots(visit, ask, host)
        if not robots.allows(ask.url):
            raise Unseen(
                "robots",
                ask.url,
                f"{ask.url}: robots.txt của máy chủ không cho phép; muốn kiểm tra, cần thỏa thuận với đơn vị quản trị",
            )
        return await self._ask_host(visit, ask, host)

    async def _robots(self, visit: Visit, ask: Ask, host: Host) -> Robots:
        async with host.asking:
            if host.robots is None:
                where = Ask(urljoin(ask.url, "/robots.txt"))
                try:
                    capture, body, _ = await self._ask_host(visit, where, host)
                    if (
                        capture.status == 429
                        or capture.status >= 500
                        or (b"<html" in body[:2048].lower() and wall(capture.status, body))
                    ):
                        raise _refusal(where, capture, body)
                    host.robots = Robots(capture.status, body)
                    host.pace.delay = max(host.pace.delay, host.robots.delay)
                except Unseen as unseen:
                    if unseen.fault.kind == "window":
                        raise  # another target on this host may have another window
                    host.robots = unseen
            if isinstance(host.robots, Unseen):
                raise host.robots
            return host.robots

    async def _ask_host(self, visit: Visit, ask: Ask, host: Host) -> tuple[Capture, bytes, dict[str, str]]:
        for attempt in range(self.retries + 1):
            last = attempt == self.retries
            pause = max(1.0, host.pace.delay) * 2**attempt
            async with host.pace.turn():
                if not within(visit.target.window, self.now()):
                    raise Unseen(
                        "window",
                        ask.url,
                        f"{ask.url}: ngoài giờ được phép truy cập ({visit.target.window}); {RESUME} trong khung giờ đó",
                    )
                try:
                    capture, response, headers = await self._exchange(visit, ask)
                except DownloadCancelledError as error:
                    raise Unseen(
                        "too_large",
                        ask.url,
                        f"{ask.url}: trang lớn hơn giới hạn, không tải; tăng SOAT_MAX_RESPONSE nếu cần",
                    ) from error
                except _NETWORK as error:
                    if last:
                        raise Unseen(
                            "unreachable", ask.url, f"{ask.url}: {_network_words(error)}; thử lại sau"
                        ) from error
                    host.pace.hold(pause)
                    continue
            if capture.status not in BUSY or last:
                break
            asked = retry_after(headers.get("retry-after"), self.now())
            if asked is not None and asked > MAX_WAIT:
                break
            host.pace.hold(pause if asked is None else asked)
        return capture, response, headers

    async def _exchange(self, visit: Visit, ask: Ask) -> tuple[Capture, bytes, dict[str, str]]:
        request = scrapy.Request(
            ask.url,
            method=ask.method,
            body=ask.body,
            headers={"Content-Type": "application/json", "Accept": "application/json"}
            if ask.json is not None
            else None,
            dont_filter=True,
            meta={"download_slot": urlsplit(ask.url).netloc.lower()},
        )
        at = self.now()
        assert self.crawler.engine is not None  # noqa: S101 - Scrapy starts spiders with an engine
        response: Response = await self.crawler.engine.download_async(request)
        headers = _pairs(response.headers)
        entry = self.recorder.keep(
            Exchange(
                target=visit.target.id,
                method=ask.method,
                url=ask.url,
                request_headers=[("Host", urlsplit(ask.url).netloc), *_pairs(request.headers)],
                request_body=ask.body,
                status=response.status,
                headers=headers,
                body=response.body,
                at=at,
            )
        )
        if not visit.lines and 200 <= response.status < 300:
            visit.earlier[ask.key] = entry  # a list that is a document is both its own list page and its detail
        return entry.capture, response.body, {name.lower(): value for name, value in headers}


# --- words and small parts ----------------------------------------------------------------------------------------


def _pace(host: str, targets: Sequence[Target]) -> Pace:
    """The pace of a host that several targets may share: that of the most careful of them."""
    sharing = [target for target in targets if host in target.hosts]
    return Pace(max(target.delay for target in sharing), min(target.parallel for target in sharing))


def _earlier(entries: Sequence[Entry], visit: Visit) -> dict[str, Entry]:
    """What an interrupted run of this same crawl had already fetched well."""
    return {
        entry.key: entry
        for entry in entries
        if entry.capture.target == visit.target.id
        and entry.capture.captured_at >= visit.started
        and 200 <= entry.capture.status < 300
    }


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


def _refusal(ask: Ask, capture: Capture, body: bytes) -> Unseen:
    """What an error status means: a wall, a server that is down, or a page that is not there."""
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


def _blocked(where: str, name: str, capture: Capture) -> Unseen:
    why = f"{where}: không kiểm tra được vì bị chặn: {name}; không phải lỗi của cơ quan, hãy liên hệ đơn vị quản trị hoặc thử lại sau"
    return Unseen("blocked", where, why, capture.digest)


def _network_words(error: Exception) -> str:
    text = str(error)
    if "certificate" in text or "SSL" in text or "TLS" in text:
        return "không thiết lập được kết nối an toàn, chứng chỉ TLS của máy chủ không hợp lệ hoặc không được tin cậy"
    words = {
        CannotResolveHostError: "không tìm thấy tên máy chủ",
        DownloadConnectionRefusedError: "máy chủ từ chối kết nối",
        DownloadTimeoutError: "máy chủ không trả lời trong thời gian chờ",
        ResponseDataLossError: "kết nối bị ngắt giữa chừng, dữ liệu không đủ",
    }
    return words.get(type(error), f"lỗi kết nối ({text})")


def _pairs(headers: Headers) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values]


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
