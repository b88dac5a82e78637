"""A crawl that was stopped, by Ctrl-C or by kill -9, and run again ends as one that was never stopped."""

from __future__ import annotations

import fcntl
import gzip
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

from crawlers.archive import Archive
from crawlers.crawl import Progress, crawl
from crawlers.records import SourceReport, SourceState
from crawlers.targets import Target
from tests.crawlers.portal import Answer, Asked, Portal, igate1, portal
from tests.crawlers.test_again import tagged

if TYPE_CHECKING:
    from collections.abc import Callable

COUNT = 12


def target(site: Portal) -> Target:
    return Target("h99", "UBND tỉnh Mẫu", "province", "igate1", site.url, delay=0.0, parallel=2)


def go(site: Portal, folder: Path, progress: Callable[[Progress], None] | None = None) -> SourceReport:
    """The same command every time: into p.jsonl and c/ of the folder."""
    (report,) = crawl([target(site)], published=folder / "p.jsonl", captures=folder / "c", progress=progress)
    return report


def stalling(gate: threading.Event) -> Callable[[Asked], Answer]:
    """A portal whose eighth page hangs until the gate opens."""
    usual = igate1(COUNT)
    return lambda asked: usual(asked)._replace(wait=gate if asked.path.endswith("=8") else None)


def records(path: Path) -> list[dict[str, object]]:
    """The published records without the moment they were seen."""
    lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    for line in lines:
        line["source"].pop("captured_on")
    return lines


@pytest.fixture
def whole(tmp_path: Path) -> Callable[[Portal], list[dict[str, object]]]:
    """What a crawl that is never stopped publishes."""

    def uninterrupted(site: Portal) -> list[dict[str, object]]:
        crawl([target(site)], published=tmp_path / "whole.jsonl", captures=tmp_path / "whole")
        return records(tmp_path / "whole.jsonl")

    return uninterrupted


def test_ctrl_c_stops_cleanly_and_the_same_call_goes_on(
    tmp_path: Path, whole: Callable[[Portal], list[dict[str, object]]]
) -> None:
    gate = threading.Event()

    def press(progress: Progress) -> None:
        if progress.read >= 5:
            os.kill(os.getpid(), signal.SIGINT)

    with portal(stalling(gate)) as site:
        report = go(site, tmp_path, press)
        assert report.state is SourceState.INTERRUPTED
        assert 5 <= report.read < COUNT
        assert report.faults[0].kind == "interrupted"
        assert "chạy lại đúng lệnh này" in report.faults[0].why
        kept = Archive(tmp_path / "c").captures()
        assert all(Archive(tmp_path / "c").read(capture.digest) for capture in kept if capture.length)
        assert records(tmp_path / "p.jsonl") == []
        gate.set()
        report = go(site, tmp_path)
        assert (report.state, report.listed, report.read) == (SourceState.OK, COUNT, COUNT)
        assert not {capture.url for capture in kept if site.paths()[capture.url.removeprefix(site.url[:-1])] > 1} - {
            f"{site.url}robots.txt"
        }
        assert records(tmp_path / "p.jsonl") == whole(site)


def killed(site: Portal, folder: Path, asked: int) -> None:
    """Begin the crawl in a process of its own and kill both it and its child once the portal was asked so often."""
    job = (
        "from pathlib import Path; from crawlers.crawl import crawl; from crawlers.targets import Target; "
        f"crawl([Target('h99', 'UBND tỉnh Mẫu', 'province', 'igate1', {site.url!r}, delay=0.0, parallel=2)], "
        f"published=Path({str(folder / 'p.jsonl')!r}), captures=Path({str(folder / 'c')!r}))"
    )
    parent = subprocess.Popen([sys.executable, "-c", job], start_new_session=True)
    until = time.monotonic() + 30
    while len(site.asked) < asked and time.monotonic() < until:
        time.sleep(0.02)
    child = int(Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text(encoding="ascii"))
    os.kill(child, signal.SIGKILL)
    parent.kill()
    parent.wait()
    while (folder / "c/.lock").exists() and not unlocked(folder / "c/.lock") and time.monotonic() < until:
        time.sleep(0.02)  # the killed child still holds its lock for a moment


def unlocked(path: Path) -> bool:
    with path.open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def stalling_at(count: int, gate: threading.Event, usual: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
    """A portal that answers so many requests and lets all others wait for the gate."""
    seen = 0

    def respond(asked: Asked) -> Answer:
        nonlocal seen
        seen += 1
        return usual(asked)._replace(wait=gate if seen > count else None)

    return respond


HALF = gzip.compress(b"WARC/1.0\r\nhalf a record" * 99)


@pytest.mark.parametrize(
    ("answered", "half", "again"),
    [
        (2, b"", False),  # robots.txt and the list
        (6, HALF[:12], False),
        (9, HALF[:-9], True),
        (COUNT + 2, b"", False),
    ],
)
def test_a_crawl_killed_at_any_point_ends_as_one_never_killed(
    tmp_path: Path, whole: Callable[[Portal], list[dict[str, object]]], *, answered: int, half: bytes, again: bool
) -> None:
    gate = threading.Event()
    gate.set()
    sent: Counter[int] = Counter()
    usual = tagged(igate1(COUNT), sent)
    now = [usual]

    def respond(asked: Asked) -> Answer:
        return now[0](asked)

    with portal(respond) as site:
        if again:  # the crawl that is killed is a second one, which is told that nothing changed
            assert go(site, tmp_path).state is SourceState.OK
        gate.clear()
        before = len(site.asked)
        now[0] = stalling_at(answered, gate, usual)
        killed(site, tmp_path, before + answered + 1)
        warc, index = tmp_path / "c/h99.warc.gz", tmp_path / "c/captures.jsonl"
        if half:
            warc.write_bytes(warc.read_bytes() + half)
            index.write_bytes(index.read_bytes()[:-25])
        Archive(tmp_path / "c")
        kept = index.read_bytes()
        gate.set()
        now[0] = usual
        asked = site.paths()
        report = go(site, tmp_path)
        assert (report.state, report.listed, report.read, report.faults) == (SourceState.OK, COUNT, COUNT, ())
        assert index.read_bytes().startswith(kept)
        assert (site.paths() - asked).total() <= COUNT + 3
        if answered > 3 and not again:
            assert (site.paths() - asked).total() < COUNT + 3, "what was kept is not asked again"
        assert records(tmp_path / "p.jsonl") == whole(site)
    assert all(
        Archive(tmp_path / "c").read(capture.digest) for capture in Archive(tmp_path / "c").captures() if capture.length
    )


@pytest.mark.parametrize("begun", [True, False])
def test_the_child_stops_when_its_parent_dies(tmp_path: Path, begun: bool) -> None:
    gate = threading.Event()
    with portal(stalling(gate)) as site:
        row: dict[str, object] = {
            "id": "h99",
            "agency": "A",
            "level": "province",
            "platform": "igate1",
            "url": site.url,
            "handover": [],
            "expect": None,
        }
        job = {"targets": [row], "published": str(tmp_path / "p.jsonl"), "captures": str(tmp_path / "c"), "raw": None}
        child = subprocess.Popen(
            [sys.executable, "-m", "crawlers.crawl"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(orjson.dumps(job) + b"\n")
        child.stdin.flush()
        if begun:
            assert b"progress" in child.stdout.readline()
        child.stdin.close()
        news = [orjson.loads(line) for line in child.stdout]
        child.stdout.close()
        assert child.wait(20) == 0
        gate.set()
    assert news[-1]["report"]["state"] == "interrupted"


def test_a_blocked_crawl_goes_on_without_asking_again_what_it_has(tmp_path: Path) -> None:
    refused = Answer(429, b"")
    usual = igate1(4)
    allowed = False
    with portal(lambda asked: usual(asked) if allowed or not asked.path.endswith("=3") else refused) as site:
        report = go(site, tmp_path)
        assert report.state is SourceState.BLOCKED
        allowed = True
        report = go(site, tmp_path)
        assert report.state is SourceState.OK
        assert site.paths()["/bothutuc/tthc?matt=1"] == 1
        report = go(site, tmp_path)
        assert site.paths()["/bothutuc/tthc?matt=1"] == 2, "a crawl that ended is begun anew"


def test_ctrl_c_at_once_is_an_interruption_too(tmp_path: Path) -> None:
    job = (
        "from pathlib import Path; from crawlers.crawl import crawl; from crawlers.targets import Target; import os, signal, threading; "
        "from crawlers.platforms import load; from crawlers.settings import settings; load('igate1'); settings(); "
        "threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start(); "
        "(r,) = crawl([Target('h99', 'A', 'province', 'igate1', 'http://127.0.0.1:9/', delay=0.0)], "
        f"published=Path({str(tmp_path / 'p.jsonl')!r}), captures=Path({str(tmp_path / 'c')!r})); print(r.state)"
    )
    done = subprocess.run([sys.executable, "-c", job], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("interrupted", "")
