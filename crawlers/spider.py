"""The one spider: carries the questions of a crawl through Scrapy's downloader, those to a browser among them.

The manners are kept where the questions come from (`crawlers.asking`), so Scrapy's own middlewares for redirects, retries and
robots.txt are switched off (see crawl.py).
"""

from __future__ import annotations

import asyncio
import zlib
from gzip import BadGzipFile
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

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
from twisted.web.client import ResponseNeverReceived

from crawlers.asking import (
    CUT_SHORT,
    INSECURE,
    REFUSED,
    TIMEOUT,
    UNKNOWN_HOST,
    HungUp,
    Received,
    miscoded,
    too_large,
    unreachable,
)
from crawlers.lenient import UNVERIFIED
from crawlers.platforms import ascii_of
from crawlers.settings import settings
from crawlers.visit import Unseen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from scrapy.http import Headers, Response

    from crawlers.asking import Wire
    from crawlers.platforms import Ask
    from crawlers.visit import Visit

_NETWORK = (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
_CODING = (BadGzipFile, EOFError, zlib.error)
"""What comes of a body that is not packed as its head says."""


class PortalSpider(scrapy.Spider):
    """Makes Scrapy's downloader the wire that `ready` waits for, until the crawl is done."""

    name = "soat"

    def __init__(self, *, ready: asyncio.Future[Wire], until: asyncio.Task[None]) -> None:
        super().__init__()
        self._ready, self._until = ready, until

    async def start(self) -> AsyncIterator[Any]:
        """Wait for the crawl; yields nothing, for what is asked does not come from here."""
        self._ready.set_result(self.carry)
        await asyncio.wait({self._until})
        nothing: tuple[Any, ...] = ()
        for item in nothing:
            yield item

    async def carry(self, visit: Visit, ask: Ask, headers: Mapping[str, str], *, unverified: bool) -> Received:
        """Ask once; whatever keeps the answer from us is said in words."""
        request = scrapy.Request(
            ask.url,
            method=ask.method,
            body=ask.body,
            headers=dict(headers),
            dont_filter=True,
            meta={"download_slot": urlsplit(ask.url).netloc.lower(), UNVERIFIED: unverified},
        )
        try:
            response = await (self._shown(visit, ask, request) if ask.rendered else self._downloaded(request))
        except _CODING as error:
            raise miscoded(ask, error) from error
        except (DownloadCancelledError, IgnoreRequest) as error:
            raise too_large(ask) from error
        except _NETWORK as error:
            if isinstance(error.__cause__, ResponseNeverReceived):
                raise HungUp(ask) from error
            raise unreachable(ask, _network_words(error)) from error
        asked = [("Host", urlsplit(ask.url).netloc), *_pairs(request.headers)]
        return Received(asked, response.status, _pairs(response.headers), response.body)

    async def _downloaded(self, request: scrapy.Request) -> Response:
        assert self.crawler.engine is not None  # noqa: S101 - Scrapy starts spiders with an engine
        return await self.crawler.engine.download_async(request)

    async def _shown(self, visit: Visit, ask: Ask, request: scrapy.Request) -> Response:
        """Ask a browser; make sure that it stayed on the target's hosts, and that the page is not too large."""
        from crawlers.rendering import NO_BROWSER, BrowserError, asked_of_browser  # noqa: PLC0415 - most crawls need none

        unverified = request.meta[UNVERIFIED]
        request.meta.update(asked_of_browser(visit.target.hosts, visit.platform.READING, unverified=unverified))
        try:
            response = await self._downloaded(request)
        except BrowserError as error:
            if "Executable doesn't exist" in str(error):
                raise Unseen("no_browser", ask.url, f"{ask.url}: {NO_BROWSER}") from error
            raise unreachable(ask, f"trình duyệt không mở được trang ({str(error).splitlines()[0]})") from error
        if urlsplit(response.url).netloc.lower() not in visit.target.hosts:
            why = f"{ask.url}: bị chuyển hướng sang {response.url}, ngoài mục tiêu nên không xem"
            raise Unseen("foreign_redirect", ask.url, why)
        if len(response.body) > settings().max_response:
            raise too_large(ask)
        return response


def _network_words(error: Exception) -> str:
    text = str(error)
    if "certificate" in text or "SSL" in text or "TLS" in text:
        return INSECURE
    words = {
        CannotResolveHostError: UNKNOWN_HOST,
        DownloadConnectionRefusedError: REFUSED,
        DownloadTimeoutError: TIMEOUT,
        ResponseDataLossError: CUT_SHORT,
    }
    return words.get(type(error), f"lỗi kết nối ({text})")


def _pairs(headers: Headers) -> list[tuple[str, str]]:
    return [(ascii_of(name), ascii_of(value)) for name, values in headers.items() for value in values]
