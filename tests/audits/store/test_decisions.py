"""Decisions stand beside findings, lawful differences beside decisions, endings beside differences: nothing is overwritten."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from audits.audit import Applied, Decision
from audits.lawful import LawfulDifference, Recognised
from audits.store import KeptFinding, StoreError
from audits.store.models import DecisionRow, EndingRow, LawfulRow
from tests.audits.store.sample import (
    CAPTURES,
    COUNTS,
    ON,
    PRAISE,
    PUBLISHED,
    REPORT,
    SIGN,
    START,
    TARGET,
    UNPUBLISHED,
    begin,
    saved_audit,
)

if TYPE_CHECKING:
    from audits.store import Store

LATER = START + timedelta(days=3)
DIFFERENCE = LawfulDifference(
    code="1.000001",
    rule="expired_paper",
    reason="Nghị quyết của HĐND tỉnh cho phép",
    unit=TARGET.id,
    paper="Sổ hộ khẩu",
    since=ON,
    until=date(2027, 6, 30),
)


def findings_of(store: Store) -> list[tuple[object, ...]]:
    with store.engine.connect() as connection:
        return sorted(map(tuple, connection.execute(text("SELECT * FROM findings"))), key=str)


def test_a_dismissal_is_kept_beside_the_finding(store: Store) -> None:
    audit_id = saved_audit(store)
    sign = store.audit(audit_id).findings[0]
    before = findings_of(store)
    assert store.finding(sign.id) == KeptFinding(sign, ON, "Sổ hộ khẩu")
    first, none = store.dismiss(sign.id, reason="đã giải trình", office="Văn phòng UBND tỉnh", decided_at=LATER)
    second, made = store.dismiss(
        sign.id, reason="có nghị quyết", office=None, decided_at=LATER + timedelta(1), lawful=DIFFERENCE
    )
    assert (none, made is not None) == (None, True)
    decisions = (
        Decision(first, "dismissed", LATER, "đã giải trình", "Văn phòng UBND tỉnh"),
        Decision(second, "dismissed", LATER + timedelta(1), "có nghị quyết", None, made),
    )
    assert findings_of(store) == before
    assert store.finding(sign.id).item == replace(sign, decisions=decisions)
    audit = store.audit(audit_id)
    assert [item.decisions for item in audit.findings] == [decisions, (), ()]
    assert store.lawful_differences() == [replace(DIFFERENCE, id=made, decision=second)]


def test_a_finding_about_a_whole_source_is_about_no_paper(store: Store) -> None:
    audit = store.audit(saved_audit(store))
    assert [store.finding(item.id).paper for item in audit.findings] == ["Sổ hộ khẩu", None, None]
    assert [item.finding.rule for item in audit.findings] == [
        new.finding.rule for new in (SIGN, PRAISE, UNPUBLISHED)
    ]  # fmt: skip


def test_an_ending_is_a_row_of_its_own(store: Store) -> None:
    first = store.add_lawful(DIFFERENCE, LATER)
    second = store.add_lawful(replace(DIFFERENCE, unit=None, paper=None, since=None, until=None), LATER)
    store.end_lawful(first, date(2026, 12, 1), LATER)
    ended, open_ = store.lawful_differences()
    assert (ended.id, ended.ended, ended.since, ended.until) == (
        first,
        date(2026, 12, 1),
        DIFFERENCE.since,
        DIFFERENCE.until,
    )
    assert open_ == replace(DIFFERENCE, unit=None, paper=None, since=None, until=None, id=second)
    with pytest.raises(StoreError, match="đã kết thúc từ ngày 01/12/2026; không ghi đè"):
        store.end_lawful(first, date(2027, 1, 1), LATER)
    with pytest.raises(StoreError, match=r"không có khác biệt hợp pháp số 999; xem `soat lawful list`"):
        store.end_lawful(999, date(2027, 1, 1), LATER)
    assert store.lawful_differences() == [ended, open_]


def test_a_finding_that_is_not_there_cannot_be_dismissed(store: Store) -> None:
    for act in (
        store.finding,
        lambda number: store.dismiss(number, reason="x", office=None, decided_at=LATER, lawful=DIFFERENCE),
    ):
        with pytest.raises(StoreError, match=r"không có dấu hiệu số 7; xem số ở cột đầu của `soat audit show SỐ`"):
            act(7)
    assert store.lawful_differences() == []


def test_what_a_source_was_judged_with_is_kept(store: Store) -> None:
    audit_id = begin(store)
    store.save_source(audit_id, TARGET, REPORT, CAPTURES, PUBLISHED)
    assert store.judged_with(audit_id, TARGET.id) is None
    kept = replace(DIFFERENCE, id=store.add_lawful(DIFFERENCE, LATER))
    recognised = [Recognised(kept, SIGN.finding)] * 3
    rules = {"expired_paper": 2, "shorter_time": 1}
    store.save_findings(
        audit_id, TARGET.id, [PRAISE], COUNTS, recognised=recognised, rules=rules, scope=frozenset({"1.2", "1.1"})
    )
    assert store.judged_with(audit_id, TARGET.id) == (rules, frozenset({"1.1", "1.2"}))
    assert store.audit(audit_id).applied == (Applied(TARGET.id, kept, 3),)
    other = begin(store)
    store.save_source(other, TARGET, REPORT, CAPTURES, PUBLISHED)
    store.save_findings(other, TARGET.id, [], [], rules={})
    assert store.judged_with(other, TARGET.id) == ({}, None)
    assert store.audit(other).applied == ()


@pytest.mark.parametrize("reason", ["", "   "])
def test_the_database_itself_refuses_a_decision_without_reason(store: Store, reason: str) -> None:
    sign = store.audit(saved_audit(store)).findings[0]
    with pytest.raises(StoreError, match="không có gì được lưu"):
        store.dismiss(sign.id, reason=reason, office=None, decided_at=LATER)
    with pytest.raises(StoreError, match="không có gì được lưu"):
        store.dismiss(sign.id, reason="x", office=None, decided_at=LATER, lawful=replace(DIFFERENCE, reason=reason))
    assert store.finding(sign.id).item.decisions == ()
    assert store.lawful_differences() == []


@pytest.mark.parametrize(
    ("row", "values"),
    [
        (DecisionRow, {"finding_id": 999, "kind": "dismissed", "reason": "x", "decided_at": LATER}),
        (DecisionRow, {"finding_id": None, "kind": "dismissed", "reason": "x", "decided_at": LATER}),
        (LawfulRow, {"code": "1.1", "rule": "x", "reason": "x", "decision_id": 999, "recorded_at": LATER}),
        (LawfulRow, {"code": None, "rule": "x", "reason": "x", "recorded_at": LATER}),
        (EndingRow, {"difference_id": 999, "ended": ON, "recorded_at": LATER}),
    ],
    ids=["no such finding", "no finding", "no such decision", "no procedure", "no such difference"],
)
def test_the_database_itself_refuses_what_hangs_in_the_air(
    store: Store, row: type[DecisionRow], values: dict[str, object]
) -> None:
    saved_audit(store)
    with pytest.raises(IntegrityError), store.engine.begin() as connection:
        connection.execute(insert(row), values)
