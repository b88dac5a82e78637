"""Lawful differences: what they cover, from when until when, how they are read, and that judging says so."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.jsonl import InputError
from audits.judge import Judge, Outcome
from audits.lawful import Lawful, LawfulDifference, lawful_record, procedure_code, read_lawful
from audits.pair import PublishedSource
from audits.procedure import Fail, Skip
from audits.reading.text import fold
from tests.audits.sample import ON, catalogue, official, record

if TYPE_CHECKING:
    from pathlib import Path

CODE, NAME, PAPERS = "1.001193", "Đăng ký khai sinh", ("Tờ khai đăng ký khai sinh theo mẫu", "Giấy chứng sinh")
EXTRA = "Giấy xác nhận của công an về hạnh kiểm"
UNIT = "UBND xã Ban Mai"
SOURCE = {"source": {"agency": UNIT, "target": "ban-mai"}}
DIFFERENCE = LawfulDifference(CODE, "extra_document", "Nghị quyết 12 của HĐND tỉnh")


def outcomes(*differences: LawfulDifference, papers: tuple[str, ...] = (*PAPERS, EXTRA)) -> list[Outcome]:
    judge = Judge(catalogue([official(CODE, NAME, PAPERS)]), differences)
    published = record(CODE, NAME, papers, **SOURCE)
    return list(judge.judge(judge.pair(published, ON, judge.coverage([published])), 0))


def signs(*differences: LawfulDifference, papers: tuple[str, ...] = (*PAPERS, EXTRA)) -> list[str]:
    found = [each for each in outcomes(*differences, papers=papers) if each.finding]
    return [each.rule.slug for each in found if each.rule.slug == "extra_document"]


@pytest.mark.parametrize(
    ("difference", "covered"),
    [
        (DIFFERENCE, True),
        (replace(DIFFERENCE, unit=UNIT), True),
        (replace(DIFFERENCE, unit="ban-mai"), True),
        (replace(DIFFERENCE, unit="UBND xã Suối Mơ"), False),
        (replace(DIFFERENCE, paper=EXTRA), True),
        (replace(DIFFERENCE, paper=f"  {EXTRA.upper()} "), True),
        (replace(DIFFERENCE, paper="Giấy chứng sinh"), False),
        (replace(DIFFERENCE, code="1.001194"), False),
        (replace(DIFFERENCE, rule="expired_paper"), False),
        (replace(DIFFERENCE, since=ON, until=ON), True),
        (replace(DIFFERENCE, since=ON + timedelta(days=1)), False),
        (replace(DIFFERENCE, until=ON - timedelta(days=1)), False),
        (replace(DIFFERENCE, ended=ON), False),
        (replace(DIFFERENCE, ended=ON + timedelta(days=1)), True),
    ],
    ids=str,
)
def test_what_a_difference_covers(difference: LawfulDifference, covered: bool) -> None:
    assert signs() == ["extra_document"]
    assert signs(difference) == ([] if covered else ["extra_document"])


def test_a_covered_sign_is_a_skip_that_tells_why() -> None:
    (passed,) = [each for each in outcomes(DIFFERENCE) if each.recognised]
    (sign,) = [each.finding for each in outcomes() if each.finding and each.rule.slug == "extra_document"]
    assert isinstance(passed.verdict, Skip)
    assert str(passed.verdict.reason) == "được công nhận là khác biệt hợp pháp: Nghị quyết 12 của HĐND tỉnh"
    assert passed.recognised is not None
    assert (passed.finding, passed.recognised.difference, passed.recognised.finding) == (None, DIFFERENCE, sign)
    others = [each for each in outcomes(DIFFERENCE) if not each.recognised]
    assert others == [each for each in outcomes() if each.rule.slug != "extra_document" or not each.finding]


def test_one_paper_recognised_leaves_the_others() -> None:
    papers = (*PAPERS, EXTRA, "Phiếu lý lịch tư pháp số 2")
    assert signs(papers=papers) == ["extra_document"] * 2
    assert signs(replace(DIFFERENCE, paper=EXTRA), papers=papers) == ["extra_document"]


def test_a_sign_about_a_whole_source_is_covered_too() -> None:
    difference = LawfulDifference(CODE, "unpublished_procedure", "chuyển về tỉnh", unit=UNIT)
    for unit, verdict in ((UNIT, Skip), ("UBND xã Suối Mơ", Fail)):
        judge = Judge(catalogue([official(CODE, NAME, PAPERS)]), [difference])
        source = PublishedSource(
            frozenset(), frozenset(), frozenset({CODE}), judge.catalogue, ON, units=frozenset({unit})
        )
        (outcome,) = [each for each in judge.judge_source(source) if each.rule.slug == "unpublished_procedure"]
        assert isinstance(outcome.verdict, verdict)


def test_a_difference_is_kept_under_the_official_code_else_the_published_one() -> None:
    assert procedure_code("1.000001", "1.000002.H99") == "1.000001"
    assert procedure_code(None, "1.000002.000.00.00.H99") == "1.000002"
    assert procedure_code(None, "không có mã") is None
    assert procedure_code(None, None) is None


DAYS = st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 6))
DIFFERENCES = st.builds(
    LawfulDifference,
    code=st.sampled_from(["1.1", "1.2"]),
    rule=st.sampled_from(["a", "b"]),
    reason=st.sampled_from(["x", "y"]),
    unit=st.sampled_from([None, "u", "v"]),
    paper=st.sampled_from([None, "Giấy  A", "giấy a", "Giấy B"]),
    since=DAYS,
    until=DAYS,
    ended=DAYS,
)


@given(
    st.lists(DIFFERENCES, max_size=8),
    st.randoms(),
    st.sampled_from(["a", "b"]),
    st.sampled_from([None, "1.1", "1.2"]),
    st.sets(st.sampled_from(["u", "v"])),
    st.sampled_from([None, "GIẤY A", "Giấy B"]),
    DAYS,
)
def test_finding_is_what_looking_at_each_one_gives_in_any_order(  # noqa: PLR0917 - hypothesis passes them by place
    differences: list[LawfulDifference], chance: Any, rule: str, code: str | None, units: set[str], paper: str | None, on: date | None
) -> None:  # fmt: skip
    def covers(item: LawfulDifference) -> bool:
        within = on is None or (
            (item.since or on) <= on <= (item.until or on) and (item.ended is None or on < item.ended)
        )
        return (
            (item.rule, item.code) == (rule, code)
            and item.unit in {None, *units}
            and (item.paper is None or (paper is not None and fold(item.paper) == fold(paper)))
            and within
        )

    asked = {"units": frozenset(units), "paper": paper, "on": on}
    found = Lawful(differences).find(rule, code, **asked)  # type: ignore[arg-type]
    assert (found is not None) == any(map(covers, differences))
    assert found is None or covers(found)
    shuffled = list(differences)
    chance.shuffle(shuffled)
    assert Lawful(shuffled).find(rule, code, **asked) == found  # type: ignore[arg-type]


LINE = {
    "code": CODE,
    "rule": "extra_document",
    "unit": None,
    "paper": EXTRA,
    "reason": "NQ",
    "from": None,
    "until": None,
}


@given(DIFFERENCES)
def test_a_record_is_read_back(tmp_path_factory: pytest.TempPathFactory, difference: LawfulDifference) -> None:
    kept = replace(difference, code="1.000001")
    path = tmp_path_factory.mktemp("lawful") / "l.jsonl"
    path.write_text(json.dumps(lawful_record(kept)), encoding="utf-8")
    assert read_lawful(path) == (kept,)


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "l.jsonl"
    lines = [LINE, {"code": "1.001193.H99", "rule": "x", "reason": "y", "from": "2026-11-01", "until": "2027-06-30"}]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert read_lawful(path) == (
        LawfulDifference(CODE, "extra_document", "NQ", paper=EXTRA),
        LawfulDifference(CODE, "x", "y", since=date(2026, 11, 1), until=date(2027, 6, 30)),
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"code": None}, "“code” phải là một chuỗi ký tự không trống"),
        ({"code": "abc"}, "“code” phải là mã thủ tục quốc gia dạng 1.012784, gặp “abc”"),
        ({"rule": " "}, "“rule” phải là một chuỗi ký tự không trống"),
        ({"reason": ""}, "“reason” phải là một chuỗi ký tự không trống"),
        ({"unit": 3}, "“unit” phải là một chuỗi ký tự"),
        ({"paper": ["x"]}, "“paper” phải là một chuỗi ký tự"),
        ({"from": "1/11/2026"}, "“from” phải là ngày dạng 2026-11-23, gặp “1/11/2026”"),
        ({"until": 2027}, "“until” phải là ngày dạng 2026-11-23, gặp “2027”"),
        ({"agency": "x"}, "khóa không biết: agency; dùng code, rule,"),
    ],
    ids=str,
)
def test_a_bad_line_is_named(tmp_path: Path, change: dict[str, object], told: str) -> None:
    path = tmp_path / "l.jsonl"
    path.write_text(json.dumps(LINE) + "\n" + json.dumps({**LINE, **change}), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_lawful(path)
    assert str(caught.value).startswith(f"{path}: dòng 2: ")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "l.jsonl"
    path.write_text(json.dumps(LINE) + "\n{cut", encoding="utf-8")
    with pytest.raises(InputError, match=r"l\.jsonl: dòng 2: không phải JSON"):
        read_lawful(path)
