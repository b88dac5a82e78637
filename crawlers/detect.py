"""Which portal family a site is, and by what it is known: its address and the few others where families show themselves.

Asked in plain order, one at a time, with the crawl's manners; nothing is kept and no cookie is sent back.
"""

from __future__ import annotations

import http.client
import ssl
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

from crawlers.manners import BUSY, Robots, check_identified, is_loopback, wall
from crawlers.page import Page, link
from crawlers.platforms import load, names
from crawlers.records import Fault
from crawlers.settings import settings
from crawlers.targets import Target

if TYPE_CHECKING:
    from collections.abc import Callable

GENERIC = "generic"
CANARY = "khong-co-trang-nay-7f3a9c"
"""An address that no site has: what answers it as if it were there says nothing about other addresses either."""
MAX_BYTES = 4 << 20
MAX_REDIRECTS = 5
_GONE = frozenset({404, 410})
DELAY = 1.0  # seconds between two requests to a host that is not ours


class DetectError(ValueError):
    """The address is none that can be asked; one sentence that says what is needed."""


@dataclass(frozen=True, slots=True)
class Family:
    """A family that the site was recognised as: its platform, and by what, page by page."""

    platform: str
    signs: tuple[tuple[str, str], ...]
    """Pairs of a URL and what it shows, in Vietnamese."""


@dataclass(frozen=True, slots=True)
class Detection:
    """What was seen of a site: the families it may be, the likeliest first, and what could not be seen."""

    url: str
    families: tuple[Family, ...]
    asked: int
    faults: tuple[Fault, ...] = ()

    @property
    def platform(self) -> str | None:
        """The platform to read the site with; None: too little could be seen to say."""
        if self.families:
            return self.families[0].platform
        return None if self.faults else GENERIC


class _Answer(NamedTuple):
    url: str
    status: int
    media_type: str
    body: bytes


class _Unseen(Exception):  # noqa: N818 - not a program error: an address that could not be seen
    def __init__(self, kind: str, url: str, why: str) -> None:
        super().__init__(why)
        self.fault = Fault(kind, url, f"{url}: {why}")


def detect(url: str, *, pause: Callable[[float], None] = time.sleep) -> Detection:
    """Ask a site which family it is; `pause` waits between two requests.

    Raises:
        DetectError: `url` is no http or https address.
        MannersError: the host is not this machine, and no contact is set.

    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise DetectError(f"“{url}” phải bắt đầu bằng http:// hoặc https://")
    check_identified([Target("detect", "", "province", GENERIC, url)], settings().contact)
    asker = _Asker(parts.netloc, 0.0 if is_loopback(url) else DELAY, pause)
    signs: list[tuple[str, str, str]] = []
    faults: list[Fault] = []
    try:
        home = asker.get(url)
        if home.status in _GONE:
            faults.append(_refusal(home).fault)  # there may be something below it all the same
        elif home.status >= 400:
            raise _refusal(home)
        else:
            signs += _seen(home)
        nowhere = asker.get(urljoin(_base(home.url), CANARY))
        if nowhere.status < 400 and (name := wall(nowhere.status, nowhere.body)) is not None:
            raise _blocked(nowhere, name)
        for probe in _probes():
            answer = _ask_probe(asker, urljoin(_base(home.url), probe), faults)
            if answer is not None and not _same(answer, nowhere):
                signs += _seen(answer, probe)
    except _Unseen as unseen:
        faults.append(unseen.fault)
    return Detection(url, _families(signs, url), asker.asked, tuple(faults))


def _probes() -> list[str]:
    """Where the families show themselves besides a site's own address, each once."""
    return list(dict.fromkeys(probe for name in names() for probe in load(name).PROBES if probe))


def _base(url: str) -> str:
    """The folder that the probes stand below: the site's address without a file or a question."""
    path = urlsplit(url).path
    head, _, last = path.rpartition("/")
    folder = head if "." in last or urlsplit(url).query else path
    return urljoin(url, folder.rstrip("/") + "/")


def _ask_probe(asker: _Asker, address: str, faults: list[Fault]) -> _Answer | None:
    """The answer at one of the places where families show themselves; None: there is nothing to see there.

    Raises:
        _Unseen: the site refuses us or is down, so nothing more is asked.

    """
    try:
        answer = asker.get(address)
    except _Unseen as unseen:
        if unseen.fault.kind == "foreign_redirect":
            return None
        if unseen.fault.kind != "robots":
            raise
        faults.append(unseen.fault)
        return None
    if answer.status in BUSY:
        raise _refusal(answer)
    if answer.status >= 400 and answer.status not in _GONE:
        faults.append(_refusal(answer).fault)  # this one address is refused
    return answer if answer.status < 400 else None


def _seen(answer: _Answer, probe: str | None = None) -> list[tuple[str, str, str]]:
    """What one answer shows: of the site's own address to every family, elsewhere to those that look for it there.

    Raises:
        _Unseen: it shows nothing but a wall.

    """
    found: list[tuple[str, str, str]] = []
    for name in names():
        module = load(name)
        if probe is None or probe in module.PROBES:
            why = module.recognise(Page(name, answer.url, answer.body, answer.status, answer.media_type))
            found += [] if why is None else [(name, answer.url, why)]
    if not found and (walled := wall(answer.status, answer.body)) is not None:
        raise _blocked(answer, walled)
    return found


def _same(answer: _Answer, nowhere: _Answer) -> bool:
    """Say whether an answer is what the site answers to any address, which may be printed in it."""
    if nowhere.status >= 400:
        return False

    def bare(one: _Answer) -> bytes:
        parts = urlsplit(one.url)
        return one.body.replace(f"{parts.path}?{parts.query}".encode(), b"").replace(parts.path.encode(), b"")

    return bare(answer) == bare(nowhere)


def _families(signs: list[tuple[str, str, str]], home: str) -> tuple[Family, ...]:
    """The families, those known by most pages first; among equals those known at an address of their own, then by name."""
    counted = Counter(name for name, _, _ in signs)
    own = {name for name, url, _ in signs if url != home}
    order = sorted(counted, key=lambda name: (-counted[name], name not in own, name))
    return tuple(
        Family(name, tuple(dict.fromkeys((url, why) for one, url, why in signs if one == name))) for name in order
    )


def _refusal(answer: _Answer) -> _Unseen:
    if (name := wall(answer.status, answer.body)) is not None:
        return _blocked(answer, name)
    if answer.status in BUSY or answer.status >= 500:
        return _Unseen("unreachable", answer.url, f"máy chủ trả HTTP {answer.status}; thử lại sau")
    return _Unseen("http", answer.url, f"máy chủ trả HTTP {answer.status}, không có trang ở địa chỉ này; kiểm tra lại")


def _blocked(answer: _Answer, name: str) -> _Unseen:
    return _Unseen(
        "blocked", answer.url, f"không kiểm tra được vì bị chặn: {name}; không phải lỗi của cơ quan, hãy thử lại sau"
    )


# --- asking -------------------------------------------------------------------------------------------------------


class _Asker:
    """Asks one host, politely: in turn, by its robots.txt, following redirects on the host itself only."""

    def __init__(self, host: str, delay: float, pause: Callable[[float], None]) -> None:
        self._host, self._delay, self._pause = host.lower(), delay, pause
        self._robots: Robots | None = None
        self.asked = 0

    def get(self, url: str) -> _Answer:
        """Return the answer at a URL, at the end of its redirects.

        Raises:
            _Unseen: there is none, or it may not be asked for.

        """
        if self._robots is None:
            answer = self._exchange(urljoin(url, "/robots.txt"))[0]
            walled = b"<html" in answer.body[:2048].lower() and wall(answer.status, answer.body) is not None
            if answer.status == 429 or answer.status >= 500 or walled:
                raise _refusal(answer)
            self._robots = Robots(answer.status, answer.body)
            self._delay = max(self._delay, self._robots.delay)
        for _ in range(MAX_REDIRECTS):
            if not self._robots.allows(url):
                raise _Unseen("robots", url, "robots.txt của máy chủ không cho phép truy cập")
            answer, location = self._exchange(url)
            if not 300 <= answer.status < 400 or location is None:
                return answer
            address = link(url, location)
            if urlsplit(address).netloc.lower() != self._host:
                raise _Unseen(
                    "foreign_redirect", url, f"bị chuyển hướng sang {location}, ngoài máy chủ này nên không đi theo"
                )
            url = address
        raise _Unseen("http", url, f"chuyển hướng quá {MAX_REDIRECTS} lần")

    def _exchange(self, url: str) -> tuple[_Answer, str | None]:
        """Ask once; returns the answer and where it redirects to."""
        if self.asked:
            self._pause(self._delay)
        self.asked += 1
        parts = urlsplit(url)
        https = parts.scheme == "https"
        kind = http.client.HTTPSConnection if https else http.client.HTTPConnection
        connection = kind(parts.netloc, timeout=settings().timeout)
        headers = {"User-Agent": settings().user_agent, "Accept": "text/html,application/json,*/*;q=0.8", "Accept-Language": "vi", "Accept-Encoding": "identity"}  # fmt: skip
        try:
            connection.request("GET", f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}", headers=headers)
            response = connection.getresponse()
            body = self._body(response, url)
        except ssl.SSLError as error:
            raise _Unseen(
                "unreachable", url, "không thiết lập được kết nối an toàn, chứng chỉ TLS không được tin cậy"
            ) from error
        except (OSError, http.client.HTTPException) as error:
            raise _Unseen(
                "unreachable", url, f"không kết nối được ({error or type(error).__name__}); thử lại sau"
            ) from error
        finally:
            connection.close()
        media_type = response.headers.get_content_type()
        return _Answer(url, response.status, media_type, body), response.headers.get("Location")

    def _body(self, response: http.client.HTTPResponse, url: str) -> bytes:
        """The body's beginning: a family is known by less; a server that drips is not waited for."""
        until = time.monotonic() + settings().timeout
        parts: list[bytes] = []
        left = MAX_BYTES
        while left > 0 and (part := response.read1(min(left, 1 << 16))):
            parts.append(part)
            left -= len(part)
            if time.monotonic() > until:
                raise _Unseen("unreachable", url, "máy chủ gửi quá chậm; thử lại sau")
        return b"".join(parts)
