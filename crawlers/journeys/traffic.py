"""A journey's whole traffic: the browser sends nothing itself, every request passes the gate and leaves by our own wire, or is refused.

Two layers, of which the second does not trust the first. (1) Every request the browser lets us see is put before the gate and sent by
`wire.py`, one hop at a time: a redirect comes back to the browser as a page that asks for the next address, so that it is judged like
any other. (2) The browser's only way to the network is a proxy of ours that answers nothing and writes down who knocked: beacons after
the page's end, pings, WebSockets, prefetches, whatever the first layer is not shown.
"""

from __future__ import annotations

import asyncio
import html
import time
from collections import OrderedDict
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import orjson
from playwright.async_api import Error as BrowserError

from crawlers.journeys.guard import Asked, Gate
from crawlers.journeys.wire import Answer, Wire, now_text
from crawlers.manners import is_loopback
from crawlers.service_visits import Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    from playwright.async_api import BrowserContext, Request, Route, WebSocket

    from crawlers.service_visits import Tls

LARGEST = 16 * 2**20
"""Bytes of one answer that a page may be given."""
MAX_HOPS = 10  # redirects in a row before a page is taken to lead in a circle
CIRCLE = "chuyển hướng vòng quanh"
ROBOTS = "robots.txt của máy chủ không cho phép"
MOST_REFUSALS = 500  # written down for one journey; the rest is counted
_STUB = '<!DOCTYPE html><meta name="soat" content="redirect"><script>location.replace({url})</script>'
_DROPPED = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive", "nel", "report-to",
    "reporting-endpoints", "alt-svc", "strict-transport-security", "proxy-authenticate", "speculation-rules"})  # fmt: skip
_FAILED = 400
_STATIC = frozenset({"stylesheet", "script", "image", "font"})
_CONTENT = frozenset({"script", "stylesheet", "fetch", "xhr"})
_MAKERS = (".google.com", ".googleapis.com", ".gvt1.com")
_UNNEEDED = (
    "google-analytics.com",
    "googletagmanager.com",
    "doubleclick.net",
    "facebook.net",
    "facebook.com",
    "clarity.ms",
)
"""Others' counters: a page shows the same without them."""


@dataclass(frozen=True, slots=True)
class Passed:
    """One request and what became of it: `why` says why it was refused, None means that it was let out."""

    at: str
    method: str
    url: str
    kind: str
    why: str | None = None
    status: int | None = None
    size: int = 0
    ms: int = 0
    error: str | None = None
    media_type: str = ""
    cached: bool = False


@dataclass(slots=True)
class Shelf:
    """Stylesheets, scripts, fonts and pictures of one run, so that a portal is asked for each only once."""

    room: int = 32 * 2**20
    _answers: OrderedDict[str, Answer] = field(default_factory=OrderedDict)
    _size: int = 0

    def get(self, url: str) -> Answer | None:
        """Return what was kept of this address."""
        return self._answers.get(url)

    def keep(self, url: str, answer: Answer) -> None:
        """Keep a good answer, making room by dropping the oldest."""
        said = (answer.header("cache-control") or "").lower()
        if (
            answer.status != 200
            or "no-store" in said
            or answer.header("set-cookie")
            or url in self._answers
            or answer.size > self.room // 4
        ):
            return
        self._answers[url] = answer
        self._size += answer.size
        while self._size > self.room:
            _, dropped = self._answers.popitem(last=False)
            self._size -= dropped.size


@dataclass  # no slots: Playwright keeps its own mark on whoever handles its events
class Traffic:
    """The traffic of one attempt; `documents` are the main pages asked for, in order, `turn` waits for a host's turn.

    `told` are the answers the page before us had from addresses that end as in `keeps`: (address, body).

    `lost` names what a page needed and the gate refused: after that a failure of the page may be of our making.
    """

    gate: Gate
    wire: Wire
    shelf: Shelf
    turn: Callable[[str], AbstractAsyncContextManager[None]]
    allows: Callable[[str], Awaitable[bool]]
    keeps: tuple[str, ...] = ()
    told: list[tuple[str, bytes]] = field(default_factory=list)
    passed: list[Passed] = field(default_factory=list)
    documents: list[Passed] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    refusals: int = 0
    pending: int = 0
    still_since: float = 0.0
    asked_at: float = 0.0
    loading: int = 0
    redirecting: bool = False
    _hops: int = 0
    _secure: bool = False

    def refused(self) -> list[Refused]:
        """What was not let out, as the visit's record tells it."""
        return [
            Refused(one.method, one.url[:2000], one.why)
            for one in self.passed
            if one.why is not None and one.kind != "browser"
        ]

    def refuse(self, method: str, url: str, kind: str, why: str) -> None:
        """Write a refusal down; of endless ones only the first are kept."""
        self.refusals += 1
        if self.refusals <= MOST_REFUSALS:
            self.passed.append(Passed(now_text(), method, url, kind, why))

    def knocked(self, method: str, url: str) -> None:
        """Write down what came to the dead end: of the page, or of the browser itself, which asks its maker's hosts."""
        if (urlsplit(url).hostname or "").endswith(_MAKERS):
            self.refuse(method, url, "browser", "trình duyệt tự hỏi hãng làm ra nó; cửa ra không trả lời gì")
        else:
            self.refuse(method, url, "unseen", "trình duyệt tự gửi, ngoài trang; cửa ra không trả lời gì")

    async def guard(self, context: BrowserContext) -> None:
        """Put the gate before every request of a context."""
        await context.route("**/*", self._route)

    def socket(self, socket: WebSocket) -> None:
        """Write down a WebSocket the page wanted; it met the proxy that answers nothing."""
        self.refuse("WEBSOCKET", socket.url, "websocket", "kết nối hai chiều có thể gửi dữ liệu đi")

    async def get(
        self,
        url: str,
        *,
        kind: str = "file",
        limit: int = LARGEST,
        method: str = "GET",
        body: bytes = b"",
        media_type: str = "",
    ) -> tuple[Answer, str]:
        """Ask for a file or page without the browser, through the same gate; returns the answer and the last address.

        An answer with error "guard" was not asked for, or led where it may not; its `why` says so.
        """
        headers = {"Accept": "*/*", "Accept-Language": "vi"} | ({"Content-Type": media_type} if media_type else {})
        for _ in range(MAX_HOPS):
            if (why := await self._forbidden(Asked(method, url, body, media_type, kind))) is not None:
                self.refuse(method, url, kind, why)
                return Answer(None, error="guard", why=why), url
            async with self.turn(url):
                answer = await self.wire.send(method, url, headers, body, limit=limit)
            self._note(method, url, kind, answer)
            where = answer.header("location")
            if not _redirects(answer) or where is None:
                return answer, url
            url, method, body, media_type = _joined(url, where), "GET", b"", ""
        return Answer(None, error="circle", why=CIRCLE), url

    async def _forbidden(self, asked: Asked) -> str | None:
        """Why a page or file is not asked for: the gate does not let it pass, or its host's robots.txt does not want it."""
        why = self.gate.refuses(asked)
        return why if why is not None or await self.allows(asked.url) else ROBOTS

    # --- the browser's requests

    async def _route(self, route: Route, request: Request) -> None:
        self.pending += 1
        try:
            await self._answer(route, request)
        except BrowserError:
            pass  # the page went away while it was being answered
        finally:
            self.pending -= 1
            self.still_since = time.monotonic()

    async def _answer(self, route: Route, request: Request) -> None:
        url, method, kind = request.url, request.method, request.resource_type
        navigation = request.is_navigation_request()
        main = navigation and _is_main(request)
        if navigation:
            kind = "document"
        headers = request.headers
        asked = Asked(method, url, request.post_data_buffer or b"", headers.get("content-type", ""), kind, headers)
        why = await self._forbidden(asked) if kind == "document" else self.gate.refuses(asked)
        if main:
            self._begin_document(url)
            if why is None and self._hops > MAX_HOPS:
                why = CIRCLE
        if why is not None:
            self._refuse_page(asked, why, main=main)
            await (route.fulfill(status=204) if navigation else route.abort("blockedbyclient"))
            return
        self.loading += main
        try:
            await self._fetch(route, request, asked, navigation=navigation, main=main)
        finally:
            self.loading -= main

    def wire_tls(self) -> list[Tls]:
        """What is known of the connections to the hosts this attempt asked."""
        hosts = {urlsplit(one.url).netloc.lower() for one in self.passed if one.why is None}
        return [tls for host, tls in sorted(self.wire.tls.items()) if host in hosts]

    def _begin_document(self, url: str) -> None:
        if not self.redirecting:
            self.asked_at = time.monotonic()
            self.told.clear()
        self._hops = self._hops + 1 if self.redirecting else 0
        self.redirecting = False
        self._secure = url.startswith("https:")

    def _refuse_page(self, asked: Asked, why: str, *, main: bool) -> None:
        self.refuse(asked.method, asked.url, asked.kind, why)
        if main:
            self.documents.append(Passed(now_text(), asked.method, asked.url, "document", why))
        elif asked.kind in _CONTENT and not _unneeded(asked.url):
            self.lost.append(f"{asked.method} {asked.url[:200]}")

    async def _fetch(self, route: Route, request: Request, asked: Asked, *, navigation: bool, main: bool) -> None:
        url, static = asked.url, asked.kind in _STATIC
        if self._secure and url.startswith("http:") and not is_loopback_secure(url):
            self.mixed.append(url)
        if static and asked.method == "GET" and (kept := self.shelf.get(url)) is not None:
            self.passed.append(
                Passed(
                    now_text(),
                    "GET",
                    url,
                    asked.kind,
                    status=kept.status,
                    size=kept.size,
                    media_type=kept.media_type,
                    cached=True,
                )
            )
            await _fulfil(route, kept)
            return
        headers = dict(request.headers)
        where, answer = url, Answer(None)
        for _ in range(MAX_HOPS):
            if cookies := await request_cookies(request, where):
                headers["cookie"] = cookies
            # A page with all that belongs to it is one look: only pages wait for their turn.
            async with self.turn(where) if navigation else nullcontext():
                answer = await self.wire.send(asked.method, where, headers, asked.body, limit=LARGEST)
            seen = self._note(asked.method, where, asked.kind, answer)
            if main:
                self.documents.append(seen)
            location = answer.header("location")
            if not _redirects(answer) or location is None:
                break
            target = _joined(where, location)
            if navigation:
                self.redirecting = self.redirecting or main
                await _fulfil(route, _stub(target, answer))
                return
            if asked.method not in {"GET", "HEAD"}:
                self.refuse(asked.method, target, asked.kind, "câu hỏi bị chuyển hướng, không gửi lại")
                await route.abort("blockedbyclient")
                return
            if (why := self.gate.refuses(Asked("GET", target, kind=asked.kind, headers=asked.headers))) is not None:
                self._refuse_page(Asked("GET", target, kind=asked.kind), why, main=False)
                await route.abort("blockedbyclient")
                return
            where = target
        if answer.status is None or answer.error is not None:
            await (route.fulfill(status=204) if navigation else route.abort("failed"))
            return
        if static:
            self.shelf.keep(url, answer)
        self._remember(where, answer)
        await _fulfil(route, answer)

    def _remember(self, url: str, answer: Answer) -> None:
        if self.keeps and (answer.status or _FAILED) < _FAILED and urlsplit(url).path.endswith(self.keeps):
            self.told.append((url, answer.body))

    def _note(self, method: str, url: str, kind: str, answer: Answer) -> Passed:
        seen = Passed(
            now_text(), method, url, kind, None, answer.status, answer.size, answer.ms, answer.error, answer.media_type
        )
        self.passed.append(seen)
        return seen

    # --- evidence

    def lines(self) -> bytes:
        """Every request as JSON lines, let out or refused, in the order of time."""
        keys = ("at", "method", "url", "kind", "why", "status", "size", "ms", "error", "media_type", "cached")
        rows = [{key: getattr(one, key) for key in keys} | {"allowed": one.why is None} for one in self.passed]
        if self.refusals > MOST_REFUSALS:
            rows.append({"allowed": False, "why": f"và {self.refusals - MOST_REFUSALS} yêu cầu khác bị chặn"})
        return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)

    def har(self) -> bytes:
        """What was let out, as HTTP Archive 1.2; bodies are kept apart."""
        entries = [
            {
                "startedDateTime": one.at,
                "time": one.ms,
                "request": {"method": one.method, "url": one.url, "httpVersion": "HTTP/1.1", "cookies": [], "headers": [], "queryString": [], "headersSize": -1, "bodySize": -1},
                "response": {
                    "status": one.status or 0, "statusText": one.error or "", "httpVersion": "HTTP/1.1", "cookies": [], "headers": [],
                    "content": {"size": one.size, "mimeType": one.media_type}, "redirectURL": "", "headersSize": -1, "bodySize": one.size,
                },
                "cache": {},
                "timings": {"send": 0, "wait": one.ms, "receive": 0},
                "_resourceType": one.kind,
            }
            for one in self.passed
            if one.why is None and not one.cached
        ]  # fmt: skip
        return orjson.dumps(
            {"log": {"version": "1.2", "creator": {"name": "soat", "version": "0.1"}, "entries": entries}}
        )


# --- the proxy that answers nothing -------------------------------------------------------------------------------


@asynccontextmanager
async def dead_end(knocked: Callable[[str, str], None]) -> AsyncIterator[str]:
    """Run a proxy on loopback that lets nothing through; `knocked` is told method and address of everything that came to it."""

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, ValueError, asyncio.IncompleteReadError):
            line = await asyncio.wait_for(reader.readline(), 5)
            words = line.decode("latin-1").split(" ")
            if len(words) == 3:
                knocked(words[0], words[1] if words[0] != "CONNECT" else f"//{words[1]}")
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
        with suppress(OSError):
            writer.close()
            await writer.wait_closed()

    server = await asyncio.start_server(client, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


# --- small parts --------------------------------------------------------------------------------------------------


def is_loopback_secure(url: str) -> bool:
    """Whether browsers take a plain address for safe all the same: this machine."""
    return is_loopback(url)


async def request_cookies(request: Request, url: str) -> str:
    """Return the Cookie header the browser would send with this request."""
    with suppress(BrowserError):
        cookies = await request.frame.page.context.cookies(url)
        return "; ".join(f"{one.get('name')}={one.get('value')}" for one in cookies)
    return ""


def _is_main(request: Request) -> bool:
    try:
        return request.frame.parent_frame is None
    except BrowserError:
        return True  # a new window, whose page is not there yet


def _redirects(answer: Answer) -> bool:
    return answer.status in {301, 302, 303, 307, 308}


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location.strip())
    except ValueError:
        return location


def _unneeded(url: str) -> bool:
    name = urlsplit(url).hostname or ""
    return any(name == one or name.endswith("." + one) for one in _UNNEEDED)


def _stub(target: str, answer: Answer) -> Answer:
    """The page that asks for the next address; cookies set by the redirect come with it."""
    address = orjson.dumps(target).decode().replace("<", "\\u003c")
    cookies = tuple((name, value) for name, value in answer.headers if name.lower() == "set-cookie")
    body = (
        _STUB.format(url=address)
        + f'<noscript><meta http-equiv="refresh" content="0;url={html.escape(target)}"></noscript>'
    )
    return Answer(200, (("Content-Type", "text/html; charset=utf-8"), *cookies), body.encode())


async def _fulfil(route: Route, answer: Answer) -> None:
    headers: dict[str, str] = {}
    for name, value in answer.headers:
        lower = name.lower()
        if lower in _DROPPED:
            continue
        headers[lower] = f"{headers[lower]}\n{value}" if lower == "set-cookie" and lower in headers else value
    await route.fulfill(status=answer.status, headers=headers, body=answer.body)
