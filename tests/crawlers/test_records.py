"""What a published record says of its source goes out as JSON and comes back the same; wrong types are refused by their path."""

from __future__ import annotations

import json

import pytest

from crawlers.records import PublishedProcedure, RecordError, Source

SOURCE = Source(
    agency="UBND tỉnh Mẫu",
    places={"name": "trang 3, bảng 1, dòng 12, cột 4"},
    suspect={"name": "nhận dạng chữ từ ảnh, độ tin cậy 0,62"},
    document="Quyết định số 5/QĐ-UBND ngày 01/4/2026",
    confidence={"name": 0.62},
)


@pytest.mark.parametrize("source", [SOURCE, Source()])
def test_a_source_comes_back(source: Source) -> None:
    record = PublishedProcedure(name="Cấp giấy", source=source)
    assert PublishedProcedure.from_json(json.loads(json.dumps(record.to_json()))) == record


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ({"document": ["x"]}, "source.document"),
        ({"suspect": "x"}, "source.suspect"),
        ({"confidence": {"name": "0.6"}}, "source.confidence.name"),
        ({"confidence": {"name": 1.5}}, "source.confidence.name"),
        ({"confidence": {"name": True}}, "source.confidence.name"),
        ({"confidence": [1]}, "source.confidence"),
    ],
)
def test_wrong_types_are_refused_by_their_path(source: object, path: str) -> None:
    with pytest.raises(RecordError, match=f"^{path}: "):
        PublishedProcedure.from_json({"source": source})
