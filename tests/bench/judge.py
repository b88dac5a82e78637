"""How fast published records are judged: cold, repeated, and streamed in bulk as `soat compare` does, beside parsing the same JSON.

python -m tests.bench.judge [--full]

The catalogue is extended to 6,300 procedures; the records are published with harmless rewriting, lawful differences and seeded
violations. In bulk every commune of 400 records publishes the same texts again. What is told is the median of alternating
runs, for other work on the machine comes and goes. `--full` adds one million records (about 5 GB in the folder for temporary
files).
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import orjson

from audits.audit import CatalogueVersion
from audits.catalogue import build_catalogue, read_records
from audits.compare import compare
from fixtures.generate import MEASURE, TUNE, generate, read_catalogue
from fixtures.province import FOLDER
from reports.comparison import write_comparison
from tests.real_data import SHARED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Json = dict[str, Any]
ON = date(2026, 11, 1)
OFFICIAL = 6_300
COLD = 2_000
ROUNDS = 3
COMMUNE = 400
REPEATED = 100_000
BULK = (10_000, REPEATED)
FULL = 1_000_000


def main(argv: Sequence[str] | None = None) -> None:
    """Print procedures per second, ratios to parsing alone, and peak memory."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--full", action="store_true")
    arguments.add_argument("--catalogue", type=Path, help=argparse.SUPPRESS)
    arguments.add_argument("--judge", type=Path, help=argparse.SUPPRESS)
    given = arguments.parse_args(argv)
    if given.judge is not None:
        print(orjson.dumps(judged(given.catalogue, given.judge)).decode())
        return
    with TemporaryDirectory() as folder:
        run(Path(folder), (*BULK, FULL) if given.full else BULK)


def run(folder: Path, sizes: Sequence[int]) -> None:
    """Write the files into the folder and judge each in a process of its own, so that its memory is its own."""
    path = SHARED / "national-catalogue.jsonl.gz"
    if not path.is_file():
        print(f"   (no {path}: the sample province's catalogue instead)")
        path = FOLDER / "catalogue.jsonl"
    records = read_catalogue(path)
    official = folder / "catalogue.jsonl"
    official.write_bytes(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in extended(records)))
    texts = [
        row for part in (TUNE, MEASURE) for row in generate(records, seed=1, count=COLD // 2, part=part).published
    ][:COLD]

    one = _judged(official, _write(folder / "one.jsonl", texts, 1))
    print(f"catalogue of {OFFICIAL} read in {one['ready']:.1f} s and made ready to judge in {one['seconds']:.1f} s")
    files = (_write(folder / "cold.jsonl", texts, len(texts)), _write(folder / "again.jsonl", texts, REPEATED))
    rounds = [(_judged(official, files[0]), _judged(official, files[1])) for _ in range(ROUNDS)]
    _print_row("cold", [(one, cold) for cold, _ in rounds])
    _print_row("judged before", rounds)
    for size in sizes:
        if size == REPEATED:
            runs = [(one, again) for _, again in rounds]
        else:
            file = _write(folder / "bulk.jsonl", texts, size)
            runs = [(one, _judged(official, file))]
            file.unlink()
        _print_row(f"{size:,} records", runs)


def extended(records: Sequence[Json]) -> Iterator[Json]:
    """Yield the catalogue, then its procedures again under other codes, names and papers, up to 6,300."""
    yield from records[:OFFICIAL]
    for number in range(len(records), OFFICIAL):
        record, turn = records[number % len(records)], number // len(records)
        where = f"tại khu vực đặc thù số {turn}"
        cases = [
            {
                **case,
                "profileComponents": [{**row, "name": f"{row['name']} {where}"} for row in case["profileComponents"]],
            }
            for case in record.get("executionCases") or ()
        ]
        yield {**record, "code": f"9.{number:06d}", "name": f"{record['name']} {where}", "executionCases": cases}


def _write(path: Path, texts: Sequence[Json], count: int) -> Path:
    """Write `count` records: the texts over and over, each turn of 400 by another commune."""
    with path.open("wb") as file:
        for number in range(count):
            agency = {"agency": f"UBND xã {number // COMMUNE}", "url": f"https://x{number // COMMUNE}.vn/{number}"}
            record = texts[number % len(texts)]
            row = {**record, "source": {**record["source"], **agency}}
            file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
    return path


def _judged(catalogue: Path, file: Path) -> Json:
    command = [sys.executable, "-m", "tests.bench.judge", "--catalogue", str(catalogue), "--judge", str(file)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    result: Json = orjson.loads(done.stdout)
    return result


def _print_row(name: str, runs: Sequence[tuple[Json, Json]]) -> None:
    """Print what the records of a run cost beyond those of the one before it; getting ready is in both and falls out."""
    before, after = runs[0]
    records = after["records"] - before["records"]
    seconds = median(more["seconds"] - fewer["seconds"] for fewer, more in runs)
    if seconds <= 0:
        print(f"{name:17} the machine was too busy to tell: more records took less time; run it again", flush=True)
        return
    rate, floor = records / seconds, after["records"] / median(run["parsing"] for _, run in runs)
    print(
        f"{name:17} {rate:10,.0f} procedures/s, {floor / rate:7.1f} x parsing the same JSON ({floor:,.0f}/s),"
        f" {median(run['seconds'] for _, run in runs):.1f} s in all, peak memory {max(run['peak'] for _, run in runs):.0f} MiB",
        flush=True,
    )


def judged(catalogue: Path, published: Path) -> Json:
    """Compare one file as `soat compare` does and write the results; processor seconds, records, and peak memory in MiB.

    Processor time, because other work on the machine must not count.
    """
    seconds: dict[str, float] = {}

    @contextmanager
    def timed(what: str) -> Iterator[None]:
        began = time.process_time()
        yield
        seconds[what] = time.process_time() - began

    with timed("parsing"), published.open("rb") as file:
        records = sum(1 for line in file if orjson.loads(line))
    with timed("ready"):
        digest, rows = read_records(catalogue)
        official = build_catalogue(CatalogueVersion(digest, ON, "bench", len(rows)), rows)
        del rows
    with timed("seconds"):
        comparison = compare(official, [published], today=ON)
        summary = write_comparison(comparison, published.with_suffix(".findings"), published.with_suffix(".matches"))
    assert summary.judged == records
    return {**seconds, "records": records, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


if __name__ == "__main__":
    main()
