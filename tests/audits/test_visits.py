"""Visits and published records compared together: which record a visit is about, and what is written of it."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from audits.jsonl import InputError
from audits.judge import Judge
from audits.pair import Coverage
from audits.visits import VisitDesk, read_visits
from crawlers.records import Source
from crawlers.service_visits import ServiceVisit
from tests.audits.sample import catalogue, official, published, record
from tests.commands import soat

if TYPE_CHECKING:
    from pathlib import Path

    from audits.visits import JudgedVisit

Json = dict[str, Any]
TODAY = date(2026, 11, 20)
MARRY = official(
    "1.000894",
    "Đăng ký kết hôn",
    ["Tờ khai đăng ký kết hôn"],
    executionMethods=[{"submissionMethod": "ONLINE", "fees": [{"value": 20000}]}],
)
GUARD = official("1.004837", "Đăng ký giám hộ", ["Tờ khai đăng ký giám hộ"])
JUDGE = Judge(catalogue([MARRY, GUARD]))


def visit(
    outcome: str = "broken", target: str = "h99", at: str | None = "2026-11-02T01:00:00+00:00", **told: Any
) -> Json:
    """A visit as one line of visits.jsonl, attempted twice."""
    return {
        "target": target,
        "code": "1.000894.H99",
        "name": "Đăng ký kết hôn",
        "outcome": outcome,
        "service_level": None,
        "why": f"Kết cục: {outcome}.",
        "at": at,
        "attempts": [{"at": at, "outcome": outcome, "why": "x"}] * 2,
        **told,
    }


def desk(*visits: Json) -> VisitDesk:
    return VisitDesk({place: ServiceVisit.from_json(row) for place, row in enumerate(visits)})


def judged(of: VisitDesk) -> list[JudgedVisit]:
    return list(of.judge(JUDGE, today=TODAY))


def accused(of: VisitDesk) -> list[tuple[int | None, str]]:
    found = (outcome.finding for one in judged(of) for outcome in one.outcomes)
    return [(finding.visit, finding.rule) for finding in found if finding]


OTHER = record("1.004837", "Đăng ký giám hộ", service_level="Một phần")
SAME_CODE = record("1.000894", "Kết hôn", service_level="Một phần")
SAME_NAME = record(None, "Thủ tục đăng ký kết hôn", service_level="Toàn trình")


@pytest.mark.parametrize(
    ("offered", "level"),
    [
        ([(OTHER, "h99")], None),
        ([(SAME_CODE, "h99")], "Một phần"),
        ([(SAME_CODE, "h98")], None),
        ([(SAME_CODE, None)], None),
        ([(SAME_NAME, "h99")], "Toàn trình"),
        ([(SAME_NAME, "h99"), (SAME_CODE, "h99")], "Một phần"),
    ],
)
def test_a_visit_is_about_the_record_of_its_target_with_its_code_or_else_its_name(
    offered: list[tuple[Any, str | None]], level: str | None
) -> None:
    of = desk(visit())
    for one, target in offered:
        of.offer(one, Source(target=target), Coverage())
    (said,) = judged(of)
    assert (said.visited.listed, said.visited.pair.published.service_level) == (level is not None, level)
    # Without a record the catalogue alone tells that the service is there online.
    assert accused(of) == [(0, "broken_e_service")]


def test_visits_to_one_service_count_once_and_the_milder_stands() -> None:
    later = "2026-11-09T01:00:00+00:00"
    assert accused(desk(visit(), visit(at=later))) == [(1, "broken_e_service")]
    assert accused(desk(visit(at=later), visit())) == [(0, "broken_e_service")]
    assert accused(desk(visit(), visit("reached_login", at=later))) == []
    assert accused(desk(visit(), visit(target="h98", at=later))) == [(0, "broken_e_service"), (1, "broken_e_service")]
    nameless = visit(code=None, name=None, service_level="Toàn trình")
    assert accused(desk(nameless, nameless)) == [(0, "broken_e_service"), (1, "broken_e_service")]


def test_a_visit_is_judged_as_of_its_own_day() -> None:
    (old,) = judged(desk(visit(at="2021-05-01T01:00:00+00:00")))
    assert not [outcome for outcome in old.outcomes if outcome.finding]
    (undated,) = judged(desk(visit(at=None)))
    assert undated.visited.pair.on == TODAY


def test_lines_that_are_no_visits_are_told_with_their_place(tmp_path: Path) -> None:
    path = tmp_path / "visits.jsonl"
    path.write_text(json.dumps(visit()) + '\n{"target": "h99"}\n[\n' + json.dumps(visit()) + "\n", encoding="utf-8")
    visits, faults = read_visits(path)
    assert list(visits) == [0, 3]
    assert [fault.split(": ")[1] for fault in faults] == ["dòng 2", "dòng 3"]
    with pytest.raises(InputError):
        read_visits(tmp_path / "không có.jsonl")


def test_the_command_writes_what_visits_show_beside_what_is_published(tmp_path: Path) -> None:
    def write(name: str, *rows: Json) -> str:
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return name

    row = published("1.000894", "Đăng ký kết hôn", ["Tờ khai đăng ký kết hôn"], service_level="Toàn trình")
    files = (
        write("catalogue.jsonl", MARRY, GUARD),
        write("published.jsonl", {**row, "source": {"target": "h99", "agency": "UBND"}}),
    )
    seen = write(
        "visits.jsonl",
        visit("blocked", code="1.004837", name="Đăng ký giám hộ"),
        visit(),
        visit("reached_form", target="h98", uploads=[{"name": "Phiếu lý lịch tư pháp số 2", "required": True}]),
        {"target": "hỏng"},
    )
    out = ("--findings", "findings.jsonl", "--matches", "matches.jsonl")
    done = soat("compare", *files, *out, "--visits", seen, "--json", cwd=tmp_path)
    assert done.returncode == 4, done.stderr
    told = json.loads(done.stdout)
    assert (told["judged"], told["visited"]) == (1, 3)
    assert [line.split(": ")[:2] for line in told["skipped"]] == [[seen, "dòng 4"]]
    assert told["findings"] == {"broken_e_service": 1, "extra_document": 1}
    lines = [json.loads(line) for line in (tmp_path / "findings.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(row["file"], row["line"], row["target"], row["visit"], row["code"], row["rule"]) for row in lines] == [
        (seen, None, "h99", 1, "1.000894", "broken_e_service"),
        (seen, None, "h98", 2, "1.000894", "extra_document"),
    ]
    assert all({"rule_version", "document", "severity", "expected", "found", "law", "why"} <= set(row) for row in lines)
    assert (lines[1]["paper"], lines[1]["where"]) == ("Phiếu lý lịch tư pháp số 2", "uploads[0].name")
    before = (tmp_path / "findings.jsonl").read_bytes()
    assert soat("compare", *files, *out, "--visits", seen, cwd=tmp_path).returncode == 4
    assert (tmp_path / "findings.jsonl").read_bytes() == before
    assert soat("compare", *files, *out, "--visits", seen, "--all", cwd=tmp_path).returncode == 4
    skips = [
        json.loads(line)
        for line in (tmp_path / "findings.jsonl").read_text(encoding="utf-8").splitlines()
        if "skip" in line
    ]
    assert [row["skip"] for row in skips if row.get("visit") == 0 and row["rule"] == "broken_e_service"] == [
        "không kiểm tra được: không xem được đến nơi (Kết cục: blocked)"
    ]
