"""A light wire for targets crawled before: most of their answers are "unchanged", and Scrapy's engine would cost more than all the rest.

It takes what it can and leaves all else to the wire behind it: targets seen for the first time, pages that a browser shows, and
servers whose answers only a more patient parser reads.
"""

from __future__ import annotations

import re
import ssl
from functools import cache
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from aiohttp.http_exceptions import ContentEncodingError
from w3lib.url import safe_url_string
from yarl import URL

from crawlers.asking import (
    CUT_SHORT,
    HEADERS,
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
from crawlers.platforms import ascii_of
from crawlers.settings import settings
from crawlers.tls import OLDEST_CIPHERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawlers.asking import Wire
    from crawlers.platforms import Ask
    from crawlers.visit import Visit

_LONGEST = 1 << 16
"""Bytes of one header; portals send long cookies and policies."""
_PART = 1 << 20
_PLAIN = re.compile(r"[A-Za-z0-9:/?&=._~+,;@%-]+")
"""Addresses that travel as they stand."""


class LightWire:
    """Carries requests, or lets `behind` carry them; used as a context."""

    def __init__(self, behind: Wire) -> None:
        self._behind = behind
        self._unreadable: set[str] = set()
        self._limit = settings().max_response
        self._proxies = getproxies()
        self._trusting = ssl.create_default_context()  # now: the settings may name authorities beside the system's

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),  # how many at once, the pace says
            cookie_jar=aiohttp.CookieJar(unsafe=True),  # "unsafe": of hosts that are numbers too
            headers={**HEADERS, "User-Agent": settings().user_agent},
            max_line_size=_LONGEST,
            max_field_size=_LONGEST,
            timeout=aiohttp.ClientTimeout(total=settings().timeout),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def carry(self, visit: Visit, ask: Ask, headers: Mapping[str, str], *, unverified: bool) -> Received:
        """Ask once; whatever keeps the answer from us is said in words."""
        host = urlsplit(ask.url).netloc
        if not visit.before or ask.rendered or host in self._unreadable:
            return await self._behind(visit, ask, headers, unverified=unverified)
        try:
            async with self._session.request(
                ask.method,
                _as_sent(ask.url),
                headers=headers,
                data=ask.body or None,
                allow_redirects=False,
                ssl=_lenient() if unverified else self._trusting,
                proxy=self._proxy(ask.url),
            ) as answer:
                return Received(
                    ((name, ascii_of(value)) for name, value in answer.request_info.headers.items()),
                    answer.status,
                    [(ascii_of(name), ascii_of(value)) for name, value in answer.raw_headers],
                    await self._body(ask, answer),
                )
        except TimeoutError as error:
            raise unreachable(ask, TIMEOUT) from error
        except (aiohttp.ClientResponseError, ValueError) as error:
            self._unreadable.add(host)  # asked again after the pause that is due
            raise unreachable(ask, "lỗi kết nối (câu trả lời không đúng chuẩn HTTP)") from error
        except aiohttp.ServerDisconnectedError as error:
            raise HungUp(ask) from error
        except aiohttp.ClientError as error:
            if isinstance(error.__cause__, ContentEncodingError):
                raise miscoded(ask, error.__cause__) from error
            raise unreachable(ask, _words(error)) from error

    async def _body(self, ask: Ask, answer: aiohttp.ClientResponse) -> bytes:
        """Load a body, decoded, up to the limit."""
        if (answer.content_length or 0) > self._limit:
            answer.close()
            raise too_large(ask)
        body = bytearray()
        async for part in answer.content.iter_chunked(_PART):
            body += part
            if len(body) > self._limit:
                answer.close()
                raise too_large(ask)
        return bytes(body)

    def _proxy(self, url: str) -> str | None:
        """The proxy that the environment names for an address, as Scrapy takes it."""
        parts = urlsplit(url)
        proxy = self._proxies.get(parts.scheme)
        return None if proxy is None or proxy_bypass(parts.netloc) else proxy


@cache
def _lenient() -> ssl.SSLContext:
    """For servers whose certificate is known to be bad."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers(OLDEST_CIPHERS)
    return context


def _as_sent(url: str) -> URL:
    """The address as it travels, made safe in the way of Scrapy's."""
    return URL(url if _PLAIN.fullmatch(url) else safe_url_string(url), encoded=True)


def _words(error: aiohttp.ClientError) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return UNKNOWN_HOST
    if isinstance(error, aiohttp.ClientSSLError):
        return INSECURE
    if isinstance(error, aiohttp.ClientConnectorError):
        return REFUSED
    if isinstance(error, aiohttp.ClientPayloadError):
        return CUT_SHORT
    return f"lỗi kết nối ({error})"
