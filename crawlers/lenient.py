"""Scrapy's handler, and beside it one that fetches pages without verifying certificates, where the request says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler

from crawlers.heads import BoundedHandler, BoundedHeads
from crawlers.tls import OLDEST_CIPHERS

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

UNVERIFIED = "soat_unverified"
"""The key of a request's meta that asks for it to be made without verifying the certificate."""


class Lenient(BoundedHeads):
    """A download handler that makes the requests so marked without verifying, and all others as it would."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._unverified = BoundedHandler(_Unverified(crawler))  # type: ignore[arg-type] # stands for the crawler

    async def download_request(self, request: Request) -> Response:
        """Make a request."""
        if request.meta.get(UNVERIFIED) and not request.meta.get("playwright"):
            return await self._unverified.download_request(request)
        response: Response = await super().download_request(request)  # type: ignore[misc]
        return response

    async def close(self) -> None:
        """Close both ways."""
        await self._unverified.close()
        await super().close()  # type: ignore[misc]


class LenientHandler(Lenient, HTTP11DownloadHandler):
    """Scrapy's own handler, and beside it one that does not verify."""


class _Unverified:
    """A crawler whose settings do not ask for certificates to be verified, and allow the oldest ciphers."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self.settings = crawler.settings.copy()
        self.settings.frozen = False
        self.settings.set("DOWNLOAD_VERIFY_CERTIFICATES", False, "cmdline")
        self.settings.set("DOWNLOADER_CLIENT_TLS_CIPHERS", OLDEST_CIPHERS, "cmdline")

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the crawler has
        return getattr(self._crawler, name)
