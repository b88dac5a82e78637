"""How we behave on other people's servers: who we say we are, how fast we ask, where and when we may, and when we are refused.

A refusal (bot wall, 401, 403, 429) is never a fault of the agency: it is recorded as "could not be checked".
"""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from protego import Protego

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from crawlers.platforms import Ask
    from crawlers.targets import Target

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
ROBOT = "soat"
RESUME = "phần đã tải được giữ nguyên; chạy lại đúng lệnh này để làm tiếp"
MAX_WAIT = 300.0  # seconds; a server that asks us to wait longer is left alone until another day
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
REFUSED = frozenset({401, 403, 407, 429, 451})


class MannersError(ValueError):
    """The crawl would be ill-mannered and is not begun; the message says what to set."""


def check_identified(targets: Sequence[Target], contact: str) -> None:
    """Refuse to visit other people's hosts namelessly.

    Raises:
        MannersError: a target is not on loopback and `contact` is empty.

    """
    strangers = sorted({t.id for t in targets if not all(is_loopback(f"//{host}") for host in t.hosts)})
    if strangers and not contact.strip():
        raise MannersError(
            f"chưa đặt địa chỉ liên hệ nên không thu thập {', '.join(strangers)}: "
            "đặt SOAT_CONTACT (trang web hoặc thư điện tử của đơn vị kiểm tra) rồi chạy lại"
        )


def is_loopback(url: str) -> bool:
    """Say whether a URL's host is this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def forbidden(ask: Ask, hosts: frozenset[str], reading: Sequence[str]) -> str | None:
    """Say why a request may not be made at all, or None: only the target's own hosts, and POST only where it reads."""
    parts = urlsplit(ask.url)
    if parts.scheme not in {"http", "https"} or parts.netloc.lower() not in hosts:
        return f"máy chủ {parts.netloc or ask.url} không thuộc mục tiêu ({', '.join(sorted(hosts))})"
    if ask.method == "POST" and not parts.path.endswith(tuple(reading)):
        return f"POST tới {parts.path} không nằm trong danh sách địa chỉ chỉ để đọc của nền tảng"
    return None


def within(window: str | None, now: datetime) -> bool:
    """Say whether `now` (aware) lies in a window such as "20:00-06:00", local hours; None is any time."""
    if window is None:
        return True
    start, end = (time.fromisoformat(part) for part in window.split("-"))
    clock = now.astimezone(LOCAL).time()
    return start <= clock < end if start <= end else clock >= start or clock < end


class Pace:
    """One host's turn-taking: at most `parallel` requests at once, `delay` seconds between two starts, pauses when told to."""

    def __init__(self, delay: float, parallel: int) -> None:
        self.delay = delay
        self._free = asyncio.Semaphore(parallel)
        self._next = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for the next turn and hold it."""
        async with self._free:
            loop = asyncio.get_running_loop()
            while (wait := self._next - loop.time()) > 0:  # noqa: ASYNC110 - `hold` may move the time while we sleep
                await asyncio.sleep(wait)
            self._next = loop.time() + self.delay
            yield

    def hold(self, seconds: float) -> None:
        """Let no request start for so long: the server said that it is too much."""
        self._next = max(self._next, asyncio.get_running_loop().time() + seconds)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Read a Retry-After header, seconds or an HTTP date, as seconds from now; None: absent or unreadable."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now) / timedelta(seconds=1))


class Robots:
    """A host's robots.txt as RFC 9309 reads it: 4xx means no rules."""

    def __init__(self, status: int, body: bytes) -> None:
        self._rules = Protego.parse(body.decode("utf-8", "replace") if status == 200 else "")

    def allows(self, url: str) -> bool:
        """Say whether we may ask for this URL."""
        return bool(self._rules.can_fetch(url, ROBOT))

    @property
    def delay(self) -> float:
        """The seconds between two requests that the host asks for; 0: nothing asked."""
        return float(self._rules.crawl_delay(ROBOT) or 0.0)


_WALLS = (
    (re.compile(rb"/TSPD/|\bbobcmn\b|TSPD_101|APM_DO_NOT_TOUCH"), "tường lửa F5 trả trang kiểm tra trình duyệt"),
    (
        re.compile(rb"<title>\s*Request Rejected|The requested URL was rejected"),
        "tường lửa từ chối (“Request Rejected”)",
    ),
    (
        re.compile(rb"cf-chl|cf_chl_|challenge-platform|Attention Required! \| Cloudflare|<title>\s*Just a moment"),
        "Cloudflare trả trang kiểm tra trình duyệt",
    ),
    (
        re.compile(rb"(?i)<title>[^<]*access denied|viettel[^<]{0,60}(waf|cloudrity)|cloudrity"),
        "tường lửa từ chối (“Access denied”)",
    ),
    (
        re.compile(rb"(?i)g-recaptcha|h-captcha|hcaptcha\.com|recaptcha/api|<(?:img|input|form|div)[^>]{0,200}captcha"),
        "trang đòi nhập mã xác nhận (captcha)",
    ),
)


def wall(status: int, body: bytes) -> str | None:
    """Say in Vietnamese which bot wall an answer is, or None. Ask only of answers that could not be read as what was due."""
    head = body[:65536]
    for signs, name in _WALLS:
        if signs.search(head):
            return name
    if status in REFUSED:
        return f"máy chủ từ chối (HTTP {status})"
    return None
