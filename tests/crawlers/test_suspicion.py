"""Values in the wrong field are named; ordinary ones are not."""

from __future__ import annotations

import pytest

from crawlers.records import PublishedDocument, PublishedMethod, PublishedProcedure
from crawlers.suspicion import contents, flagged, suspicions


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("fee", "UBND xã Bản Mai", "tên cơ quan"),
        ("fee", "Sở Xây dựng", "tên cơ quan"),
        ("fee", "05 ngày làm việc", "thời hạn"),
        ("fee", "1", "chỉ là số “1”"),
        ("fee", "Phí, lệ phí:", "lặp lại tên mục"),
        ("fee", "Lệ phí", "lặp lại tên mục"),
        ("fee", "0", None),
        ("fee", "", None),
        ("fee", None, None),
        ("fee", "Không", None),
        ("fee", "Không quy định", None),
        ("fee", "Miễn phí", None),
        ("fee", "15.000", None),
        ("fee", "20.000 đồng/01 bản, nộp trong 05 ngày", None),
        ("fee", "Theo Nghị quyết số 12/2020/NQ-HĐND", None),
        ("fee", "Sở Tài chính thu 50.000 đồng", None),
        ("time", "20.000 đồng", "mức phí"),
        ("time", "UBND cấp xã", "tên cơ quan"),
        ("time", "Thời hạn giải quyết", "lặp lại tên mục"),
        ("time", "05 ngày làm việc", None),
        ("time", "Ngay trong buổi làm việc", None),
        ("time", "Không quy định", None),
        ("channel", "10 ngày", "thời hạn hoặc mức phí"),
        ("channel", "Dịch vụ bưu chính", None),
        ("name", "1.", "chỉ gồm số"),
        ("name", "Tên giấy tờ", "lặp lại tên mục"),
        ("name", "Đơn đề nghị", None),
        ("quantity", "Bản chính", "lặp lại tên mục"),
        ("quantity", "Bản chính: 1 - Bản sao: 0", None),
    ],
)
def test_a_value_in_the_wrong_field_is_named(field: str, text: str | None, words: str | None) -> None:
    if field in {"name", "quantity"}:
        record = PublishedProcedure(documents=(PublishedDocument(**{"name": "Đơn", field: text}),))
        path = f"documents[0].{field}"
    else:
        record = PublishedProcedure(methods=(PublishedMethod(**{field: text}),))
        path = f"methods[0].{field}"
    found = suspicions(record)
    assert set(found) == (set() if words is None else {path})
    assert words is None or words in found[path]
    again = PublishedProcedure.from_json(flagged(record).to_json())
    assert again.source.suspect == found
    assert (again.methods, again.documents) == (record.methods, record.documents)


def test_labels_of_other_parts_and_what_a_record_holds() -> None:
    record = PublishedProcedure(
        name="Cấp giấy", steps="Trình tự thực hiện:", conditions="Không", documents=(PublishedDocument("Đơn"),)
    )
    assert set(suspicions(record)) == {"steps"}
    assert set(contents(record)) == {"name", "steps", "conditions", "documents.name"}
