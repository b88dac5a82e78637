"""Asks portals with all manners, whatever carries the questions, and keeps every answer: the wire is Scrapy or our own.

One request at a time for each host, at its pace, within its hours, where its robots.txt allows it; a busy server is asked again
after the time it names, and a certificate that cannot be trusted is told before anything is asked.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import urljoin, urlsplit

from crawlers.archive import ArchiveError, Exchange, read_body
from crawlers.canary import canary_of
from crawlers.ledger import PAGES, Line
from crawlers.manners import BUSY, MAX_WAIT, RESUME, Pace, Robots, retry_after, wall, within
from crawlers.platforms import Ask
from crawlers.settings import settings
from crawlers.tls import FAILED, VERIFIED, distrusted
from crawlers.visit import Answer, Unseen, Visit
from crawlers.walk import check_own, denied, refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from crawlers.archive import Entry, Recorder
    from crawlers.ledger import Ledger
    from crawlers.targets import Target

# Uncoded, so that what is kept is what was sent; a server that codes it anyway is decoded and the coding noted.
HEADERS = {
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Language": "vi",
    "Accept-Encoding": "identity",
}
"""What every request says besides who we are."""


class Received(NamedTuple):
    """One answer as it came, no redirect followed: the headers of the request as sent, then status, headers and body, decoded.

    `asked` is read at most once: most requests are not kept.
    """

    asked: Iterable[tuple[str, str]]
    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


class Wire(Protocol):
    """Carries one request, within the settings' time and size; raises Unseen where there is no answer, with the reason."""

    def __call__(self, visit: Visit, ask: Ask, headers: Mapping[str, str], *, unverified: bool) -> Awaitable[Received]:
        """Ask once. `unverified`: without verifying the server's certificate, which is known to be bad."""


@dataclass(slots=True)
class Host:
    """What is known of one host while it is visited."""

    pace: Pace
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    robots: Robots | Unseen | None = None
    tls: str | None = None
    checking: asyncio.Lock = field(default_factory=asyncio.Lock)


class Asker:
    """Asks for all targets of one crawl; those on one host share its pace."""

    def __init__(
        self,
        visits: Sequence[Visit],
        recorder: Recorder,
        ledger: Ledger,
        wire: Wire,
        *,
        retries: int,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._recorder, self._ledger, self._wire = recorder, ledger, wire
        self._retries, self._now = retries, now
        targets = [visit.target for visit in visits]
        self._hosts = {host: Host(_pace(host, targets)) for target in targets for host in target.hosts}
        self.body = partial(read_body, recorder.folder)

    def note(self, line: Line) -> None:
        """Write a line of the ledger.

        Raises:
            ArchiveError: the disk does not take it.

        """
        try:
            self._ledger.note(line)
        except OSError as error:
            raise ArchiveError(
                f"{self._recorder.folder / PAGES}: không ghi được sổ trang ({error.strerror}); giải phóng chỗ trống rồi chạy lại"
            ) from error

    async def ask(self, visit: Visit, ask: Ask, *, before: Entry | None = None, look: int = 1) -> Answer:
        """Ask politely, keeping every answer; a busy server is asked again after the time it names."""
        check_own(visit, ask)
        host = self._hosts[urlsplit(ask.url).netloc.lower()]
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
                    self.note(Line(visit.target.id, "robots", "GET", where.url, "seen", capture.status, capture.digest))
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
                        self.note(Line(visit.target.id, "robots", "GET", where.url, "failed", why=why))
                    host.robots = unseen
            if isinstance(host.robots, Unseen):
                raise host.robots
            return host.robots

    async def _ask_host(
        self, visit: Visit, ask: Ask, host: Host, *, before: Entry | None = None, look: int = 1
    ) -> Answer:
        if ask.url.lower().startswith("https:"):
            await self._check_tls(ask, host)
        retries = 0 if ask.url == canary_of(visit.target).url else self._retries
        for attempt in range(retries + 1):
            last = attempt == retries
            pause = max(1.0, host.pace.delay) * 2**attempt
            async with host.pace.turn():
                if not within(visit.target.window, self._now()):
                    raise Unseen(
                        "window",
                        ask.url,
                        f"{ask.url}: ngoài giờ được phép truy cập ({visit.target.window}); {RESUME} trong khung giờ đó",
                    )
                try:
                    answer = await self._exchange(visit, ask, host, before, look)
                except Unseen as unseen:
                    if last or unseen.fault.kind != "unreachable":
                        raise
                    host.pace.hold(pause)
                    continue
            if answer.capture.status not in BUSY or last:
                break
            asked = retry_after(answer.headers.get("retry-after"), self._now())
            if asked is not None and asked > MAX_WAIT:
                break
            host.pace.hold(pause if asked is None else asked)
        return answer

    async def _check_tls(self, ask: Ask, host: Host) -> None:
        """Learn once whether the host's certificate can be trusted; nothing is asked of the host but that."""
        async with host.checking:
            if host.tls is None:
                parts = urlsplit(ask.url)
                where = (parts.hostname or "", parts.port or 443)
                why = await asyncio.to_thread(distrusted, *where, settings().timeout)
                host.tls = VERIFIED if why is None else FAILED + why

    async def _exchange(self, visit: Visit, ask: Ask, host: Host, before: Entry | None, look: int) -> Answer:
        """Ask once, and keep the answer."""
        tls = host.tls if ask.url.lower().startswith("https:") else None
        at = self._now()
        unverified = tls is not None and tls.startswith(FAILED)
        carry = partial(self._wire, visit, ask, _asking(ask) | _unless(ask, before), unverified=unverified)
        try:
            got = await carry()
        except HungUp:
            if not ask.body:  # what has no body, the wires ask again themselves
                raise
            got = await carry()
        entry = self._recorder.keep(
            Exchange(
                target=visit.target.id,
                method=ask.method,
                url=ask.url,
                request_headers=got.asked,
                request_body=ask.body,
                status=got.status,
                headers=got.headers,
                body=got.body,
                at=at,
                rendered=ask.rendered,
                look=look,
                tls=tls,
            ),
            before,
        )
        if not visit.listed_all and 200 <= entry.capture.status < 300:
            visit.earlier[ask.key] = entry  # a list that is a document is both its own list page and its detail
        not_sent = got.status == 304 and before is not None
        return Answer(
            entry,
            None if not_sent else got.body,
            {name.lower(): value for name, value in got.headers},
            unchanged=before is not None and look == 1 and entry.capture.digest == before.capture.digest,
            kept=not_sent,
            load=self.body,
        )


# --- words and small parts ----------------------------------------------------------------------------------------

UNKNOWN_HOST = "không tìm thấy tên máy chủ"
REFUSED = "máy chủ từ chối kết nối"
TIMEOUT = "máy chủ không trả lời trong thời gian chờ"
CUT_SHORT = "kết nối bị ngắt giữa chừng, dữ liệu không đủ"
INSECURE = "không thiết lập được kết nối an toàn, chứng chỉ TLS của máy chủ không hợp lệ hoặc không được tin cậy"


class HungUp(Unseen):
    """The server closed the connection, often one kept from the question before, without a word of an answer."""

    def __init__(self, ask: Ask) -> None:
        super().__init__("unreachable", ask.url, f"{ask.url}: máy chủ đóng kết nối mà không trả lời; thử lại sau")


def unreachable(ask: Ask, words: str) -> Unseen:
    """Return that there was no whole answer."""
    return Unseen("unreachable", ask.url, f"{ask.url}: {words}; thử lại sau")


def too_large(ask: Ask) -> Unseen:
    """Return that an answer is larger than we take."""
    return Unseen("too_large", ask.url, f"{ask.url}: trang lớn hơn giới hạn, không tải; tăng SOAT_MAX_RESPONSE nếu cần")


def miscoded(ask: Ask, error: Exception) -> Unseen:
    """Return that a body is not packed as its head says."""
    why = (
        f"{ask.url}: máy chủ báo trang được nén nhưng không giải nén được ({' '.join(str(error).split())}); thử lại sau"
    )
    return Unseen("coding", ask.url, why)


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


def _asking(ask: Ask) -> dict[str, str]:
    """The headers of a question that has a body."""
    headers = {} if ask.media_type is None else {"Content-Type": ask.media_type}
    return headers if ask.json is None else {**headers, "Accept": "application/json"}
