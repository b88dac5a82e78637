from __future__ import annotations

import orjson
import pytest

from crawlers.records import RecordError
from crawlers.service_visits import (
    FAILURES,
    MILDEST_FIRST,
    Attempt,
    Checks,
    Evidence,
    FileState,
    FormFile,
    Hotline,
    Linked,
    Outcome,
    Phone,
    Refused,
    Search,
    ServiceVisit,
    Step,
    Tls,
    Upload,
    Violation,
)

# The format's own keys; further ones may follow.
KEYS = ["target", "code", "name", "outcome", "service_level", "steps", "forms", "uploads", "search", "refused", "why"]
WHOLE = ServiceVisit(
    "h99",
    "1.012784",
    "Cấp thẻ",
    Outcome.BROKEN,
    "Toàn trình",
    "Nút “Nộp trực tuyến” mở trang lỗi HTTP 500.",
    steps=(Step("Mở cổng", "http://127.0.0.1/", 200, 80, "sha256:ab", "journeys/ab.jpg"),),
    forms=(
        FormFile("Mẫu 01", "http://127.0.0.1/m.docx", FileState.WRONG_TYPE, "là trang HTML"),
        FormFile("x", "y", None),
    ),
    uploads=(Upload("Đơn", required=True),),
    search=(Search("1.012784", "code", 1), Search("cap the", "unaccented")),
    refused=(Refused("POST", "http://127.0.0.1/luu", "không gửi gì"),),
    at="2026-11-01T01:02:03+00:00",
    url="http://127.0.0.1/tthc",
    attempts=(Attempt("2026-11-01T01:02:03+00:00", Outcome.BROKEN, "HTTP 500"),) * 2,
    attributed_to="own",
    checks=Checks(
        Phone(390, scrolls=True, way_in=False),
        (Violation("label", "critical", "Form elements must have labels", ("#a",), "http://127.0.0.1/"),),
        (Tls("127.0.0.1", secure=False),),
        (),
        ("lỗi",),
        privacy_notice=False,
        feedback=Linked(found=True, url="/pakn", alive=False, status=404),
        hotline=Hotline("1900 1234", dialable=True),
    ),
    requests="journeys/cd.jsonl",
    evidence=Evidence("a.har", "b.html", "c.txt", "d.jpg"),
    run="r1",
)


def test_a_visit_is_read_back_as_it_was_written() -> None:
    line = orjson.dumps(WHOLE.to_json())
    data = orjson.loads(line)
    assert set(KEYS) <= set(data)
    assert ServiceVisit.from_json(data) == WHOLE
    assert orjson.dumps(ServiceVisit.from_json(data).to_json()) == line


def test_what_could_not_be_looked_at_stays_null() -> None:
    bare = {
        "target": "t",
        "code": None,
        "name": None,
        "outcome": "blocked",
        "why": "tường lửa",
        "uploads": None,
        "forms": None,
        "later": 1,
    }
    visit = ServiceVisit.from_json(bare)
    assert (visit.uploads, visit.forms, visit.checks, visit.confirmed) == (None, None, Checks(), True)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ([], "đối tượng"),
        ({"target": "t", "why": "x"}, "outcome"),
        ({"target": "t", "why": "x", "outcome": "fine"}, "fine"),
        ({"target": "t", "why": "x", "outcome": "broken", "forms": [{"name": "a", "url": "b", "state": "odd"}]}, "odd"),
        ({"target": "t", "why": "x", "outcome": "broken", "steps": [{"name": "a"}]}, "url"),
    ],
)
def test_a_line_that_is_no_visit_is_refused_with_the_reason(data: object, told: str) -> None:
    with pytest.raises(RecordError, match=told):
        ServiceVisit.from_json(data)


@pytest.mark.parametrize("outcome", Outcome)
def test_a_failure_counts_only_when_it_is_repeated(outcome: Outcome) -> None:
    def attempts(*outcomes: Outcome) -> ServiceVisit:
        return ServiceVisit(
            "t", None, None, outcome, None, "x", attempts=tuple(Attempt("", one, "") for one in outcomes)
        )

    assert attempts(outcome).confirmed == (outcome not in FAILURES)
    assert attempts(outcome, outcome).confirmed
    assert set(MILDEST_FIRST) == set(Outcome)
