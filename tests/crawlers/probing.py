"""Crawls with the platforms for tests (`probes/`) beside the real ones: run as a module it is a crawl's child that knows them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson

import crawlers.platforms
from crawlers.crawl import main
from crawlers.records import SourceReport

PROBES = Path(__file__).parent / "probes"


def probe(url: str, folder: Path, **more: object) -> SourceReport:
    """Crawl one target of the platform `probe` into the folder, as `crawl` would."""
    row: dict[str, object] = {"id": "h99", "agency": "A", "level": "province", "platform": "probe", "url": url, "delay": 0.0, "parallel": 2}  # fmt: skip
    return probe_all([{**row, "handover": [], "expect": None, **more}], folder)[0]


def probe_all(rows: list[dict[str, Any]], folder: Path) -> list[SourceReport]:
    """Crawl several targets into the folder."""
    job = {"targets": rows, "published": str(folder / "published.jsonl"), "captures": str(folder / "captures"), "raw": None}  # fmt: skip
    (folder / "captures").mkdir(exist_ok=True)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.crawlers.probing"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(orjson.dumps(job) + b"\n")
        child.stdin.flush()  # and left open: a child whose input ends stops
        news = [orjson.loads(line) for line in child.stdout]
    assert [item for item in news if "error" in item] == []
    return [SourceReport.from_json(item["report"]) for item in news if "report" in item]


if __name__ == "__main__":
    crawlers.platforms.__path__.append(str(PROBES))
    code = main()
    if "PROBE_PEAK" in os.environ:
        peak = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
        Path(os.environ["PROBE_PEAK"]).write_text(peak[1] if peak else "", encoding="ascii")
    sys.exit(code)
