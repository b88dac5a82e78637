"""Pages a second of a whole crawl (manners, archive, extraction) against the same Scrapy only downloading, in one run.

python -m tests.bench.crawl [--pages 1500] [--kilobytes 45] [--parallel 16] [--rounds 3]
"""

from __future__ import annotations

import argparse
import asyncio
import re
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from crawlers.crawl import crawl, scrapy_settings
from crawlers.records import SourceState
from crawlers.targets import Target

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

PAGES = Path(__file__).parents[1] / "crawlers" / "pages"
PER_PAGE = 50


def main(argv: Sequence[str] | None = None) -> int:
    """Print the two rates and their ratio; returns 0."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pages", type=int, default=1500)
    arguments.add_argument("--kilobytes", type=int, default=45)
    arguments.add_argument("--parallel", type=int, default=16)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments.add_argument("--bare", help=argparse.SUPPRESS)
    given = arguments.parse_args(argv)
    if given.serve:
        asyncio.run(serve(given.pages, given.kilobytes * 1000))
    elif given.bare:
        bare(given.bare, given.pages, given.parallel)
    else:
        compare(given.pages, given.kilobytes, given.parallel, given.rounds)
    return 0


def compare(pages: int, kilobytes: int, parallel: int, rounds: int) -> None:
    """Run both crawls in turn, several times, and print the best of each: other work on the machine only ever slows them."""
    command = [sys.executable, "-m", "tests.bench.crawl", "--pages", str(pages), "--kilobytes", str(kilobytes)]
    with subprocess.Popen([*command, "--serve"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        try:
            best = {"bare": 0.0, "soat": 0.0}
            for _ in range(rounds):
                start = time.perf_counter()
                subprocess.run([*command, "--parallel", str(parallel), "--bare", url], check=True)
                best["bare"] = max(best["bare"], pages / (time.perf_counter() - start))
                start = time.perf_counter()
                with TemporaryDirectory() as folder:
                    target = Target("bench", "bench", "province", "igate1", url, delay=0.0, parallel=parallel)
                    (report,) = crawl([target], published=Path(folder) / "p.jsonl", captures=Path(folder) / "c")
                best["soat"] = max(best["soat"], pages / (time.perf_counter() - start))
                assert (report.state, report.read) == (SourceState.OK, pages), report
        finally:
            server.kill()
    print(f"Scrapy only downloading: {best['bare']:.0f} pages/s ({pages} pages of {kilobytes} kB, {parallel} at once)")
    print(f"soát, archived and extracted: {best['soat']:.0f} pages/s")
    print(f"ratio: {best['soat'] / best['bare']:.2f} (target >= 0.50)")


def bare(url: str, pages: int, parallel: int) -> None:
    """Download the same pages with the same Scrapy settings and do nothing with them."""
    import scrapy
    from scrapy.crawler import AsyncCrawlerProcess

    class Downloader(scrapy.Spider):
        name = "bare"

        async def start(self) -> AsyncIterator[scrapy.Request]:
            for number in range(1, pages + 1):
                meta = {"download_slot": url.split("/")[2]}
                yield scrapy.Request(f"{url}bothutuc/tthc?matt={number}", meta=meta, dont_filter=True)

        def parse(self, response: scrapy.http.Response) -> None:
            assert response.status == 200

    target = Target("bench", "bench", "province", "igate1", url, delay=0.0, parallel=parallel)
    with TemporaryDirectory() as folder:
        process = AsyncCrawlerProcess(scrapy_settings([target], Path(folder) / "log"))
        process.crawl(Downloader)
        process.start()


async def serve(pages: int, size: int) -> None:
    """Answer on loopback as an iGate 1 portal, as fast as can be, so that the clients are what is measured."""
    filler = "<p>Bước tiếp theo: cơ quan tiếp nhận xem xét hồ sơ và trả lời người nộp trong thời hạn quy định.</p>"
    layouts = []
    for name in ("igate1/table.html", "igate1/ul.html"):
        text = (PAGES / name).read_text(encoding="utf-8")
        # A real page's weight is half boilerplate (menus, scripts), half words of the procedure.
        menu = '<li class="nav-item"><a class="nav-link" href="/x">Danh mục</a></li>\n' * (size // 2 // 80)
        step = "Bước 2:" if "Bước 2:" in text else "Bước 1:"
        text = text.replace("<ol ", f"<ul>{menu}</ul><ol ", 1)
        rest = size - len(text.encode())
        text = (
            text.replace(f"<p>{step}", filler * (rest // len(filler.encode())) + f"<p>{step}", 1)
            if f"<p>{step}" in text
            else text.replace(step, filler * (rest // len(filler.encode())) + step, 1)
        )
        layouts.append(text)

    def body(path: str) -> bytes:
        number = int(found[1]) if (found := re.search(r"[?&](?:matt|page)=(\d+)", path)) else 0
        if path.startswith("/bothutuc/tthc"):
            return layouts[number % 2].replace("<h4>", f"<h4>{number}. ").encode()
        links = "".join(
            f'<li><a class="tthc-name" href="/bothutuc/tthc?matt={n}">Thủ tục {n}</a></li>'
            for n in range((number - 1) * PER_PAGE + 1, min(number * PER_PAGE, pages) + 1)
        )
        return f'<b id="totalRecord">{pages}</b><div class="list-tthc">{links}</div>'.encode() if number else b""

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                content = body(head.split(b" ", 2)[1].decode())
                status = b"200 OK" if content else b"404 Not Found"
                writer.write(
                    b"HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s"
                    % (status, len(content), content)
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(client, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
