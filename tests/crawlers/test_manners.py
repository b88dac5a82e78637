"""The manners, one by one: windows, Retry-After, robots.txt, walls, and what may be asked at all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawlers.manners import Robots, forbidden, is_loopback, retry_after, wall, within
from crawlers.platforms import Ask
from tests.crawlers.portal import page

NOON = datetime(2026, 11, 1, 5, 0, tzinfo=UTC)  # 12:00 in Hà Nội


@pytest.mark.parametrize(
    ("window", "hour", "inside"),
    [
        (None, 5, True),
        ("20:00-06:00", 12, False),
        ("20:00-06:00", 13, True),
        ("20:00-06:00", 22, True),
        ("20:00-06:00", 23, False),
        ("08:00-12:00", 4, True),
        ("08:00-12:00", 5, False),
    ],
)
def test_windows_are_local_hours(window: str | None, hour: int, inside: bool) -> None:
    assert within(window, NOON.replace(hour=hour)) is inside


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        ("Sun, 01 Nov 2026 05:01:00 GMT", 60.0),
        ("Sun, 01 Nov 2026 04:00:00 GMT", 0.0),
        ("Sun, 01 Nov 2026 05:00:30 -0000", 30.0),
        ("soon", None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOON) == seconds


@pytest.mark.parametrize(
    ("status", "rules", "allowed", "delay"),
    [
        (200, b"User-agent: *\nDisallow: /a\nCrawl-delay: 7", False, 7.0),
        (200, b"User-agent: soat\nAllow: /\n\nUser-agent: *\nDisallow: /", True, 0.0),
        (200, b"User-agent: khac\nDisallow: /", True, 0.0),
        (200, b"<html>\xff 404", True, 0.0),
        (404, b"User-agent: *\nDisallow: /", True, 0.0),
    ],
)
def test_robots(status: int, rules: bytes, allowed: bool, delay: float) -> None:
    robots = Robots(status, rules)
    assert (robots.allows("http://127.0.0.1/a/b"), robots.delay) == (allowed, delay)


@pytest.mark.parametrize(
    ("status", "name", "sign"),
    [
        (200, "wall_f5.html", "F5"),
        (200, "wall_rejected.html", "Request Rejected"),
        (403, "wall_viettel.html", "Access denied"),
        (503, "wall_cloudflare.html", "Cloudflare"),
        (200, "wall_captcha.html", "captcha"),
        (403, "igate1/list.html", "HTTP 403"),
    ],
)
def test_walls_are_named(status: int, name: str, sign: str) -> None:
    assert sign in (wall(status, page(name)) or "")


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (Ask("http://127.0.0.1:1/a"), None),
        (Ask("http://127.0.0.1:1/api/get-it", {}), None),
        (Ask("http://127.0.0.1:1/api/submit", {}), "POST tới /api/submit"),
        (Ask("http://127.0.0.1:2/a"), "127.0.0.1:2 không thuộc mục tiêu"),
        (Ask("http://127.0.0.1:1@evil.example/a"), "không thuộc mục tiêu"),
        (Ask("ftp://127.0.0.1:1/a"), "không thuộc mục tiêu"),
        (Ask("javascript:void(0)"), "không thuộc mục tiêu"),
    ],
)
def test_only_reading_and_only_there(ask: Ask, words: str | None) -> None:
    why = forbidden(ask, frozenset({"127.0.0.1:1"}), ("/get-it",))
    assert (why is None) if words is None else (words in (why or ""))


@pytest.mark.parametrize(
    ("url", "loopback"),
    [("http://127.0.0.1:1/", True), ("http://[::1]/", True), ("http://localhost/", True), ("http://localhost.vn/", False), ("http://10.0.0.1/", False)],
)  # fmt: skip
def test_loopback(url: str, loopback: bool) -> None:
    assert is_loopback(url) is loopback
