from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace

import pytest

from audits.indicators import JUDGES, Light, indicators, light_of, standings
from crawlers.service_visits import (
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
)

MET, PARTLY, FAILED, UNSEEN = Light
URL = "https://cong.gov.vn/tthc/1"


def test_every_part_of_a_visit_answers_a_question_of_some_measure() -> None:
    told = {one.check for one in indicators()}
    own = {f"checks.{item.name}" for item in fields(Checks)} - {"checks.console_errors"}
    assert told == own | {"outcome", "search", "forms", "uploads", "service_level"} == set(JUDGES)


def test_every_measure_says_where_it_was_read_and_no_wording_is_told_without_its_place() -> None:
    assert all(one.measure.title and one.measure.seen for one in indicators())
    assert all(one.place for one in indicators() if one.verified)
    measures = [one.measure for one in indicators()]
    assert measures == sorted(measures, key=measures.index), "one measure's questions stand together"


def visit(outcome: Outcome = Outcome.REACHED_LOGIN, times: int = 2, **told: object) -> ServiceVisit:
    values: dict[str, object] = {"service_level": "Toàn trình", **told}
    attempts = tuple(Attempt("", outcome, "") for _ in range(times))
    return ServiceVisit("t", "1.000001", "Cấp thẻ", outcome, why="x", url=URL, attempts=attempts, **values)  # type: ignore[arg-type]


def searched(*ranks: int | None, asked: bool = True) -> tuple[Search, ...]:
    kinds = ("code", "name", "unaccented", "mistyped")
    return tuple(Search("q", kind, rank, asked) for kind, rank in zip(kinds, ranks, strict=False))


def checked(**told: object) -> ServiceVisit:
    return visit(checks=Checks(**told))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("check", "seen", "light"),
    [
        ("outcome", visit(), MET),
        ("outcome", visit(Outcome.REACHED_FORM), MET),
        ("outcome", visit(Outcome.BROKEN), FAILED),
        ("outcome", visit(Outcome.BROKEN, times=1), UNSEEN),
        ("outcome", visit(Outcome.BROKEN, attributed_to="national"), UNSEEN),
        ("outcome", visit(Outcome.BLOCKED), UNSEEN),
        ("outcome", visit(Outcome.MAINTENANCE), UNSEEN),
        ("outcome", visit(Outcome.TIMEOUT), UNSEEN),
        ("outcome", visit(Outcome.NOT_ONLINE), None),
        ("service_level", visit(), MET),
        ("service_level", visit(Outcome.PAPER_DEMANDED), FAILED),
        ("service_level", visit(Outcome.NOT_ONLINE), UNSEEN),
        ("service_level", visit(Outcome.NOT_ONLINE, service_level="Cung cấp thông tin"), MET),
        ("service_level", visit(service_level=None), None),
        ("search", visit(), UNSEEN),
        ("search", visit(search=searched(1, 1, 1, None)), MET),
        ("search", visit(search=searched(1, 2, None)), PARTLY),
        ("search", visit(search=searched(None, None, None)), FAILED),
        ("search", visit(search=searched(None)), UNSEEN),
        ("search", visit(search=searched(None, None, None, asked=False)), UNSEEN),
        ("forms", visit(forms=None), UNSEEN),
        ("forms", visit(forms=()), None),
        ("forms", visit(forms=(FormFile("a", "u", FileState.OK),)), MET),
        ("forms", visit(forms=(FormFile("a", "u", FileState.OK), FormFile("b", "v", FileState.EMPTY))), FAILED),
        ("forms", visit(forms=(FormFile("a", "u", FileState.OK), FormFile("b", "v", None))), UNSEEN),
        ("forms", visit(forms=(FormFile("a", "u", FileState.WRONG_FORM),)), UNSEEN),
        ("forms", visit(Outcome.BLOCKED, forms=(FormFile("a", "u", FileState.DEAD),)), UNSEEN),
        ("uploads", visit(uploads=None), UNSEEN),
        ("uploads", visit(uploads=()), None),
        ("uploads", visit(uploads=(Upload("a", required=True), Upload("b", required=False))), MET),
        ("uploads", visit(uploads=(Upload("a"),)), PARTLY),
        ("checks.phone", checked(), UNSEEN),
        ("checks.phone", checked(phone=Phone(390, scrolls=False, way_in=True)), MET),
        ("checks.phone", checked(phone=Phone(390, scrolls=True, way_in=True)), PARTLY),
        ("checks.phone", checked(phone=Phone(390, scrolls=False, way_in=False)), FAILED),
        ("checks.axe", checked(), UNSEEN),
        ("checks.axe", checked(axe=()), MET),
        ("checks.axe", checked(axe=(Violation("a", "moderate", ""),)), MET),
        ("checks.axe", checked(axe=(Violation("a", "serious", ""),)), PARTLY),
        ("checks.axe", checked(axe=(Violation("a", "serious", ""), Violation("b", "critical", ""))), FAILED),
        ("checks.hotline", checked(), UNSEEN),
        ("checks.hotline", checked(hotline=Hotline("1900 1234", dialable=True)), MET),
        ("checks.hotline", checked(hotline=Hotline("12", dialable=False)), FAILED),
        ("checks.hotline", checked(hotline=Hotline()), FAILED),
        ("checks.feedback", checked(feedback=Linked(found=True, alive=True)), MET),
        ("checks.feedback", checked(feedback=Linked(found=True, alive=None)), UNSEEN),
        ("checks.feedback", checked(feedback=Linked(found=True, alive=False)), FAILED),
        ("checks.feedback", checked(feedback=Linked(found=False)), FAILED),
        ("checks.result_lookup", checked(), UNSEEN),
        ("checks.privacy_notice", checked(), UNSEEN),
        ("checks.privacy_notice", checked(privacy_notice=False), FAILED),
        ("checks.payment", checked(payment=True), MET),
        ("checks.payment", checked(), UNSEEN),
        ("checks.tls", checked(), UNSEEN),
        ("checks.tls", checked(tls=(Tls("cong.gov.vn", secure=True, valid=True),)), MET),
        ("checks.tls", checked(tls=(Tls("cong.gov.vn", secure=True, valid=False),)), FAILED),
        ("checks.tls", checked(tls=(Tls("khac.gov.vn", secure=True, valid=False),)), UNSEEN),
        ("checks.tls", replace(checked(tls=(Tls("127.0.0.1:8101", secure=False),)), url="http://127.0.0.1:8101/"), UNSEEN),
        ("checks.mixed_content", checked(mixed_content=()), None),
        ("checks.mixed_content", replace(checked(mixed_content=()), steps=(Step("a", URL),)), MET),
        ("checks.mixed_content", checked(mixed_content=("http://x/a.js",)), FAILED),
    ],
)  # fmt: skip
def test_how_a_service_stands_to_a_question(check: str, seen: ServiceVisit, light: Light | None) -> None:
    assert light_of(seen, check) is light


@pytest.mark.parametrize("outcome", [Outcome.BLOCKED, Outcome.MAINTENANCE, Outcome.TIMEOUT])
def test_of_what_could_not_be_looked_at_nothing_is_held_against_the_service(outcome: Outcome) -> None:
    worst = Checks(
        phone=Phone(390, scrolls=True, way_in=False),
        axe=(Violation("a", "critical", ""),),
        mixed_content=("http://x/",),
        privacy_notice=False,
        feedback=Linked(found=False),
        hotline=Hotline(),
        payment=False,
        result_lookup=Linked(found=False),
        tls=(Tls("cong.gov.vn", secure=True, valid=False),),
    )
    seen = visit(outcome, checks=worst, search=searched(None, None), forms=(FormFile("a", "u", FileState.DEAD),))
    assert {light_of(seen, check) for check in JUDGES} == {UNSEEN}


def test_services_are_counted_by_question_and_those_it_does_not_apply_to_are_left_out() -> None:
    found = {
        (one.indicator.check, one.indicator.measure.title): one
        for one in standings(
            [visit(), visit(Outcome.BROKEN), visit(Outcome.BLOCKED), visit(Outcome.NOT_ONLINE), visit(forms=())]
        )
    }
    told = [one for (check, _), one in found.items() if check == "outcome"]
    assert len(told) == 4
    assert {tuple(sorted(one.counts.items())) for one in told} == {
        tuple(sorted(Counter({MET: 2, FAILED: 1, UNSEEN: 1}).items()))
    }
    assert {one.tried for one in told} == {4}
    assert not any(check in {"forms", "uploads"} and one.counts[FAILED] for (check, _), one in found.items())
    assert standings([]) == ()
