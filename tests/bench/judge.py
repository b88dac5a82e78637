"""How many published procedures are judged per second, cold and again, beside only parsing the same JSON."""

from __future__ import annotations

import resource
import time
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any

import orjson

from audits.audit import CatalogueVersion
from audits.catalogue import build_catalogue, official_procedure
from audits.jsonl import read_objects
from audits.judge import Judge
from audits.procedure import Channel
from audits.reading.terms import write_term
from crawlers.records import PublishedDocument, PublishedMethod, PublishedProcedure
from tests.real_data import SHARED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ON = date(2026, 11, 1)
RECORDS = 2_000
_CHANNELS = {Channel.ONLINE: "Trực tuyến", Channel.DIRECT: "Trực tiếp", Channel.POSTAL: "Dịch vụ bưu chính", None: None}


def main() -> None:
    """Print procedures per second, and the ratio to parsing alone."""
    path = SHARED / "national-catalogue.jsonl.gz"
    if not path.is_file():
        print(f"   (no {path}: the sample province's catalogue instead)")
        path = _sample()
    records = [item for _, item in read_objects(path) if isinstance(item, dict)]
    lines = list(islice(_published(records), RECORDS))
    began = time.perf_counter()
    catalogue = build_catalogue(CatalogueVersion("sha256:bench", ON, str(path), len(records)), records)
    judge = Judge(catalogue)
    print(f"catalogue of {len(records)} made ready in {time.perf_counter() - began:.2f} s")
    parsing = _seconds(lambda line: PublishedProcedure.from_json(orjson.loads(line)), lines)
    floor = _seconds(orjson.loads, lines)
    shown = judge.coverage(PublishedProcedure.from_json(orjson.loads(line)) for line in lines)

    def judged(line: bytes) -> None:
        pair = judge.pair(PublishedProcedure.from_json(orjson.loads(line)), ON, shown)
        for _ in judge.judge(pair):
            pass

    cold, again = _seconds(judged, lines), _seconds(judged, lines)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for name, seconds in (
        ("parsing JSON", floor),
        ("reading records", parsing),
        ("judging, cold", cold),
        ("judging, again", again),
    ):
        print(f"{name:16} {len(lines) / seconds:10,.0f} procedures/s, {seconds / floor:8.1f} x parsing JSON")
    print(f"peak memory {peak:.0f} MiB")


def _published(records: list[dict[str, Any]]) -> Iterator[bytes]:
    """Yield the catalogue as an office would publish it, with its papers numbered."""
    for record in records:
        official = official_procedure(record)
        published = PublishedProcedure(
            code=official.raw_code,
            name=f"Thủ tục {official.name}",
            sector=official.sector,
            agency=official.agency,
            methods=tuple(
                PublishedMethod(
                    channel=_CHANNELS[method.channel],
                    time="; ".join(write_term(term) for term in (method.terms.options if method.terms else ())),
                    fee=method.fees.raw if method.fees else None,
                )
                for method in official.methods or ()
            ),
            documents=tuple(
                PublishedDocument(name=f"{index + 1}. {paper.name}")
                for index, paper in enumerate(official.documents or ())
            ),
        )
        yield orjson.dumps(published.to_json())


def _seconds(work: Any, lines: list[bytes]) -> float:
    began = time.perf_counter()
    for line in lines:
        work(line)
    return time.perf_counter() - began


def _sample() -> Path:
    from fixtures.province import FOLDER

    return FOLDER / "catalogue.jsonl"
