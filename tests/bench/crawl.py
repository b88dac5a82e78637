"""A whole crawl (manners, archive, extraction) against the same Scrapy only downloading, in one run; again, and its memory.

python -m tests.bench.crawl [--pages 5000] [--kilobytes 45] [--hosts 4] [--parallel 16] [--rounds 2] [--untagged] [--full]
--untagged: a site that knows no ETag, as most do: a second crawl is sent every page again, and finds by its digest that it is the same.
--full also crawls 50,000 pages, to see whether memory grows. The site and both crawlers share the machine's processors.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import re
import resource
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from crawlers.crawl import crawl, scrapy_settings
from crawlers.page import Page
from crawlers.platforms import Ask, load
from crawlers.records import SourceState
from crawlers.targets import Target

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

    from crawlers.platforms import Platform

PAGES = Path(__file__).parents[1] / "crawlers" / "pages"
PER_PAGE = 50


def main(argv: Sequence[str] | None = None) -> int:
    """Print what was measured beside what is wanted; returns 0."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pages", type=int, default=5000)
    arguments.add_argument("--kilobytes", type=int, default=45)
    arguments.add_argument("--hosts", type=int, default=4)
    arguments.add_argument("--parallel", type=int, default=16)
    arguments.add_argument("--rounds", type=int, default=2)
    arguments.add_argument("--untagged", action="store_true")
    arguments.add_argument("--full", action="store_true")
    arguments.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments.add_argument("--bare", nargs="+", help=argparse.SUPPRESS)
    arguments.add_argument("--soat", nargs="+", help=argparse.SUPPRESS)
    given = arguments.parse_args(argv)
    if given.serve:
        asyncio.run(serve(given.pages // given.hosts, given.kilobytes * 1000, given.hosts, tagged=not given.untagged))
    elif given.bare:
        bare(targets(given.bare, given.parallel), given.pages // given.hosts)
    elif given.soat:
        soat(Path(given.soat[0]), targets(given.soat[1:], given.parallel), tagged=not given.untagged)
    else:
        compare(given)
        if given.full:
            given.pages, given.rounds = 50_000, 1
            compare(given)
        extraction()
    return 0


def targets(urls: Sequence[str], parallel: int) -> list[Target]:
    """One target a host, all of them together with so many requests at once."""
    each = max(1, parallel // len(urls))
    return [
        Target(f"bench{n}", "bench", "province", "igate1", url, delay=0.0, parallel=each) for n, url in enumerate(urls)
    ]


def compare(given: argparse.Namespace) -> None:
    """Run both crawls in turn, several times, and print the best of each: other work on the machine only ever slows them."""
    options = [f"--{name}={getattr(given, name)}" for name in ("pages", "kilobytes", "hosts", "parallel")]
    options += ["--untagged"] if given.untagged else []
    command = [sys.executable, "-m", "tests.bench.crawl", *options]
    with subprocess.Popen([*command, "--serve"], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            urls = server.stdout.readline().split()
            best: dict[str, dict[str, float]] = {}
            for _ in range(given.rounds):
                start = time.perf_counter()
                subprocess.run([*command, "--bare", *urls], check=True)
                keep(best, "bare", {"seconds": time.perf_counter() - start})
                with TemporaryDirectory() as folder:
                    for name in ("first", "again"):
                        done = subprocess.run(
                            [*command, "--soat", folder, *urls], check=True, capture_output=True, text=True
                        )
                        keep(best, name, json.loads(done.stdout))
        finally:
            server.kill()
    bare_rate, rate = given.pages / best["bare"]["seconds"], given.pages / best["first"]["seconds"]
    print(
        f"{given.pages} pages of {given.kilobytes} kB, {given.hosts} hosts side by side, {given.parallel} requests at once"
    )
    print(f"Scrapy only downloading: {bare_rate:.0f} pages/s")
    print(f"soát, archived and extracted: {rate:.0f} pages/s (target >= 100)")
    print(f"ratio: {rate / bare_rate:.2f} (target >= 0.50)")
    print(f"peak memory: {best['first']['mib']:.0f} MiB, again {best['again']['mib']:.0f} MiB (target < 400)")
    for unit, words in (
        ("received", "bytes received"),
        ("stored", "bytes stored"),
        ("cpu", "processor time"),
        ("seconds", "time"),
    ):
        first, again = best["first"][unit], best["again"][unit]
        known = "no ETag, nothing changed" if given.untagged else "nothing changed"
        print(f"again, {known}, {words}: {again:,.1f} of {first:,.1f} = {again / first:.2f} (target <= 0.20)")


def keep(best: dict[str, dict[str, float]], name: str, measured: dict[str, float]) -> None:
    """Keep the lowest of each figure."""
    before = best.setdefault(name, measured)
    best[name] = {unit: min(value, before[unit]) for unit, value in measured.items()}


def soat(folder: Path, crawled: list[Target], *, tagged: bool) -> None:
    """Crawl into a folder and print what it cost, in a process of its own whose only child is the crawl."""

    def stored() -> int:
        return sum(path.stat().st_size for path in (folder / "c").glob("*.warc.gz"))

    before, start = stored(), time.perf_counter()
    reports = crawl(crawled, published=folder / "p.jsonl", captures=folder / "c")
    seconds = time.perf_counter() - start
    assert all(report.state is SourceState.OK for report in reports), [report.faults for report in reports]
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    ledger = [json.loads(line) for line in (folder / "c/pages.jsonl").read_bytes().splitlines()]
    sent = sum(1 for line in ledger if line["outcome"] == "seen" or not tagged)
    figures = {
        "seconds": seconds,
        "cpu": used.ru_utime + used.ru_stime,
        "mib": used.ru_maxrss / 1024,
        "stored": stored() - before,
        "received": 45_000.0 * sent + 200.0 * (len(ledger) - sent),
    }
    print(json.dumps(figures))


def extraction() -> None:
    """Print the time a page takes to be read, beside two general parsers that only find the text of all cells and headings."""
    print("extraction, ms a page          soát  parsel  BeautifulSoup (target < 2)")
    for name, pages in golden():
        platform = load(name)
        bodies = [page.body for page, _ in pages]
        own = timed(partial(read_all, platform, pages), len(pages))
        xpath = timed(partial(by_parsel, bodies), len(pages))
        soup = timed(partial(by_soup, bodies), len(pages))
        print(f"{name:<12} {len(pages):>3} pages {own:>16.2f} {xpath:>7.2f} {soup:>8.2f}")


def golden() -> Iterator[tuple[str, list[tuple[Page, Ask]]]]:
    """The saved detail pages in HTML of every platform that can be read as they stand."""
    for folder in sorted(path for path in PAGES.iterdir() if path.is_dir()):
        platform = load(folder.name)
        pages = []
        for path in sorted(folder.glob("*.html")):
            url = urljoin("http://127.0.0.1/", path.name)
            page, ask = Page(folder.name, url, path.read_bytes()), Ask(url)
            try:
                if platform.read_detail(page, ask).records:
                    pages.append((page, ask))
            except (ValueError, IndexError, KeyError):
                continue  # a list page, or one that needs what stands beside it
        if pages:
            yield folder.name, pages


def read_all(platform: Platform, pages: list[tuple[Page, Ask]]) -> list[Any]:
    """Read every page into the line that is published."""
    return [record.to_json() for page, ask in pages for record in platform.read_detail(page, ask).records]


def by_parsel(bodies: list[bytes]) -> list[list[str]]:
    """Find the text of cells, headings and lines by XPath."""
    import parsel

    texts = (body.decode("utf-8", "replace") for body in bodies)
    return [parsel.Selector(text).xpath("//td//text()|//h4//text()|//li//text()").getall() for text in texts]


def by_soup(bodies: list[bytes]) -> list[list[str]]:
    """Find the same with BeautifulSoup on lxml."""
    from bs4 import BeautifulSoup

    return [[node.get_text() for node in BeautifulSoup(body, "lxml").find_all(["td", "h4", "li"])] for body in bodies]


def timed(work: Callable[[], object], pages: int, rounds: int = 20) -> float:
    """Milliseconds of processor time a page; the best of several rounds."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best / pages * 1000


def bare(crawled: list[Target], pages: int) -> None:
    """Download the same pages with the same Scrapy settings and do nothing with them."""
    import scrapy
    from scrapy.crawler import AsyncCrawlerProcess

    class Downloader(scrapy.Spider):
        name = "bare"

        async def start(self) -> AsyncIterator[scrapy.Request]:
            for number in range(1, pages + 1):
                for target in crawled:
                    meta = {"download_slot": target.url.split("/")[2]}
                    url = f"{target.url}bothutuc/tthc?matt={number}"
                    yield scrapy.Request(url, meta=meta, dont_filter=True)

        def parse(self, response: scrapy.http.Response) -> None:
            assert response.status == 200

    with TemporaryDirectory() as folder:
        process = AsyncCrawlerProcess(scrapy_settings(crawled, Path(folder) / "log"))
        process.crawl(Downloader)
        process.start()


async def serve(pages: int, size: int, hosts: int, *, tagged: bool) -> None:
    """Answer on loopback as iGate 1 portals, as fast as can be, so that the clients are what is measured."""
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
                etag = b""
                if tagged:
                    tag = hashlib.sha1(content, usedforsecurity=False).hexdigest().encode()
                    etag = b'ETag: "%s"\r\n' % tag
                    if tag in head:
                        status, content = b"304 Not Modified", b""
                writer.write(
                    b"HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\n%sContent-Length: %d\r\n\r\n%s"
                    % (status, etag, len(content), content)
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    servers = [await asyncio.start_server(client, "127.0.0.1", 0) for _ in range(hosts)]
    print(*(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/" for server in servers), flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    sys.exit(main())
