"""Small values to keep: one catalogue version, one target, and what a crawl and a judge gave for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from audits.audit import CatalogueVersion, RuleCount
from audits.procedure import Finding, Sentence, Severity
from audits.store import Archived, NewFinding
from crawlers.records import Capture, Fault, PublishedDocument, PublishedProcedure, Source, SourceReport, SourceState
from crawlers.targets import Target

if TYPE_CHECKING:
    from audits.store import Store

ON = date(2026, 11, 1)
START = datetime(2026, 11, 1, 20, 30, 15, 123456, tzinfo=UTC)
TARGET = Target("h99-portal", "UBND tỉnh Mẫu", "province", "igate1", "http://127.0.0.1:8101/", expect=(1, 9))
LIST_PAGE = "sha256:" + "a" * 64
DETAIL = "sha256:" + "b" * 64
RECORDS: list[dict[str, Any]] = [
    {"code": "1.000001", "name": "Đăng ký khai sinh", "executionCases": [{"profileComponents": []}], "x": 1.5},
    {"code": "1.000002", "name": "Cấp giấy phép", "executionMethods": [{"fee": None}]},
]
REPEALED = [{"code": "1.000009", "name": "Cũ", "repealed_on": "2025-07-01", "decision": "QĐ 1"}]
SPECIFIC = [{"code": None, "name": "Đặc thù", "decision": "QĐ 2", "territory": "H99"}]
FEES = [{"code": "1.000002", "amount": 50000, "unit": "hồ sơ", "resolution": "NQ 3", "from": None, "to": None}]


def add_catalogue(store: Store, digest: str = "sha256:cat", as_of: date = date(2026, 10, 1)) -> CatalogueVersion:
    return store.add_catalogue(
        RECORDS, digest=digest, as_of=as_of, origin="danh-muc.jsonl", repealed=REPEALED, specific=SPECIFIC, fees=FEES
    )


def archived(digest: str, path: str = "", at: datetime = START) -> Archived:
    capture = Capture(digest, f"{TARGET.url}{path}", at, 200, "text/html; charset=utf-8", 2**33, TARGET.id)
    return Archived(capture, "h99-portal.warc.gz", 2**32 + 7)


CAPTURES = [archived(LIST_PAGE, "ds"), archived(DETAIL, "1"), archived(DETAIL, "2")]
PUBLISHED = [
    PublishedProcedure(
        source=Source(
            agency=TARGET.agency, url=f"{TARGET.url}2", capture=DETAIL, target=TARGET.id, places={"name": "h1"}
        ),
        code="1.000001.H99",
        name="Đăng ký khai sinh",
        documents=(PublishedDocument(name="Tờ khai", quantity="Bản chính: 1"), PublishedDocument(name="Sổ hộ khẩu")),
    ),
    PublishedProcedure(source=Source(url="http://127.0.0.1:8101/xem?id=3", capture=DETAIL), name="", legal_bases=()),
]
REPORT = SourceReport(
    TARGET.id,
    SourceState.PARTIAL,
    listed=3,
    read=2,
    listing=(LIST_PAGE,),
    faults=(Fault("row", TARGET.url, "Dòng bị cắt", LIST_PAGE), Fault("timeout", TARGET.url, "Quá giờ")),
)
SIGN = NewFinding(
    finding=Finding(
        rule="expired_paper",
        rule_version=2,
        severity=Severity.HIGH,
        code="1.000001",
        line=0,
        document=1,
        expected="không yêu cầu sổ hộ khẩu",
        found="Sổ hộ khẩu",
        where="documents[1].name",
        law=("khoản 3 Điều 14 Nghị định số 104/2022/NĐ-CP",),
        why=Sentence("Giấy tờ “{paper}” không còn giá trị.", {"paper": "Sổ hộ khẩu"}),
    ),
    capture=DETAIL,
    place="table#giay-to > tr:nth-child(2)",
    procedure="Đăng ký khai sinh",
    published_code="1.000001.H99",
    official="Đăng ký khai sinh",
)
PRAISE = replace(SIGN, finding=replace(SIGN.finding, rule="shorter_time", severity=None, document=None, line=1))
UNPUBLISHED = NewFinding(
    finding=replace(SIGN.finding, rule="unpublished_procedure", line=None, document=None, where=""),
    capture=LIST_PAGE,
    place="danh sách thủ tục",
    procedure="Cấp giấy phép",
)
COUNTS = [
    RuleCount(TARGET.id, "expired_paper", 1, 1, (("không có danh sách giấy tờ", 3), ("nguồn một phần", 1))),
    RuleCount(TARGET.id, "shorter_time", 0, 1, ()),
]


def begin(store: Store, title: str = "Kiểm tra quý IV") -> int:
    return store.begin_audit(title=title, on=ON, catalogue=add_catalogue(store), targets=[TARGET], started_at=START)


def saved_audit(store: Store) -> int:
    """Keep one audit with everything in it, finished."""
    audit_id = begin(store)
    store.save_source(audit_id, TARGET, REPORT, CAPTURES, PUBLISHED)
    store.save_findings(audit_id, TARGET.id, [SIGN, PRAISE, UNPUBLISHED], COUNTS)
    store.finish_audit(audit_id, START.replace(hour=23))
    return audit_id
