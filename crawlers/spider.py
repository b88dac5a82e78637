"""The one spider: walks any platform's list, then its detail pages, keeps every answer, and reports what it could not see.

It asks through Scrapy's downloader one page at a time and in plain order of thought; the manners are kept here, so Scrapy's
own middlewares for redirects, retries and robots.txt are switched off (see crawl.py).
"""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from gzip import BadGzipFile
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import scrapy
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)

from crawlers.archive import ArchiveError, Exchange, read_body
from crawlers.canary import canary_of
from crawlers.ledger import PAGES, Line
from crawlers.manners import BUSY, MAX_WAIT, RESUME, Pace, Robots, retry_after, wall, within
from crawlers.platforms import Ask, ascii_of
from crawlers.rendering import NO_BROWSER, BrowserError, asked_of_browser
from crawlers.settings import settings
from crawlers.tls import FAILED, UNVERIFIED, VERIFIED, distrusted
from crawlers.visit import Answer, Unseen, Visit
from crawlers.walk import Walk, check_own, denied, refusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from scrapy.http import Headers, Response

    from crawlers.archive import Entry, Recorder
    from crawlers.ledger import Ledger
    from crawlers.targets import Target

_NETWORK = (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
_CODING = (BadGzipFile, EOFError, zlib.error)
"""What comes of a body that is not packed as its head says."""


@dataclass(slots=True)
class Host:
    """What is known of one host while it is visited."""

    pace: Pace
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    robots: Robots | Unseen | None = None
    tls: str | None = None
    checking: asyncio.Lock = field(default_factory=asyncio.Lock)


class PortalSpider(scrapy.Spider):
    """Visits all targets of one crawl side by side; targets on one host share its pace."""

    name = "soat"

    def __init__(
        self,
        *,
        visits: list[Visit],
        recorder: Recorder,
        ledger: Ledger,
        retries: int,
        tell: Callable[[Visit], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__()
        self.recorder, self.retries, self.tell, self.now = recorder, retries, tell, now
        self.ledger, self.visits = ledger, visits
        self._walk = Walk(self._ask, partial(read_body, recorder.folder), tell, self._note)
        targets = [visit.target for visit in visits]
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

    async def _visit(self, visit: Visit) -> None:
        try:
            await self._walk.visit(visit)
        except ArchiveError as error:
            self.failure = error
            self.stop()
        self.tell(visit)

    def _note(self, line: Line) -> None:
        try:
            self.ledger.note(line)
        except OSError as error:
            raise ArchiveError(
                f"{self.recorder.folder / PAGES}: không ghi được sổ trang ({error.strerror}); giải phóng chỗ trống rồi chạy lại"
            ) from error

    async def _ask(self, visit: Visit, ask: Ask, *, before: Entry | None = None, look: int = 1) -> Answer:
        """Ask politely, keeping every answer; a busy server is asked again after the time it names."""
        check_own(visit, ask)
        host = self.hosts[urlsplit(ask.url).netloc.lower()]
        robots = await self._robots(visit, ask, host)
        waived = visit.target.robots_waived
        if waived is None and not robots.allows(ask.url):
            raise denied(ask.url)
        if waived is not None:
            visit.notes[f"bỏ qua robots.txt theo văn bản: {waived}"] = None
        return await self._ask_host(visit, ask, host, before=before, look=look)

    async def _robots(self, visit: Visit, ask: Ask, host: Host) -> Robots:
        async with host.asking:
            if host.robots is None:
                where = Ask(urljoin(ask.url, "/robots.txt"))
                try:
                    answer = await self._ask_host(visit, where, host)
                    capture, body = answer.capture, answer.body
                    self._note(
                        Line(visit.target.id, "robots", "GET", where.url, "seen", capture.status, capture.digest)
                    )
                    if (
                        capture.status == 429
                        or capture.status >= 500
                        or (b"<html" in body[:2048].lower() and wall(capture.status, body))
                    ):
                        raise refusal(where, capture, body)
                    host.robots = Robots(capture.status, body)
                    host.pace.delay = max(host.pace.delay, host.robots.delay)
                except Unseen as unseen:
                    if unseen.fault.kind == "window":
                        raise  # another target on this host may have another window
                    if unseen.status is None:
                        why = unseen.fault.why
                        self._note(Line(visit.target.id, "robots", "GET", where.url, "failed", why=why))
                    host.robots = unseen
            if isinstance(host.robots, Unseen):
                raise host.robots
            return host.robots

    async def _ask_host(
        self, visit: Visit, ask: Ask, host: Host, *, before: Entry | None = None, look: int = 1
    ) -> Answer:
        if ask.url.lower().startswith("https:"):
            await self._check_tls(ask, host)
        retries = 0 if ask.key == canary_of(visit.target).key else self.retries
        for attempt in range(retries + 1):
            last = attempt == retries
            pause = max(1.0, host.pace.delay) * 2**attempt
            async with host.pace.turn():
                if not within(visit.target.window, self.now()):
                    raise Unseen(
                        "window",
                        ask.url,
                        f"{ask.url}: ngoài giờ được phép truy cập ({visit.target.window}); {RESUME} trong khung giờ đó",
                    )
                try:
                    answer = await self._attempt(visit, ask, before, look)
                except Unseen as unseen:
                    if last or unseen.fault.kind != "unreachable":
                        raise
                    host.pace.hold(pause)
                    continue
            if answer.capture.status not in BUSY or last:
                break
            asked = retry_after(answer.headers.get("retry-after"), self.now())
            if asked is not None and asked > MAX_WAIT:
                break
            host.pace.hold(pause if asked is None else asked)
        return answer

    async def _attempt(self, visit: Visit, ask: Ask, before: Entry | None, look: int) -> Answer:
        """Ask once; whatever keeps the answer from us is said in words."""
        try:
            return await self._exchange(visit, ask, before, look)
        except _CODING as error:
            why = f"{ask.url}: máy chủ báo trang được nén nhưng không giải nén được ({error}); thử lại sau"
            raise Unseen("coding", ask.url, why) from error
        except (DownloadCancelledError, IgnoreRequest) as error:
            why = f"{ask.url}: trang lớn hơn giới hạn, không tải; tăng SOAT_MAX_RESPONSE nếu cần"
            raise Unseen("too_large", ask.url, why) from error
        except BrowserError as error:
            if "Executable doesn't exist" in str(error):
                raise Unseen("no_browser", ask.url, f"{ask.url}: {NO_BROWSER}") from error
            why = f"{ask.url}: trình duyệt không mở được trang ({str(error).splitlines()[0]}); thử lại sau"
            raise Unseen("unreachable", ask.url, why) from error
        except _NETWORK as error:
            raise Unseen("unreachable", ask.url, f"{ask.url}: {_network_words(error)}; thử lại sau") from error

    async def _check_tls(self, ask: Ask, host: Host) -> None:
        """Learn once whether the host's certificate can be trusted; nothing is asked of the host but that."""
        async with host.checking:
            if host.tls is None:
                parts = urlsplit(ask.url)
                where = (parts.hostname or "", parts.port or 443)
                why = await asyncio.to_thread(distrusted, *where, settings().timeout)
                host.tls = VERIFIED if why is None else FAILED + why

    async def _exchange(self, visit: Visit, ask: Ask, before: Entry | None, look: int) -> Answer:
        request = scrapy.Request(
            ask.url,
            method=ask.method,
            body=ask.body,
            headers=_asking(ask) | _unless(ask, before),
            dont_filter=True,
            meta={"download_slot": urlsplit(ask.url).netloc.lower()},
        )
        tls = self.hosts[urlsplit(ask.url).netloc.lower()].tls if ask.url.lower().startswith("https:") else None
        request.meta[UNVERIFIED] = unverified = (tls or "").startswith(FAILED)
        if ask.rendered:
            request.meta.update(asked_of_browser(visit.target.hosts, visit.platform.READING, unverified=unverified))
        at = self.now()
        assert self.crawler.engine is not None  # noqa: S101 - Scrapy starts spiders with an engine
        response: Response = await self.crawler.engine.download_async(request)
        headers = _pairs(response.headers)
        if ask.rendered:
            _check_rendered(visit, ask, response)
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
                rendered=ask.rendered,
                look=look,
                tls=tls,
            ),
            before,
        )
        if not visit.listed_all and 200 <= entry.capture.status < 300:
            visit.earlier[ask.key] = entry  # a list that is a document is both its own list page and its detail
        not_sent = response.status == 304 and before is not None
        return Answer(
            entry,
            None if not_sent else response.body,
            {name.lower(): value for name, value in headers},
            unchanged=before is not None and look == 1 and entry.capture.digest == before.capture.digest,
            kept=not_sent,
            load=partial(read_body, self.recorder.folder),
        )


# --- words and small parts ----------------------------------------------------------------------------------------


def _pace(host: str, targets: Sequence[Target]) -> Pace:
    """The pace of a host that several targets may share: that of the most careful of them."""
    sharing = [target for target in targets if host in target.hosts]
    return Pace(max(target.delay for target in sharing), min(target.parallel for target in sharing))


def _unless(ask: Ask, before: Entry | None) -> dict[str, str]:
    """The headers that ask for a page only if it is another than the one kept."""
    if before is None or ask.method != "GET" or ask.rendered:
        return {}
    told = {"If-None-Match": before.etag, "If-Modified-Since": before.modified}
    return {name: value for name, value in told.items() if value is not None}


def _check_rendered(visit: Visit, ask: Ask, response: Response) -> None:
    """Make sure that the browser stayed on the target's hosts, and that the page is not too large."""
    if urlsplit(response.url).netloc.lower() not in visit.target.hosts:
        why = f"{ask.url}: bị chuyển hướng sang {response.url}, ngoài mục tiêu nên không xem"
        raise Unseen("foreign_redirect", ask.url, why)
    if len(response.body) > settings().max_response:
        raise DownloadCancelledError


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


def _asking(ask: Ask) -> dict[str, str]:
    """The headers of a question that has a body."""
    headers = {} if ask.media_type is None else {"Content-Type": ask.media_type}
    return headers if ask.json is None else {**headers, "Accept": "application/json"}


def _pairs(headers: Headers) -> list[tuple[str, str]]:
    return [(ascii_of(name), ascii_of(value)) for name, values in headers.items() for value in values]
