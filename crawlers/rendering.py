"""Pages that only a browser shows: read as they stand once their scripts have run, asking nothing but the target's own hosts.

Scrapy hands the requests so marked to scrapy-playwright; what a page's scripts may ask is decided here.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from playwright.async_api import Error as BrowserError
from scrapy_playwright.page import PageMethod  # type: ignore[import-untyped]

from crawlers.chromium import launch_options
from crawlers.settings import settings

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from playwright.async_api import BrowserContext, Page, Request, Route, WebSocketRoute

__all__ = ["NO_BROWSER", "BrowserError", "asked_of_browser", "browser_settings"]

NO_BROWSER = "không có trình duyệt để xem trang này; cài chromium (hoặc chạy `make setup`) rồi chạy lại"
_SETTLE = 10.0  # seconds a page's scripts may go on asking before it is taken as it stands

_allowed: WeakKeyDictionary[Page, tuple[frozenset[str], tuple[str, ...]]] = WeakKeyDictionary()
_guarded: WeakKeyDictionary[BrowserContext, bool] = WeakKeyDictionary()


def browser_settings(hosts: Collection[str]) -> dict[str, Any]:
    """Return the Scrapy settings of a crawl with a browser that finds no other hosts than these (with port)."""
    names = sorted({urlsplit(f"//{host}").hostname or host for host in hosts})
    # Redirects pass by the routes below, so names are refused where they are looked up as well.
    rules = ", ".join(["MAP * ~NOTFOUND", *(f"EXCLUDE {name}" for name in names)])
    return {
        "DOWNLOAD_HANDLERS": {
            "http": "crawlers.browser.LenientBrowser",
            "https": "crawlers.browser.LenientBrowser",
        },
        "PLAYWRIGHT_LAUNCH_OPTIONS": launch_options(f"--host-resolver-rules={rules}"),
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": settings().timeout * 1000,
        "PLAYWRIGHT_ABORT_REQUEST": _unwanted,
    }


def asked_of_browser(hosts: frozenset[str], reading: Sequence[str], *, unverified: bool) -> dict[str, Any]:
    """Return the request's meta by which a browser is asked; the page's scripts may ask `hosts`, and POST only where it reads.

    Certificates are verified by ourselves (`crawlers.tls`); a browser that knows less authorities than we is told not to mind.
    """
    lenient = unverified or settings().ca_bundle is not None

    async def begin(page: Page, request: object) -> None:
        del request
        _allowed[page] = (hosts, tuple(reading))
        await page.route_web_socket("**", _closed)
        if page.context not in _guarded:
            _guarded[page.context] = True
            await page.context.route("**", _refused)

    return {
        "playwright": True,
        "playwright_context": "lenient" if lenient else "default",
        "playwright_context_kwargs": {
            "service_workers": "block",
            "locale": "vi-VN",
            "accept_downloads": False,
            "ignore_https_errors": lenient,
        },
        "playwright_page_init_callback": begin,
        "playwright_page_goto_kwargs": {"wait_until": "load"},
        "playwright_page_methods": [PageMethod(_settled)],
    }


def _unwanted(request: Request) -> bool:
    """Say whether a page may not make this request."""
    parts = urlsplit(request.url)
    if parts.scheme in {"data", "blob", "about"}:
        return False
    try:
        hosts, reading = _allowed[request.frame.page]
    except (BrowserError, KeyError):  # of no page that we opened
        return True
    if parts.scheme not in {"http", "https"} or parts.netloc.lower() not in hosts:
        return True
    return request.method not in {"GET", "HEAD"} and not (
        request.method == "POST" and parts.path.endswith(reading) and bool(reading)
    )


async def _refused(route: Route) -> None:
    """Let no window ask that a page opens by itself; the pages we open have routes of their own."""
    await route.abort()


def _closed(socket: WebSocketRoute) -> None:
    """Take a web socket's place and never connect it."""
    del socket


async def _settled(page: Page) -> None:
    """Wait until the page asks nothing more for a moment; one that never rests is taken as it stands."""
    with suppress(BrowserError):
        await page.wait_for_load_state("networkidle", timeout=min(_SETTLE, settings().timeout) * 1000)
