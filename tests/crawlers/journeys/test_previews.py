"""Form files without an address: those that the national portal gives out by POST, by their id."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import orjson
import pytest

from crawlers.journeys.families.dvcqg import JOURNEY
from crawlers.journeys.forms import judge, previewed
from crawlers.journeys.listing import Sampling
from crawlers.journeys.run import Manner, visit
from crawlers.journeys.wire import Answer
from crawlers.service_visits import FileState, ServiceVisit
from crawlers.targets import Target
from fixtures.portals import running
from fixtures.province import catalogue

if TYPE_CHECKING:
    from pathlib import Path

CODE = "1.001193"
DETAIL = "https://cong.gov.vn/api/v1/configuring/formality/get-formality-by-citizen"


def answer(code: str = CODE, cases: object = ()) -> tuple[str, bytes]:
    return DETAIL, orjson.dumps({"code": "OK", "data": {"code": code, "executionCases": cases}})


def paper(name: str | None, *files: object) -> dict[str, object]:
    return {"name": name, "attachments": files}


FIRST, SECOND = {"id": "a-1", "fileName": "mau-01.docx"}, {"id": "b-2", "fileName": "don.pdf"}


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ([], []),
        ([(DETAIL, b"<html>Request Rejected</html>")], []),
        ([answer(cases=None)], []),
        ([answer(cases=[{"profileComponents": [paper("Tờ khai", FIRST)]}])], [("Tờ khai", "mau-01.docx", "a-1")]),
        (
            [answer(cases=[None, {"profileComponents": [None, paper(None, FIRST, None, SECOND)]}])],
            [("mau-01.docx", "mau-01.docx", "a-1"), ("don.pdf", "don.pdf", "b-2")],
        ),
        (  # one file in two cases is one form
            [answer(cases=[{"profileComponents": [paper("Tờ khai", FIRST)]}] * 2)],
            [("Tờ khai", "mau-01.docx", "a-1")],
        ),
        ([answer("1.999999", [{"profileComponents": [paper("Tờ khai", FIRST)]}])], []),  # another procedure's
    ],
)
def test_an_answer_names_the_files_of_its_procedure(
    told: list[tuple[str, bytes]], found: list[tuple[str, str, str]]
) -> None:
    assert JOURNEY.preview is not None
    seen = previewed(JOURNEY.preview, told, f"{CODE}.H99")
    assert [(one.paper, one.file, orjson.loads(one.body)["fileId"]) for one in seen] == found
    assert {one.url for one in seen} <= {"https://cong.gov.vn/api/v1/submitting/preview-attachment"}


@pytest.mark.parametrize(
    ("given", "state"),
    [
        (Answer(404, (), b'{"code":"NOT_FOUND"}'), FileState.DEAD),
        (Answer(201, (), b""), FileState.EMPTY),
        (Answer(201, (), b"<!DOCTYPE html><p>x</p>"), FileState.WRONG_TYPE),
        (Answer(201, (), b"%PDF-1.4 x startxref"), FileState.WRONG_TYPE),
    ],
)
def test_a_file_is_held_against_the_name_it_is_listed_under(given: Answer, state: FileState) -> None:
    assert judge("Tờ khai", "https://cong.gov.vn/thu-tuc-hanh-chinh/x", given, "mau-01.docx").state is state


def test_the_national_portals_forms_are_downloaded_and_nothing_else_is_posted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOAT_TIMEOUT", "10")
    with running(date(2026, 11, 1)) as sites:
        url = sites.urls["h99-quoc-gia"]
        target = Target("n", "UBND xã Suối Mơ", "commune", "dvcqg", url, code="H99.01", delay=0.0, parallel=8)
        visit(
            [target],
            out=tmp_path / "v.jsonl",
            captures=tmp_path / "c",
            sampling=Sampling(codes=frozenset({CODE})),
            manner=Manner(pause=0.1, patience=5.0, limit=60.0),
        )
        assert sites.refused == []
    (seen,) = [ServiceVisit.from_json(orjson.loads(line)) for line in (tmp_path / "v.jsonl").read_bytes().splitlines()]
    listed = [
        (component["name"], file["fileName"])
        for case in catalogue()[CODE]["executionCases"]
        for component in case["profileComponents"]
        for file in component["attachments"]
    ]
    assert listed
    assert [(one.name, one.url.rpartition("#")[2], one.state) for one in seen.forms or ()] == [
        (name, file, FileState.OK) for name, file in listed
    ]
    requests = [orjson.loads(line) for line in (tmp_path / "c" / str(seen.requests)).read_bytes().splitlines()]
    given = [row for row in requests if row["url"].endswith("/submitting/preview-attachment")]
    assert [(row["method"], row["allowed"], row["status"]) for row in given] == [("POST", True, 201)] * len(listed)
