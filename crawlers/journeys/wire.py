"""The only wire to the world: one request, one answer, no redirect followed, nothing larger or longer than its limits."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver

from crawlers.service_visits import Tls

if TYPE_CHECKING:
    from collections.abc import Mapping

_PART = 1 << 16
_UNSENT = frozenset({"host", "connection", "content-length", "accept-encoding", "transfer-encoding", "keep-alive", "upgrade"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, or why there was none: `error` is timeout, refused, unknown_host, tls, lost, unreadable or too_large.

    `headers` as received, in order; `ms` until the last byte; `size` is what the server said or sent, in bytes.
    """

    status: int | None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    error: str | None = None
    why: str | None = None
    ms: int = 0
    size: int = 0

    def header(self, name: str) -> str | None:
        """Return the first header of that (lower-case) name."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    @property
    def media_type(self) -> str:
        """The media type, lower case, without parameters; "" where none was sent."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()


@dataclass(slots=True)
class Wire:
    """Sends requests; `tls` is what was seen of each host's connection. Times in seconds, sizes in bytes."""

    timeout: float
    user_agent: str
    tls: dict[str, Tls] = field(default_factory=dict)
    _session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=32, limit_per_host=8, resolver=_Resolver(), ssl=ssl.create_default_context()
            ),
            cookie_jar=aiohttp.DummyCookieJar(),  # the browser keeps the cookies, one jar a journey
            auto_decompress=True,
            max_line_size=1 << 16,
            max_field_size=1 << 16,  # portals send long cookies and policies
            skip_auto_headers=("User-Agent", "Accept", "Content-Type"),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"", *, limit: int) -> Answer:
        """Send one request; an invalid certificate is noted in `tls`, then the page is looked at all the same."""
        started = time.monotonic()
        try:
            async with asyncio.timeout(self.timeout):
                return await self._sent(method, url, headers, body, limit=limit, started=started)
        except TimeoutError:
            return _failed("timeout", f"máy chủ không trả lời xong trong {self.timeout:g} giây", started)

    async def _sent(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, *, limit: int, started: float
    ) -> Answer:
        host = url.split("/", 3)[2].lower()
        secure = url.startswith("https:")
        known = self.tls.get(host)
        verify = not (known is not None and known.valid is False)
        try:
            answer = await self._exchange(method, url, headers, body, limit=limit, verify=verify, started=started)
        except aiohttp.ClientConnectorCertificateError as error:
            self.tls[host] = Tls(host, secure=True, valid=False, why=_certificate_words(error.certificate_error))
            try:
                answer = await self._exchange(method, url, headers, body, limit=limit, verify=False, started=started)
            except (aiohttp.ClientError, OSError, ValueError) as again:
                return _failed(*_words(again), started)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if isinstance(error, aiohttp.ClientConnectorSSLError):
                self.tls[host] = Tls(host, secure=True, valid=False, why=str(error.os_error))
            return _failed(*_words(error), started)
        self._seen(host, secure=secure)
        return answer

    def _seen(self, host: str, *, secure: bool) -> None:
        """Note what a good answer says of a host: one that also answers plainly, as to send the visitor on, is secure all the same."""
        known = self.tls.get(host)
        if known is None or (secure and not known.secure):
            self.tls[host] = Tls(host, secure=secure, valid=True if secure else None)

    async def _exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        limit: int,
        verify: bool,
        started: float,
    ) -> Answer:
        assert self._session is not None  # noqa: S101 - used within its block
        sent = {
            name: value for name, value in headers.items() if name.lower() not in _UNSENT and not name.startswith(":")
        }
        sent["User-Agent"] = self.user_agent
        sent = {name: value for name, value in sent.items() if name != "user-agent"}
        more: dict[str, Any] = {} if verify else {"ssl": False}
        async with self._session.request(
            method, _raw(url), headers=sent, data=body or None, allow_redirects=False, **more
        ) as got:
            pairs = tuple(got.headers.items())
            said = got.content_length or 0
            if said > limit:
                got.close()
                return _too_large(got.status, pairs, limit, said, started)
            parts = bytearray()
            async for part in got.content.iter_chunked(_PART):
                parts += part
                if len(parts) > limit:
                    got.close()
                    return _too_large(got.status, pairs, limit, len(parts), started)
            return Answer(got.status, pairs, bytes(parts), ms=_ms(started), size=len(parts))


class _Resolver(AbstractResolver):
    """Looks names up; everything below .localhost is this machine (RFC 6761), whatever its resolver knows."""

    def __init__(self) -> None:
        self._inner = DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if host == "localhost" or host.endswith(".localhost"):
            return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]
        return await self._inner.resolve(host, port, family)

    async def close(self) -> None:
        await self._inner.close()


def _raw(url: str) -> Any:  # noqa: ANN401 - yarl's URL
    from yarl import URL  # noqa: PLC0415

    return URL(url, encoded=True)


def _ms(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def _failed(error: str, why: str, started: float) -> Answer:
    return Answer(None, error=error, why=why, ms=_ms(started))


def _too_large(status: int, pairs: tuple[tuple[str, str], ...], limit: int, size: int, started: float) -> Answer:
    why = f"lớn hơn {limit // 2**20} MiB nên không tải"
    return Answer(status, pairs, error="too_large", why=why, ms=_ms(started), size=size)


def _words(error: Exception) -> tuple[str, str]:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "unknown_host", "không tìm thấy tên máy chủ"
    if isinstance(error, aiohttp.ClientSSLError):
        return "tls", "không thiết lập được kết nối an toàn"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "refused", "máy chủ từ chối kết nối"
    if isinstance(error, aiohttp.ClientResponseError | ValueError):
        return "unreadable", "câu trả lời không đúng chuẩn HTTP"
    return "lost", "kết nối bị ngắt giữa chừng"


def _certificate_words(error: Exception) -> str:
    reason = getattr(error, "verify_message", "") or str(error)
    words = {
        "certificate has expired": "chứng chỉ đã hết hạn",
        "self-signed certificate": "chứng chỉ tự ký",
        "Hostname mismatch": "chứng chỉ cấp cho tên khác",
        "IP address mismatch": "chứng chỉ cấp cho địa chỉ khác",
        "unable to get local issuer": "chứng chỉ không do tổ chức được tin cậy cấp",
        "not yet valid": "chứng chỉ chưa có hiệu lực",
    }
    return next((text for sign, text in words.items() if sign in reason), reason or "chứng chỉ không hợp lệ")


def now_text() -> str:
    """Return the time it is, ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
