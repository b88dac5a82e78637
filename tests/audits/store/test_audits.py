from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from audits.audit import AuditedFinding, AuditedSource, Evidence
from audits.procedure import Sentence
from audits.store import StoreError
from audits.store.models import CaptureRow, FindingRow
from crawlers.records import SourceState
from crawlers.targets import Target
from tests.audits.store.sample import (
    CAPTURES,
    COUNTS,
    DETAIL,
    LIST_PAGE,
    ON,
    PRAISE,
    PUBLISHED,
    REPORT,
    SIGN,
    START,
    TARGET,
    UNPUBLISHED,
    add_catalogue,
    archived,
    begin,
    saved_audit,
)

if TYPE_CHECKING:
    from audits.store import NewFinding, Store


def test_an_audit_is_read_back_whole(store: Store) -> None:
    audit = store.audit(saved_audit(store))
    assert (audit.title, audit.on, audit.started_at) == ("Kiểm tra quý IV", ON, START)
    assert audit.finished_at == START.replace(hour=23)
    assert audit.started_at.utcoffset() == timedelta(0)
    assert audit.catalogue == add_catalogue(store)
    assert audit.sources == (
        AuditedSource(
            TARGET.id,
            TARGET.agency,
            "province",
            TARGET.url,
            SourceState.PARTIAL,
            listed=3,
            read=2,
            faults=REPORT.faults,
        ),
    )
    assert audit.counts == tuple(COUNTS)
    assert [item.finding for item in audit.findings] == [SIGN.finding, PRAISE.finding, UNPUBLISHED.finding]
    assert audit.findings[0] == AuditedFinding(
        id=audit.findings[0].id,
        target=TARGET.id,
        agency=TARGET.agency,
        procedure="Đăng ký khai sinh",
        published_code="1.000001.H99",
        official="Đăng ký khai sinh",
        finding=SIGN.finding,
        evidence=Evidence(DETAIL, f"{TARGET.url}2", START, SIGN.place, "sha256:cat", 2),
    )
    assert audit.findings[2].evidence.capture == LIST_PAGE


def test_what_the_crawl_gave_is_read_back(store: Store) -> None:
    audit_id = saved_audit(store)
    assert store.published(audit_id, TARGET.id) == PUBLISHED
    assert store.captures(LIST_PAGE) == CAPTURES[:1]
    assert store.captures(DETAIL) == CAPTURES[1:]
    assert store.captures("sha256:none") == []


def test_targets_are_kept_as_given(store: Store, tmp_path: Any) -> None:
    scoped = Target(
        "xa", "UBND xã", "commune", "lists", "https://x.invalid/", "H99.1", ("login.invalid",), 2, 3, "20:00-06:00",
        scope=tmp_path / "scope.txt",
    )  # fmt: skip
    audit_id = store.begin_audit(
        title="", on=ON, catalogue=add_catalogue(store), targets=[TARGET, scoped], started_at=START
    )
    assert store.targets(audit_id) == [TARGET, scoped]


def test_the_same_bytes_on_another_day_show_that_day(store: Store) -> None:
    times = [START, START + timedelta(days=90)]
    for at in times:
        audit_id = begin(store)
        store.save_source(audit_id, TARGET, REPORT, [archived(DETAIL, "2", at)], PUBLISHED)
        store.save_findings(audit_id, TARGET.id, [SIGN], COUNTS)
        assert store.audit(audit_id).findings[0].evidence.captured_at == at
    assert [item.capture.captured_at for item in store.captures(DETAIL)] == times


def test_the_list_of_audits(store: Store) -> None:
    assert store.audits() == []
    first, second = saved_audit(store), begin(store, "Đang chạy")
    running, done = store.audits()
    assert (running.id, running.title, running.finished_at, running.sources) == (second, "Đang chạy", None, 0)
    assert (running.signs, running.good_practices) == (0, 0)
    assert (done.id, done.sources, done.signs, done.good_practices) == (first, 1, 2, 1)
    assert (done.on, done.started_at, done.catalogue) == (ON, START, add_catalogue(store))


@pytest.mark.parametrize(
    "text",
    [
        "Đăng ký khai sinh",
        unicodedata.normalize("NFD", "Thủ tục hành chính; Ðề nghị"),
        "a\x00b",
        "\x00",
        "\\u0000 là chữ, không phải ký tự",
        "C:\\thư mục\\tệp",
        "\\",
        "\ud800 lẻ đôi",
        "😀 \u200b\ufeff\u2028\xa0\r\n\t\x1f",
        "{paper} {} %s ' \" ; -- :x",
        "х" * 100_000,
    ],
    ids=["nfc", "nfd", "nul", "only nul", "escape", "path", "backslash", "surrogate", "odd", "quotes", "long"],
)
def test_texts_come_back_exactly(store: Store, text: str) -> None:
    audit_id = begin(store, text)
    store.save_source(audit_id, TARGET, REPORT, CAPTURES, [replace(PUBLISHED[0], name=text, steps=text), *PUBLISHED])
    finding = replace(
        SIGN.finding, code=text, expected=text, found=text, law=(text,), why=Sentence(text, {"paper": text})
    )
    new = replace(SIGN, finding=finding, place=f"x{text}", procedure=text, published_code=text, official=text)
    store.save_findings(audit_id, TARGET.id, [new], [])
    audit = store.audit(audit_id)
    kept = audit.findings[0]
    assert audit.title == text
    assert (kept.finding, kept.evidence.place) == (finding, f"x{text}")
    assert (kept.procedure, kept.published_code, kept.official) == (text, text, text)
    assert store.published(audit_id, TARGET.id)[0].steps == text
    version = store.add_catalogue([{text: [text]}], digest=text + "x", as_of=ON, origin=text)
    assert store.catalogue_versions()[0] == version
    assert list(store.catalogue(version).records) == [{text: [text]}]


def test_times_are_kept_in_utc_and_need_a_zone(store: Store) -> None:
    audit_id = begin(store)
    store.finish_audit(audit_id, START.astimezone(timezone(timedelta(hours=7))))
    assert store.audit(audit_id).finished_at == START
    with pytest.raises(StoreError, match="time zone"):
        store.finish_audit(begin(store), START.replace(tzinfo=None))


SOURCE_SAVED: dict[str, Any] = {
    "source_id": 1,
    "line": 0,
    "catalogue_id": 1,
    "capture_id": 1,
    "place": "h1",
    "rule": "expired_paper",
    "rule_version": 1,
    "severity": "C",
    "expected": "",
    "found": "",
    "path": "name",
    "law": [],
    "why": "",
    "why_values": {},
    "procedure": "",
}


@pytest.mark.parametrize(
    "missing",
    [
        {"capture_id": None},
        {"capture_id": 999},
        {"catalogue_id": None},
        {"catalogue_id": 999},
        {"rule_version": None},
        {"rule_version": 0},
        {"place": None},
        {"place": ""},
        {"place": "   "},
        {"rule": None},
        {"source_id": None},
        {"source_id": 999, "line": None},
        {"line": 999},
        {"severity": "D"},
    ],
    ids=str,
)
def test_the_database_itself_refuses_a_finding_without_evidence(store: Store, missing: dict[str, Any]) -> None:
    audit_id = begin(store)
    store.save_source(audit_id, TARGET, REPORT, CAPTURES, PUBLISHED)
    with store.engine.begin() as connection:
        connection.execute(insert(FindingRow), SOURCE_SAVED)
    with pytest.raises(IntegrityError), store.engine.begin() as connection:
        connection.execute(insert(FindingRow), {**SOURCE_SAVED, **missing})
    assert len(store.audit(audit_id).findings) == 1


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (replace(SIGN, capture=""), r"bản chụp \(trống\) chưa được lưu"),
        (replace(SIGN, capture="sha256:none"), "bản chụp sha256:none chưa được lưu"),
        (replace(SIGN, place=" "), "thiếu vị trí"),
        (replace(SIGN, place="\n"), "thiếu vị trí"),
        (replace(SIGN, finding=replace(SIGN.finding, line=2)), "expired_paper, dòng 2: chưa lưu bản ghi"),
        (replace(SIGN, finding=replace(SIGN.finding, rule_version=0)), "thiếu bằng chứng"),
    ],
)
def test_findings_are_kept_together_or_not_at_all(store: Store, new: NewFinding, told: str) -> None:
    audit_id = begin(store)
    store.save_source(audit_id, TARGET, REPORT, CAPTURES, PUBLISHED)
    with pytest.raises(StoreError, match=told) as caught:
        store.save_findings(audit_id, TARGET.id, [SIGN, PRAISE, new], COUNTS)
    assert "\n" not in str(caught.value)
    assert (store.audit(audit_id).findings, store.audit(audit_id).counts) == ((), ())
    store.save_findings(audit_id, TARGET.id, [SIGN, PRAISE], COUNTS)
    assert len(store.audit(audit_id).findings) == 2


def test_a_source_that_fails_leaves_the_earlier_ones(store: Store) -> None:
    audit_id = saved_audit(store)
    before = store.audit(audit_id)
    stray = replace(PUBLISHED[0], source=replace(PUBLISHED[0].source, capture="sha256:none"))
    with pytest.raises(StoreError, match="h99-p1: bản ghi 3: bản chụp sha256:none chưa được lưu"):
        store.save_source(audit_id, replace(TARGET, id="h99-p1"), REPORT, CAPTURES, [*PUBLISHED, stray])
    assert store.audit(audit_id) == before
    with store.engine.connect() as connection:
        assert len(connection.execute(CaptureRow.__table__.select()).all()) == len(CAPTURES)


@pytest.mark.parametrize(
    ("again", "told"),
    [
        (lambda store, n: store.save_source(n, TARGET, REPORT, CAPTURES, PUBLISHED), "“h99-portal” .* đã được lưu"),
        (lambda store, n: store.save_findings(n, TARGET.id, [SIGN], []), "đã có phát hiện"),
        (lambda store, n: store.save_findings(n, TARGET.id, [], COUNTS), "đã có"),
        (lambda store, n: store.finish_audit(n, START), "đã kết thúc"),
        (lambda store, n: store.audit(n + 1), "không có cuộc kiểm tra số 2"),
        (lambda store, n: store.finish_audit(n + 1, START), "không có cuộc kiểm tra số 2"),
        (lambda store, n: store.save_source(n + 1, TARGET, REPORT, [], []), "không có cuộc kiểm tra số 2"),
        (lambda store, n: store.save_findings(n, "khác", [], []), "chưa lưu nguồn “khác”"),
        (lambda store, n: store.published(n, "khác"), "chưa lưu nguồn “khác”"),
    ],
)
def test_nothing_kept_is_ever_overwritten_or_made_up(store: Store, again: Any, told: str) -> None:
    audit_id = saved_audit(store)
    before = store.audit(audit_id)
    with pytest.raises(StoreError, match=told):
        again(store, audit_id)
    assert store.audit(audit_id) == before


def test_more_findings_than_one_batch_holds(store: Store) -> None:
    audit_id = begin(store)
    store.save_source(audit_id, TARGET, REPORT, CAPTURES, PUBLISHED)
    codes = [f"1.{number:06}" for number in range(12_001)]
    numbered = (replace(SIGN, finding=replace(SIGN.finding, code=code)) for code in codes)
    store.save_findings(audit_id, TARGET.id, numbered, COUNTS)
    assert [item.finding.code for item in store.audit(audit_id).findings] == codes
    assert store.audits()[0].signs == len(codes)
