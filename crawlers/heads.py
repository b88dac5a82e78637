"""Scrapy's handler with bounded heads: it bounds bodies only, and a head that never ends would fill the memory until its time is up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.core.downloader.handlers import http11

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.interfaces import IAddress
    from twisted.web._newclient import HTTP11ClientProtocol

MAX_HEAD = 2**20
"""Bytes of an answer before its body; servers and browsers allow a tenth of it."""


class _Protocol(http11._LenientHTTP11ClientProtocol):  # noqa: SLF001 - neither library lets its protocol be chosen
    """Breaks the connection off when the head has grown too large."""

    _head = 0

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Take in a piece of the answer."""
        in_head = self._parser is not None and self._parser.state in {"STATUS", "HEADER"}
        self._head = self._head + len(data) if in_head else 0
        if self._head > MAX_HEAD and self.transport is not None:
            self.transport.abortConnection()
            return
        super().dataReceived(data)  # type: ignore[no-untyped-call]


class _Factory(http11._LenientHTTP11ClientFactory):  # noqa: SLF001
    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: N802 - Twisted's name
        del addr
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class BoundedHeads:
    """A download handler, beside Scrapy's own, whose answers may have heads of `MAX_HEAD` bytes at most."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)  # type: ignore[call-arg] # a mixin: the handler beside it takes the crawler
        self._pool._factory = _Factory  # type: ignore[attr-defined] # noqa: SLF001 - as Scrapy sets its own


class BoundedHandler(BoundedHeads, http11.HTTP11DownloadHandler):
    """Scrapy's own handler, bounded so."""
