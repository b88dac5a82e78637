"""Visits kept with an audit: each round beside the last, findings with their evidence, and what a later visit puts aside."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from audits.audit import RuleCount, VisitPlan
from audits.lawful import LawfulDifference, Recognised
from audits.store import Judged, StoreError
from crawlers.records import Fault
from crawlers.service_visits import Attempt, Outcome, ServiceVisit, Step
from tests.audits.store.sample import (
    COUNTS,
    DETAIL,
    ON,
    SIGN,
    START,
    TARGET,
    add_catalogue,
    archived,
    begin,
    saved_audit,
)

if TYPE_CHECKING:
    from audits.store import NewFinding, Store

PAGE = "sha256:" + "c" * 64
VISIT = ServiceVisit(
    TARGET.id,
    "1.000001",
    "Đăng ký khai sinh",
    Outcome.BROKEN,
    "Toàn trình",
    "HTTP 500",
    steps=(Step("Bấm “Nộp”", f"{TARGET.url}nop", 500, 12, PAGE),),
    attempts=(Attempt("2026-11-01T01:00:00+00:00", Outcome.BROKEN, "HTTP 500"),) * 2,
)
FINE = replace(VISIT, code="1.000002", outcome=Outcome.REACHED_LOGIN)
EVIDENCE = [archived(PAGE, "nop")]
FAULT = Fault("window", TARGET.url, "Ngoài khung giờ")
DIFFERENCE = LawfulDifference("1.000001", "insecure_site", "đã biết")


def seen(rule: str, place: int, paper: str | None = None) -> NewFinding:
    """A finding from a visit."""
    finding = replace(SIGN.finding, rule=rule, line=None, document=None, visit=place, paper=paper, where="outcome")
    return replace(SIGN, finding=finding, capture=PAGE, place="bước “Bấm “Nộp””")


BROKEN, EXTRA = seen("broken_e_service", 0), seen("extra_document", 1, "Giấy lạ")


def judged(
    *findings: NewFinding, counts: tuple[RuleCount, ...] = (), recognised: tuple[Recognised, ...] = ()
) -> Judged:
    return Judged(list(findings), list(counts), list(recognised), {"broken_e_service": 1}, None)


def save(
    store: Store, audit_id: int, visits: dict[int, ServiceVisit], result: Judged, **told: tuple[Fault, ...]
) -> None:
    store.save_visits(audit_id, TARGET.id, visits, result, captures=EVIDENCE, ended_at=START, **told)


def test_visits_are_read_back_with_their_findings_counts_and_what_could_not_be_visited(store: Store) -> None:
    audit_id = saved_audit(store)
    assert (store.visits(audit_id, TARGET.id), store.visits_judged_with(audit_id, TARGET.id)) == (None, {})
    difference = replace(DIFFERENCE, id=store.add_lawful(DIFFERENCE, START))
    counts = (
        RuleCount(TARGET.id, "expired_paper", 2, 0, (("nguồn một phần", 4),)),
        RuleCount(TARGET.id, "x", 0, 1, ()),
    )
    passed = (Recognised(difference, BROKEN.finding),) * 2
    save(store, audit_id, {0: VISIT, 1: FINE}, judged(BROKEN, EXTRA, counts=counts, recognised=passed), faults=(FAULT,))
    audit = store.audit(audit_id)
    assert [(item.place, item.visit, item.earlier) for item in audit.visits] == [(0, VISIT, ()), (1, FINE, ())]
    assert [(item.target, item.agency, item.fault) for item in audit.unvisited] == [(TARGET.id, TARGET.agency, FAULT)]
    found = [item for item in audit.findings if item.finding.visit is not None]
    assert [item.finding for item in found] == [BROKEN.finding, EXTRA.finding]
    assert {(item.evidence.capture, item.evidence.url) for item in found} == {(PAGE, f"{TARGET.url}nop")}
    assert store.finding(found[1].id).paper == "Giấy lạ"
    by_rule = {count.rule: count for count in audit.counts}
    assert by_rule["expired_paper"] == replace(
        COUNTS[0], passed=3, reasons=(("không có danh sách giấy tờ", 3), ("nguồn một phần", 5))
    )
    assert by_rule["x"].failed == 1
    assert [(item.difference.id, item.times) for item in audit.applied] == [(difference.id, 2)]
    assert store.visits_judged_with(audit_id, TARGET.id) == {"broken_e_service": 1}
    assert store.audits()[0].signs == 4


def test_a_later_round_puts_aside_what_it_does_not_show_and_leaves_the_rest_as_it_was(store: Store) -> None:
    audit_id = saved_audit(store)
    save(store, audit_id, {0: VISIT, 1: FINE}, judged(BROKEN, EXTRA))
    before = {item.finding.rule: item.id for item in store.audit(audit_id).findings}
    store.dismiss(before["extra_document"], reason="đã giải trình", office=None, decided_at=START)
    now = replace(VISIT, outcome=Outcome.REACHED_LOGIN, why="tới được")
    save(store, audit_id, {0: now}, judged(EXTRA, seen("insecure_site", 0)))
    audit = store.audit(audit_id)
    after = {item.finding.rule: item.id for item in audit.findings}
    assert "broken_e_service" not in after
    assert after["extra_document"] == before["extra_document"]
    assert [item.decisions[0].reason for item in audit.findings if item.decisions] == ["đã giải trình"]
    assert after["insecure_site"] > max(before.values())
    assert store.finding(before["broken_e_service"]).item.finding == BROKEN.finding, "put aside, not deleted"
    assert [(item.visit, item.earlier) for item in audit.visits] == [(now, (VISIT,)), (FINE, ())]
    assert store.visits(audit_id, TARGET.id) == {0: now, 1: FINE}
    assert store.audits()[0].signs == 4
    # The same again changes nothing.
    save(store, audit_id, {}, judged(EXTRA, seen("insecure_site", 0)))
    assert {item.finding.rule: item.id for item in store.audit(audit_id).findings} == after


def test_a_finding_of_a_visit_needs_its_evidence_and_nothing_is_kept_without(store: Store) -> None:
    audit_id = saved_audit(store)
    with pytest.raises(StoreError, match="chưa được lưu"):
        save(store, audit_id, {0: VISIT}, judged(replace(BROKEN, capture="sha256:" + "d" * 64)))
    assert store.visits(audit_id, TARGET.id) is None
    save(store, audit_id, {0: VISIT}, judged(replace(BROKEN, capture=DETAIL)))


def test_the_plan_of_visits_is_kept_for_going_on(store: Store) -> None:
    assert store.visit_plan(begin(store)) is None
    for plan in (VisitPlan(), VisitPlan(30, 7)):
        audit_id = store.begin_audit(
            title="",
            on=ON,
            catalogue=add_catalogue(store),
            targets=[TARGET],
            started_at=START + timedelta(1),
            visits=plan,
        )
        assert store.visit_plan(audit_id) == plan
