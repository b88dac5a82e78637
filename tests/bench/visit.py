"""Journeys a minute against a bare Playwright script on the same way, memory of a long run, and whether every outcome is right.

python -m tests.bench.visit [--only speed memory outcomes province] [--journeys 24] [--long 300] [--rounds 2] [--families all]
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import resource
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import quote

import orjson
from playwright.async_api import async_playwright

from crawlers.chromium import launch_options
from crawlers.journeys.run import Manner, Sampling, visit
from crawlers.journeys.words import queries
from crawlers.service_visits import ServiceVisit
from crawlers.targets import Target
from fixtures.eservices.cases import CASES, Case, by_slug
from fixtures.eservices.portals import names as families
from fixtures.eservices.server import Sites, running
from fixtures.portals import running as portals
from fixtures.province import SOURCES
from fixtures.sites.igate1 import FIRST_ID

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.async_api import Browser

PARTS = ("speed", "memory", "outcomes", "province")
WAYS = ("login", "form", "redirect", "choice")
LIST = "bothutuc/listThuTuc?co_quan_cha=&linh_vuc=&muc_do=&tukhoa={query}&per_page=50&page=1"


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; returns 0."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--journeys", type=int, default=24)
    arguments.add_argument("--long", type=int, default=300)
    arguments.add_argument("--rounds", type=int, default=2)
    arguments.add_argument("--only", nargs="*", choices=PARTS, default=PARTS)
    arguments.add_argument("--families", nargs="*", choices=("all", *families()), default=["all"])
    arguments.add_argument("--serve", help=argparse.SUPPRESS)
    given = arguments.parse_args(argv)
    if given.serve:
        serve(given.serve)
        return 0
    os.environ.setdefault("SOAT_TIMEOUT", "5")
    if "speed" in given.only:
        speed(given.journeys, given.rounds)
    if "memory" in given.only and given.long:
        memory(given.long)
    if "outcomes" in given.only:
        outcomes(families() if "all" in given.families else given.families)
    if "province" in given.only:
        province()
    return 0


# --- speed --------------------------------------------------------------------------------------------------------


def speed(journeys: int, rounds: int) -> None:
    """Run both in turn, several times, and print the best of each: other work on the machine only ever slows them."""
    best = {"bare": 0.0, "soat": 0.0}
    work = {"bare": math.inf, "soat": math.inf}
    with served("igate1") as (url, handover):
        for _ in range(rounds):
            start, before = time.perf_counter(), processor()
            asyncio.run(bare(url, journeys))
            work["bare"] = min(work["bare"], processor() - before)
            best["bare"] = max(best["bare"], journeys * 60 / (time.perf_counter() - start))
            start, before = time.perf_counter(), processor()
            seen = shop(url, handover, journeys, Manner(at_once=2, pause=0))
            work["soat"] = min(work["soat"], processor() - before)
            best["soat"] = max(best["soat"], journeys * 60 / (time.perf_counter() - start))
            wrong = [one.why for one, case in zip(seen, ways(journeys), strict=True) if one.outcome != case.outcome]
            assert not wrong, wrong
    print(f"bare Playwright, the same navigations, 2 contexts: {best['bare']:.0f} journeys/min ({journeys} journeys)")
    print(f"soát, guarded, with evidence and all checks, 2 contexts: {best['soat']:.0f} journeys/min")
    print(f"ratio: {best['soat'] / best['bare']:.2f} (target >= 0.60)")
    print(
        f"processor time a journey: bare {work['bare'] / journeys:.2f} s, soát {work['soat'] / journeys:.2f} s, ratio {work['bare'] / work['soat']:.2f}"
    )


def processor() -> float:
    """The processor time (s) of this process and of everything it started that has ended: other work does not count."""
    return sum(
        use.ru_utime + use.ru_stime for use in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def ways(journeys: int) -> list[Case]:
    """The e-services that are visited: those that work, over and over."""
    return [by_slug(WAYS[number % len(WAYS)]) for number in range(journeys)]


def page_of(url: str, case: Case, number: int) -> str:
    """A procedure's page; the same page over and over is another service each time."""
    return f"{url}bothutuc/tthc?matt={FIRST_ID + case.number}&lan={number}"


async def bare(url: str, journeys: int) -> None:
    """Take the same way with nothing but Playwright: no gate, no evidence, no checks."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**launch_options())
        queue = iter(enumerate(ways(journeys)))
        await asyncio.gather(*(bare_worker(browser, url, queue) for _ in range(2)))
        await browser.close()


async def bare_worker(browser: Browser, url: str, queue: Iterator[tuple[int, Case]]) -> None:
    for number, case in queue:
        context = await browser.new_context(locale="vi-VN")
        page = await context.new_page()
        await page.goto(url, wait_until="load")
        for _, query in queries(case.code, case.name):
            await page.goto(url + LIST.format(query=quote(query)), wait_until="load")
        await page.goto(page_of(url, case, number), wait_until="load")
        await page.get_by_role("link", name="Nộp trực tuyến").click()
        await page.wait_for_load_state("load")
        if case.slug == "choice":
            await page.get_by_role("radio").first.check()
            await page.get_by_role("button", name="Tiếp tục").click()
            await page.wait_for_load_state("load")
        await page.content()
        await context.close()


def shop(
    url: str, handover: Sequence[str], journeys: int, manner: Manner, cases: Sequence[Case] | None = None
) -> list[ServiceVisit]:
    """Make soát's visits; returns them in order."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        rows = [
            {"source": {"url": page_of(url, case, number), "target": "bench"}, "code": case.code, "name": case.name, "service_level": case.level}
            for number, case in enumerate(cases or ways(journeys))
        ]  # fmt: skip
        (folder / "p.jsonl").write_bytes(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))
        target = Target("bench", "bench", "province", "igate1", url, handover=tuple(handover), delay=0.0, parallel=8)
        visit([target], out=folder / "v.jsonl", captures=folder / "c", published=folder / "p.jsonl", manner=manner)
        return read(folder / "v.jsonl")


def read(path: Path) -> list[ServiceVisit]:
    """Read visits back."""
    return [ServiceVisit.from_json(orjson.loads(line)) for line in path.read_bytes().splitlines()]


# --- memory -------------------------------------------------------------------------------------------------------


def memory(journeys: int) -> None:
    """Visit for long with 4 contexts and print the memory of everything that was started, early and late."""
    with served("igate1") as (url, handover), watched() as samples:
        seen = shop(url, handover, journeys, Manner(at_once=4, pause=0))
    assert len(seen) == journeys
    third = max(1, len(samples) // 3)
    early, late = max(samples[:third]), max(samples[-third:])
    print(f"memory over {journeys} journeys at 4 contexts: at most {max(samples):.0f} MB (target < 700)")
    print(
        f"first third at most {early:.0f} MB, last third at most {late:.0f} MB: {'steady' if late < early * 1.15 else 'GROWING'}"
    )


@contextmanager
def watched() -> Iterator[list[float]]:
    """Sample the proportional memory (MB) of this process and all below it, but the server, every half second."""
    samples: list[float] = []
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.5):
            samples.append(sum(pss(process) for process in family(os.getpid())) / 1024)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield samples
    finally:
        done.set()
        thread.join()


def family(root: int) -> set[int]:
    """A process and all it started, our sample server left out."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if b"--serve" not in (folder / "cmdline").read_bytes():
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = {root}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def pss(process: int) -> int:
    """The proportional set size of a process in kB: shared pages are counted once among those who share them."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    return int(text.partition("Pss:")[2].split()[0]) if "Pss:" in text else 0


# --- outcomes -----------------------------------------------------------------------------------------------------


def outcomes(chosen: Sequence[str]) -> None:
    """Visit every case of some families; print the confusion table of all, what was wrong, and the state changes."""
    table: Counter[tuple[str, str]] = Counter()
    changes: list[str] = []
    for family in chosen:
        started = time.perf_counter()
        with running(family) as sites:
            seen = tried(family, sites, CASES)
        with running(family, expired=True) as expired, trusting(expired):
            (old,) = tried(family, expired, [by_slug("login")])
        wrong = [line for case, one in zip(CASES, seen, strict=True) for line in mistakes(case, one)]
        if old.outcome != "reached_login" or [one.valid for one in old.checks.tls or () if one.secure] != [False]:
            wrong.append(f"expired certificate: {old.outcome}, {old.checks.tls}")
        table.update((case.outcome, str(one.outcome)) for case, one in zip(CASES, seen, strict=True))
        changes += sites.changes + expired.changes
        refused = sum(len(one.refused) for one in seen)
        told = f"{len(wrong)} wrong" if wrong else "all right, the form files and the expired certificate too"
        print(f"{family:>10}: {len(CASES)} cases, {told}; refused {refused}, state changes {len(sites.changes)}; {time.perf_counter() - started:.0f} s")  # fmt: skip
        for line in wrong:
            print(f"      WRONG {line}", flush=True)
    names = sorted({name for pair in table for name in pair})
    print(f"outcomes on {', '.join(chosen)}: truth down, seen across")
    print(f"{'':>16}" + "".join(f"{name:>15}" for name in names))
    for truth in names:
        print(f"{truth:>16}" + "".join(f"{table[truth, name] or '·':>15}" for name in names))
    right = sum(count for (truth, name), count in table.items() if truth == name)
    print(f"{right} of {table.total()} outcomes right; state changes: {len(changes)}", flush=True)
    assert changes == [], changes


def tried(family: str, sites: Sites, cases: Sequence[Case]) -> list[ServiceVisit]:
    """Visit some cases of a family; returns what was seen, in their order."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        rows = b"".join(orjson.dumps(sites.published(case), option=orjson.OPT_APPEND_NEWLINE) for case in cases)
        (folder / "p.jsonl").write_bytes(rows)
        target = Target("bench", "bench", "province", family, sites.url, handover=sites.handover, delay=0.0, parallel=8)
        visit(
            [target],
            out=folder / "v.jsonl",
            captures=folder / "c",
            published=folder / "p.jsonl",
            manner=Manner(pause=0.2, patience=4, limit=60),
        )
        return read(folder / "v.jsonl")


def mistakes(case: Case, one: ServiceVisit) -> Iterator[str]:
    """What a visit says that is not the truth."""
    if case.outcome != one.outcome:
        yield f"{case.slug}: {one.outcome} instead of {case.outcome}: {one.why}"
    states = {str(form.state) for form in one.forms or ()}
    if one.forms is not None and case.form and states != {case.form}:
        yield f"{case.slug}: form {states or 'none'} instead of {case.form}"


@contextmanager
def trusting(sites: Sites) -> Iterator[None]:
    """Trust the sites' own certificate, so that its age is all that is wrong with it."""
    before = os.environ.get("SSL_CERT_FILE")
    os.environ["SSL_CERT_FILE"] = str(sites.certificate)
    try:
        yield
    finally:
        os.environ.pop("SSL_CERT_FILE")
        if before is not None:
            os.environ["SSL_CERT_FILE"] = before


def province() -> None:
    """Visit two services of every portal of the sample province, one family each, from a fresh look at its list."""
    with TemporaryDirectory() as name, portals(date.today()) as sites:  # noqa: DTZ011 - the sample is as of any day
        folder = Path(name)
        targets = [
            Target(source.id, source.agency, source.level, source.platform, sites.urls[source.id], code=source.code, delay=0.0, parallel=8)
            for source in SOURCES.values()
        ]  # fmt: skip
        visit(
            targets,
            out=folder / "v.jsonl",
            captures=folder / "c",
            sampling=Sampling(2),
            manner=Manner(pause=0.2, patience=4),
        )
        seen = read(folder / "v.jsonl")
        refused = list(sites.refused)
    print("the sample province, two services a portal:")
    for target in targets:
        outcomes = ", ".join(str(one.outcome) for one in seen if one.target == target.id)
        print(f"{target.platform:>16} {outcomes or 'no e-services'}")
    assert refused == [], refused


# --- the server, a process of its own -----------------------------------------------------------------------------


@contextmanager
def served(family: str) -> Iterator[tuple[str, list[str]]]:
    """Serve a family's e-services from another process, so that the shoppers are what is measured."""
    with subprocess.Popen([sys.executable, "-m", "tests.bench.visit", "--serve", family], stdout=subprocess.PIPE, stdin=subprocess.PIPE) as server:  # fmt: skip
        assert server.stdout is not None
        told = orjson.loads(server.stdout.readline())
        try:
            yield told["url"], told["handover"]
        finally:
            server.communicate(b"")


def serve(family: str) -> None:
    """Serve until standard input closes; nothing may have changed state by then."""
    with running(family) as sites:
        print(orjson.dumps({"url": sites.url, "handover": sites.handover}).decode(), flush=True)
        sys.stdin.read()
    assert sites.changes == [], sites.changes


if __name__ == "__main__":
    sys.exit(main())
