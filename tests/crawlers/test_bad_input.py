"""One server that does everything wrong: the crawl stays small and short, says what happened, and reads the rest."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
import pytest

from crawlers.ledger import PAGES
from crawlers.settings import settings
from tests.crawlers.probing import probe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crawlers.records import SourceReport

MIB = 2**20
LIMIT = 24 * MIB
HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def sized(body: bytes, more: bytes = b"") -> bytes:
    return HTML + more + b"Content-Length: %d\r\n\r\n" % len(body) + body


def hang(to: socket.socket) -> None:
    to.recv(1)


def drip(to: socket.socket) -> None:
    to.sendall(HTML + b"Content-Length: 1000\r\n\r\n")
    for _ in range(20):
        to.sendall(b"x")
        time.sleep(0.3)


def drip_head(to: socket.socket) -> None:
    for byte in HTML * 9:
        to.sendall(bytes((byte,)))
        time.sleep(0.3)


def reset(to: socket.socket) -> None:
    to.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def break_off(to: socket.socket) -> None:
    to.sendall(HTML + b"Content-Length: 5000\r\n\r\n" + b"x" * 2000)


def huge(to: socket.socket) -> None:
    to.sendall(HTML + b"Content-Length: 2147483648\r\n\r\n")
    flood(to)


def endless(to: socket.socket) -> None:
    to.sendall(HTML + b"Transfer-Encoding: chunked\r\n\r\n")
    flood(to, b"10000\r\n" + b"x" * 65536 + b"\r\n")


def flood(to: socket.socket, part: bytes = b"x" * 65536) -> None:
    """Send until nobody listens; at most 2 GB."""
    for _ in range(2**31 // len(part)):
        to.sendall(part)
        SENT[0] += len(part)


def bomb(to: socket.socket) -> None:
    to.sendall(HTML + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB)


def heads(to: socket.socket) -> None:
    to.sendall(HTML)
    flood(to, b"X-More: %s\r\n" % (b"y" * 8000))


def page(size: int) -> bytes:
    row = b"<div><p>Quy trinh tiep nhan</p><ul><li>mot</li></ul></div>"
    return b"<html><body><h1>To lon</h1>" + row * (size // len(row)) + b"</body></html>"


def packed(size: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(bytes(MIB)) for _ in range(size)) + packer.flush()


SENT = [0]
BOMB = packed(60)  # once: packing it takes longer than the patience of a crawl
GOOD = sized(b"<h1>Binh thuong</h1>")


class Bad(NamedTuple):
    """What the server does at a path, and what is made of it: the outcome, and words of the reason."""

    does: Callable[[socket.socket], None] | bytes
    outcome: str
    words: str = ""


CASES = {
    "hang": Bad(hang, "failed", "thời gian chờ"),
    "drip": Bad(drip, "failed", "thời gian chờ"),
    "drip_head": Bad(drip_head, "failed", "thời gian chờ"),
    "reset": Bad(reset, "failed", "kết nối"),
    "break_off": Bad(break_off, "failed", "kết nối"),
    "huge": Bad(huge, "failed", "lớn hơn giới hạn"),
    "endless": Bad(endless, "failed", "lớn hơn giới hạn"),
    "bomb": Bad(bomb, "failed", "lớn hơn giới hạn"),
    "large": Bad(sized(page(50 * MIB)), "failed", "lớn hơn giới hạn"),
    "within": Bad(sized(page(20 * MIB)), "seen"),
    "redirect": Bad(b"HTTP/1.1 302 Found\r\nLocation: /redirect\r\nContent-Length: 0\r\n\r\n", "failed", "chuyển hướng quá"),
    "away": Bad(b"HTTP/1.1 302 Found\r\nLocation: http://[/\r\nContent-Length: 0\r\n\r\n", "failed", "ngoài mục tiêu"),
    "bad_gzip": Bad(sized(b"khong phai gzip", b"Content-Encoding: gzip\r\n"), "failed", "không giải nén được"),
    "charset": Bad(sized("<h1>Tiếng Việt</h1>".encode()).replace(b"text/html", b"text/html; charset=utf-16"), "seen"),
    "no_charset": Bad(sized("<h1>Tiếng Việt</h1>".encode()).replace(b"text/html", b"text/html; charset=klingon"), "seen"),
    "no_type": Bad(sized(b"<h1>Khong kieu</h1>").replace(b"text/html", b"\xff\xfe;;=\x01"), "seen"),
    "nul": Bad(sized(b"<h1>C\0o so\0 khong</h1>" + b"\0" * 5000), "seen"),
    "deep": Bad(sized(b"<div>" * 100_000 + b"<h1>Sau</h1>"), "seen"),
    "empty": Bad(sized(b""), "failed", "name"),
    "status": Bad(GOOD.replace(b"200 OK", b"999 La"), "failed", "HTTP 999"),
    # After these the light wire of a second crawl leaves the host to Scrapy.
    "heads": Bad(heads, "failed", "thử lại sau"),
    "no_http": Bad(b"chao ban\r\n\r\n", "failed", "kết nối"),
    "bad_chunk": Bad(HTML + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc", "failed", "kết nối"),
}  # fmt: skip


def answer(connection: socket.socket) -> None:
    with connection, contextlib.suppress(OSError):
        head = b""
        while b"\r\n\r\n" not in head:
            part = connection.recv(4096)
            if not part:
                return
            head += part
        path = head.split(b" ", 2)[1].decode().strip("/")
        if path == "list":
            # Between any two of them stands an ordinary page, so that the host is never taken to be down.
            entries = [entry for name in CASES for entry in (name, f"fine_{name}")]
            connection.sendall(sized(orjson.dumps({"entries": entries, "total": len(entries)})))
        elif path.startswith("fine_"):
            connection.sendall(GOOD)
        elif path not in CASES:
            connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        elif isinstance(does := CASES[path].does, bytes):
            connection.sendall(does)
        else:
            does(connection)


@pytest.fixture(scope="module")
def bad_server() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        server.shutdown(socket.SHUT_RDWR)


class Crawled(NamedTuple):
    again: bool
    report: SourceReport
    lines: dict[str, dict[str, Any]]
    seconds: float
    peak: int
    sent: int


@pytest.fixture(scope="module", params=["first", "again"])
def crawled(bad_server: str, folder: Path, request: pytest.FixtureRequest) -> Iterator[Crawled]:
    """One crawl of all of it, over Scrapy; then another into the same folder, over the light wire."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOAT_TIMEOUT", "2")
        patch.setenv("SOAT_RETRIES", "0")
        patch.setenv("SOAT_MAX_RESPONSE", str(LIMIT))
        patch.setenv("PROBE_PEAK", str(folder / "peak"))
        settings.cache_clear()
        before, start = SENT[0], time.monotonic()
        report = probe(bad_server, folder, parallel=1)
        seconds = time.monotonic() - start
    rows = [orjson.loads(line) for line in (folder / "captures" / PAGES).read_bytes().splitlines()]
    lines = {row["url"].removeprefix(bad_server): row for row in rows if row["kind"] == "detail"}
    peak = int(Path(folder / "peak").read_text(encoding="ascii"))
    yield Crawled(request.param == "again", report, lines, seconds, peak, SENT[0] - before)
    settings.cache_clear()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bad")


@pytest.mark.parametrize("name", CASES)
def test_the_ledger_says_what_happened_and_the_next_page_is_read(crawled: Crawled, name: str) -> None:
    line, fine = crawled.lines[name], crawled.lines[f"fine_{name}"]
    seen = {"seen": "unchanged"} if crawled.again else {}
    assert line["outcome"] == seen.get(CASES[name].outcome, CASES[name].outcome)
    assert fine["outcome"] == seen.get("seen", "seen")
    assert CASES[name].words in line.get("why", "")
    assert "\n" not in line.get("why", "")


def test_time_and_memory_are_bounded(crawled: Crawled) -> None:
    failed = sum(case.outcome == "failed" for case in CASES.values())
    assert (crawled.report.state, len(crawled.report.faults)) == ("partial", failed)
    assert crawled.report.read == 2 * len(CASES) - failed
    assert crawled.seconds < 40
    assert crawled.peak < 400 * 1024, "some copies of the largest page that may be loaded"
    assert crawled.sent < 200 * MIB, "what is too large is broken off, not loaded to its end"
