"""Visits judged: what could not be seen accuses nobody, a failure counts only when repeated, and the site's fault is one sign."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.judge import Judge
from audits.lawful import LawfulDifference
from audits.procedure import Fail, Skip
from audits.rules import rules
from audits.visited import ServiceLevel, day_of, decisive_step, read_service_level
from crawlers.records import PublishedProcedure, Source
from crawlers.service_visits import (
    ARRIVED,
    FAILURES,
    UNSEEN,
    Attempt,
    Checks,
    FileState,
    FormFile,
    Hotline,
    Linked,
    Outcome,
    Phone,
    Search,
    ServiceVisit,
    Step,
    Tls,
    Upload,
    Violation,
    taken_together,
)
from tests.audits.sample import ON, catalogue, official, published

MARRY = official(
    "1.000894",
    "Đăng ký kết hôn",
    ["Tờ khai đăng ký kết hôn"],
    executionMethods=[{"submissionMethod": "ONLINE", "fees": [{"value": 20000}]}],
)
JUDGE = Judge(catalogue([MARRY]))
RECORD = PublishedProcedure.from_json(published("1.000894", "Đăng ký kết hôn", service_level="Toàn trình"))
ONLINE = {slug for slug, rule in rules().items() if rule.check_visit is not None}


def visit(outcome: Outcome, times: int = 2, **told: object) -> ServiceVisit:
    """A visit of that outcome, attempted so often."""
    values: dict[str, object] = {"code": "1.000894", "name": "Đăng ký kết hôn", "service_level": "Toàn trình", **told}
    attempts = tuple(Attempt(f"2026-11-0{n + 1}T01:00:00+00:00", outcome, "vì thế") for n in range(times))
    return ServiceVisit(target="t", outcome=outcome, why="vì thế", attempts=attempts, **values)  # type: ignore[arg-type]


def failed(one: ServiceVisit, record: PublishedProcedure | None = RECORD, on: date = ON) -> set[str]:
    """The rules that accuse on this visit."""
    outcomes = JUDGE.judge_visits([JUDGE.visited(one, on, record)])
    return {outcome.rule.slug for _, outcome in outcomes if outcome.finding is not None}


BAD: dict[str, Any] = {
    "forms": (FormFile("Mẫu", "https://a.gov.vn/m.docx", FileState.DEAD),),
    "uploads": (Upload("Sổ hộ khẩu", required=True),),
    "search": tuple(Search("x", kind) for kind in ("code", "name", "unaccented", "mistyped")),
    "steps": (Step("Mở cổng", "https://a.gov.vn/", 200, 5, "sha256:a"),),
    "url": "https://a.gov.vn/1",
    "checks": Checks(
        phone=Phone(390, scrolls=True, way_in=False),
        axe=(Violation("label", "critical", "x"),),
        tls=(Tls("a.gov.vn", secure=True, valid=False),),
        mixed_content=("http://b.vn/x.js",),
        feedback=Linked(found=False),
        hotline=Hotline(),
        payment=False,
    ),
}
"""Everything that can be wrong beside the way in."""


def test_the_worst_form_breaks_every_rule_it_can() -> None:
    level = {"false_service_level", "paper_still_required", "broken_e_service"}
    assert failed(visit(Outcome.REACHED_FORM, **BAD)) == ONLINE - level
    assert failed(visit(Outcome.PAPER_DEMANDED, **BAD)) == ONLINE - {"broken_e_service"}


@pytest.mark.parametrize("outcome", Outcome)
def test_where_every_fact_is_null_nothing_but_the_outcome_can_fail(outcome: Outcome) -> None:
    told = failed(visit(outcome, forms=None))
    assert told <= {"broken_e_service", "false_service_level", "paper_still_required"}
    if outcome not in FAILURES | {Outcome.NOT_ONLINE}:
        assert told == set()


@pytest.mark.parametrize("outcome", [*UNSEEN, Outcome.TIMEOUT])
def test_what_was_not_seen_accuses_nobody_whatever_else_it_tells(outcome: Outcome) -> None:
    assert failed(visit(outcome, **BAD)) == set()


@pytest.mark.parametrize("outcome", FAILURES)
def test_a_failure_that_was_not_repeated_or_is_the_nations_accuses_nobody(outcome: Outcome) -> None:
    assert failed(visit(outcome, times=1, **BAD)) == set()
    assert failed(visit(outcome, attributed_to="national", **BAD)) == set()


MAYBE_FORMS = st.none() | st.lists(
    st.builds(FormFile, st.text(max_size=5), st.text(max_size=5), st.none() | st.sampled_from(FileState)), max_size=3
).map(tuple)
ANY = st.builds(
    ServiceVisit,
    target=st.just("t"),
    code=st.none() | st.sampled_from(["1.000894", "9.999999", "x"]),
    name=st.none() | st.sampled_from(["Đăng ký kết hôn", ""]),
    outcome=st.sampled_from(Outcome),
    service_level=st.none() | st.sampled_from(["Toàn trình", "Một phần", "Không", "Mức độ 2", ""]),
    why=st.text(max_size=10),
    forms=MAYBE_FORMS,
    uploads=st.none()
    | st.lists(st.builds(Upload, st.text(max_size=20), st.none() | st.booleans()), max_size=3).map(tuple),
    attempts=st.lists(st.builds(Attempt, st.just(""), st.sampled_from(Outcome), st.just("")), max_size=3).map(tuple),
    attributed_to=st.none() | st.sampled_from(["own", "national"]),
)


@settings(deadline=None, max_examples=150)
@given(ANY, st.none() | st.just(RECORD))
def test_no_visit_breaks_judging_and_none_that_arrived_is_called_broken(
    one: ServiceVisit, record: PublishedProcedure | None
) -> None:
    said = list(JUDGE.judge_visits([JUDGE.visited(one, ON, record)]))
    assert {outcome.rule.slug for _, outcome in said} >= ONLINE - {
        "broken_form_link",
        "extra_document",
        "expired_paper",
    }
    accused = {outcome.rule.slug for _, outcome in said if isinstance(outcome.verdict, Fail)}
    if one.outcome not in FAILURES:
        assert "broken_e_service" not in accused
    if one.outcome in UNSEEN or not one.confirmed or one.attributed_to == "national":
        assert accused == set()
    assert said == list(JUDGE.judge_visits([JUDGE.visited(one, ON, record)]))


def test_what_is_wrong_with_the_site_is_told_once_and_what_is_wrong_with_a_service_each_time() -> None:
    several = [JUDGE.visited(visit(Outcome.REACHED_FORM, **BAD), ON, RECORD) for _ in range(3)]
    said = [(place, one.rule.slug) for place, one in JUDGE.judge_visits(several) if one.finding]
    of_site = {slug for slug, rule in rules().items() if rule.of_site}
    assert of_site == {"dead_feedback_channel", "insecure_site", "inaccessible_page"}
    assert {slug for place, slug in said if place == 0} >= of_site
    assert {slug for place, slug in said if place == 2} == {slug for place, slug in said if place == 0} - of_site


def test_a_lawful_difference_covers_a_paper_of_the_e_form() -> None:
    known = LawfulDifference("1.000894", "extra_document", "Nghị quyết 5", paper="sổ hộ khẩu")
    judge = Judge(catalogue([MARRY]), [known])
    one = visit(Outcome.REACHED_FORM, uploads=BAD["uploads"])
    (said,) = [o for _, o in judge.judge_visits([judge.visited(one, ON, RECORD)]) if o.rule.slug == "extra_document"]
    assert isinstance(said.verdict, Skip)
    assert said.recognised is not None
    assert (said.recognised.finding.paper, said.recognised.finding.visit) == ("Sổ hộ khẩu", 0)


def test_without_a_published_record_the_visit_itself_is_matched() -> None:
    source = Source(target="t", agency="UBND", url="https://a.gov.vn/")
    visited = JUDGE.visited(visit(Outcome.BROKEN), ON, source=source)
    assert (visited.listed, visited.site, visited.pair.units) == (False, "https://a.gov.vn/", frozenset({"t", "UBND"}))
    assert visited.pair.official is not None


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Toàn trình", ServiceLevel.FULL),
        ("DVC TRỰC TUYẾN TOÀN TRÌNH", ServiceLevel.FULL),
        ("Mức độ 4", ServiceLevel.FULL),
        ("Dịch vụ công trực tuyến một phần", ServiceLevel.PARTIAL),
        ("Mức 3", ServiceLevel.PARTIAL),
        ("Dịch vụ công cung cấp thông tin trực tuyến", ServiceLevel.INFORMATION),
        ("Mức độ 2", ServiceLevel.INFORMATION),
        ("Chưa cung cấp trực tuyến toàn trình", None),
        ("Không phải dịch vụ công trực tuyến toàn trình", None),
        ("", None),
        (None, None),
        ("Trực tiếp", None),
    ],
)
def test_the_level_a_text_claims(text: str | None, level: ServiceLevel | None) -> None:
    assert read_service_level(text) is level


@pytest.mark.parametrize(
    ("first", "again", "outcome", "accuses"),
    [
        (Outcome.BROKEN, Outcome.BROKEN, Outcome.BROKEN, True),
        (Outcome.BROKEN, Outcome.NO_WAY_IN, Outcome.NO_WAY_IN, True),
        (Outcome.BROKEN, Outcome.REACHED_LOGIN, Outcome.REACHED_LOGIN, False),
        (Outcome.LOGIN_LOOP, Outcome.BLOCKED, Outcome.BLOCKED, False),
        (Outcome.BROKEN, Outcome.MAINTENANCE, Outcome.MAINTENANCE, False),
        (Outcome.PAPER_DEMANDED, Outcome.BROKEN, Outcome.PAPER_DEMANDED, True),
    ],
)
def test_of_two_visits_the_milder_counts_and_both_are_told(
    first: Outcome, again: Outcome, outcome: Outcome, accuses: bool
) -> None:
    earlier, later = visit(first), visit(again)
    both = taken_together(earlier, later)
    assert both.outcome is outcome
    assert [one.outcome for one in both.attempts] == [first] * 2 + [again] * 2
    assert bool(failed(both)) is accuses
    assert (both.outcome in ARRIVED) <= (not accuses)


def test_a_failure_seen_once_each_time_is_repeated() -> None:
    once = visit(Outcome.BROKEN, times=1)
    assert not failed(once)
    assert failed(taken_together(once, once)) == {"broken_e_service"}


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-11-01T18:30:00+00:00", date(2026, 11, 2)),
        ("2026-11-01T18:30:00", date(2026, 11, 2)),
        ("2026-11-01T01:30:00+07:00", date(2026, 11, 1)),
        ("hôm qua", None),
        (None, None),
    ],
)
def test_a_visit_is_of_the_vietnamese_day(at: str | None, day: date | None) -> None:
    assert day_of(replace(visit(Outcome.BROKEN), at=at)) == day


@pytest.mark.parametrize(
    ("where", "step"),
    [("outcome", "c"), ("search", "b"), ("forms[0].state", "x"), ("checks.phone", "x"), ("uploads[0].name", "c")],
)
def test_the_step_that_shows_it_is_the_evidence(where: str, step: str) -> None:
    steps = (
        Step("Mở cổng", "https://a/", 200, 1, "sha256:a"),
        Step("Tìm “x”", "https://a/s", 200, 1, "sha256:b"),
        Step("Trang thủ tục", "https://a/1", 200, 1, "sha256:x"),
        Step("Bấm “Nộp”", "https://a/2", 500, 1, "sha256:c"),
        Step("Không chụp được", "https://a/3"),
    )
    found = decisive_step(visit(Outcome.BROKEN, steps=steps, url="https://a/1"), where)
    assert found is not None
    assert found.capture == f"sha256:{step}"
    assert decisive_step(visit(Outcome.BROKEN), where) is None
