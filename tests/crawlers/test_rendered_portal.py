"""The national portal seen with a browser gives the same procedures as its API."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from crawlers.records import SourceState
from fixtures.portals import running
from fixtures.province import published

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from crawlers.records import SourceReport

ON = date(2026, 11, 23)
SEARCH = "tra-cuu-thu-tuc/danh-sach?keyword=khai%20sinh&searchType=PROVINCE&province=H99.01"


def test_a_search_and_its_procedures_are_read_as_a_browser_shows_them(
    tmp_path: Path, run: Callable[..., SourceReport]
) -> None:
    with running(ON) as portals:
        report = run("dvcqg", portals.urls["h99-quoc-gia"] + SEARCH, parallel=2)
        assert portals.refused == []
    assert (report.state, report.faults) == (SourceState.OK, ())
    rows = [json.loads(line) for line in (tmp_path / "published.jsonl").read_text().splitlines()]
    ours = [
        entry.record for entry in published("h99-quoc-gia", ON) if "khai sinh" in (entry.record.name or "").casefold()
    ]
    assert len(rows) == len(ours) > 1
    for row, record in zip(rows, ours, strict=True):
        assert (row["code"], row["name"], row["sector"]) == (record.code, record.name, record.sector)
        assert [method["time"] for method in row["methods"]] == [method.time for method in record.methods or ()]
        assert [paper["name"] for paper in row["documents"]] == [paper.name for paper in record.documents or ()]
        assert "/thu-tuc-hanh-chinh/" in row["source"]["url"]
