from __future__ import annotations

import errno
import json
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from crawlers.settings import settings
from reports import atomic, formats
from reports.formats import jsonl, xlsx
from reports.translation import translator
from tests.reports import sample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from audits.audit import Audit

AUDITS = {
    "ordinary": sample.ORDINARY,
    "visited": sample.VISITED,
    "hostile": sample.HOSTILE,
    "nothing found": sample.NOTHING_FOUND,
    "nothing seen": sample.NOTHING_SEEN,
    "empty": sample.EMPTY,
}


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SOAT_LANGUAGE", "en")
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_formats_are_found_by_their_file() -> None:
    assert formats.names() == ("html", "jsonl", "xlsx")
    assert [formats.load(name).SUFFIX for name in formats.names()] == [".html", ".jsonl", ".xlsx"]
    with pytest.raises(formats.FormatError, match=r"pdf: .*html, jsonl, xlsx"):
        formats.load("pdf")


@pytest.mark.parametrize("name", formats.names())
@pytest.mark.parametrize("audit", AUDITS.values(), ids=AUDITS)
def test_every_format_holds_every_audit_and_leaves_nothing_beside_it(name: str, audit: Audit, tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "báo cáo"
    path.parent.mkdir()
    path.write_text("cũ", encoding="utf-8")
    formats.load(name).write(audit, path)
    assert path.read_bytes() != "cũ".encode()
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("name", formats.names())
def test_what_cannot_be_written_is_named_in_one_line(name: str, tmp_path: Path) -> None:
    (tmp_path / "tệp").touch()
    path = tmp_path / "tệp" / "báo cáo"
    with pytest.raises(atomic.WriteError, match="không ghi được") as caught:
        formats.load(name).write(sample.ORDINARY, path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("stop", "raised"),
    [
        (KeyboardInterrupt(), KeyboardInterrupt),
        (OSError(errno.ENOSPC, "No space left on device"), atomic.WriteError),
        (FileNotFoundError(errno.ENOENT, "No such file", "another file that was read"), FileNotFoundError),
    ],
)
def test_an_interrupted_file_leaves_the_old_one_whole(
    stop: BaseException, raised: type[BaseException], tmp_path: Path
) -> None:
    path = tmp_path / "báo cáo"
    path.write_text("cũ", encoding="utf-8")

    def write_half() -> None:
        with atomic.replacing(path) as temporary:
            temporary.write_text("một nửa", encoding="utf-8")
            raise stop

    with pytest.raises(raised) as caught:
        write_half()
    assert caught.type is raised
    assert path.read_text(encoding="utf-8") == "cũ"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("audit", AUDITS.values(), ids=AUDITS)
def test_jsonl_is_one_finding_a_line_in_the_findings_format(audit: Audit, tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    jsonl.write(audit, path)
    records = [json.loads(line) for line in path.read_bytes().split(b"\n") if line]
    assert len(records) == len(audit.findings)
    for record, item in zip(records, audit.findings, strict=True):
        finding = item.finding
        assert [record[key] for key in ("line", "code", "rule", "rule_version", "document", "severity")] == [
            finding.line, finding.code, finding.rule, finding.rule_version, finding.document, finding.severity
        ]  # fmt: skip
        assert [record[key] for key in ("expected", "found", "law", "why")] == [
            finding.expected, finding.found, list(finding.law), str(finding.why)
        ]  # fmt: skip
        assert [record["agency"], record["target"]] == [item.agency, item.target]
        assert record["evidence"]["capture"] == item.evidence.capture
        assert record["evidence"]["captured_at"].endswith("+00:00")


@pytest.mark.parametrize("audit", AUDITS.values(), ids=AUDITS)
def test_xlsx_opens_again_with_every_row_and_no_formula(audit: Audit, tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    xlsx.write(audit, path)
    book = load_workbook(path)
    assert book.sheetnames == [
        "Tổng hợp",
        "Dấu hiệu",
        "Biểu dương",
        *(("Dịch vụ trực tuyến", "Các bước thử", "Bộ chỉ số đánh giá") if audit.visits else ()),
        "Kiến nghị với Bộ",
        "Khác biệt đã được công nhận",
        "Không kiểm tra được",
    ]
    recommended = book["Kiến nghị với Bộ"].iter_rows(min_row=2, values_only=True)
    assert [row[0] for row in recommended] == [each.code for each in audit.recommendations]
    for sheet in book:
        assert not [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    signs = [item for item in audit.findings if item.finding.severity is not None]
    assert {row[0] for row in book["Dấu hiệu"].iter_rows(min_row=2, values_only=True)} == {item.id for item in signs}
    assert book["Biểu dương"].max_row == 1 + len(audit.findings) - len(signs)
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref.startswith("A1:")
        assert all(sheet.column_dimensions[get_column_letter(at)].width >= 8 for at in range(1, sheet.max_column + 1))
    unchecked = book["Không kiểm tra được"]
    blocked = sum(source.state not in {"ok", "partial"} for source in audit.sources)
    faults = sum(len(source.faults) for source in audit.sources)
    assert unchecked.max_row == 1 + blocked + faults + sum(len(count.reasons) for count in audit.counts)


def test_xlsx_lists_every_lawful_difference_and_every_decision(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    xlsx.write(sample.ORDINARY, path)
    book = load_workbook(path)
    rows = list(book["Khác biệt đã được công nhận"].iter_rows(min_row=2, values_only=True))
    assert [(row[0], row[2], row[3], row[4], row[-2], row[-1]) for row in rows] == [
        ("1.001193", sample.WARD.agency, "Sổ hộ khẩu", "Nghị quyết 12 của HĐND tỉnh", "h99-p1", 3),
        ("1.001193", "mọi nơi", "cả thủ tục", "Nghị quyết 12 của HĐND tỉnh", "h99-p2", 1200),
    ]
    assert [str(row[6]) for row in rows] == ["2027-06-30 00:00:00", "không thời hạn"]
    sheet = book["Dấu hiệu"]
    at = [cell.value for cell in sheet[1]].index("Quyết định")
    decided = {row[0]: row[at] for row in sheet.iter_rows(min_row=2, values_only=True) if row[at]}
    assert decided == {
        7: "Văn phòng UBND tỉnh bác ngày 11/11/2026: đơn vị đã giải trình\n"
        "Đã bác ngày 12/11/2026: có nghị quyết của HĐND tỉnh; từ đó là khác biệt hợp pháp số 4"
    }


def test_xlsx_keeps_hostile_text_as_text_and_cuts_what_excel_cannot_hold(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    xlsx.write(sample.HOSTILE, path)
    sheet = load_workbook(path)["Dấu hiệu"]
    column = {cell.value: at for at, cell in enumerate(sheet[1])}
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=2)}
    assert rows[2][column["Theo quy định"]].value == "=cmd()"
    assert rows[2][column["Theo quy định"]].quotePrefix
    assert rows[2][column["Nội dung"]].value == "-1"
    assert rows[1][column["Đang công khai"]].value == f"{sample.SCRIPT}!"
    assert rows[1][column["Địa chỉ trang"]].hyperlink is None
    for name, mark in (("Theo quy định", "x […]"), ("Đang công khai", "🏛 […]")):
        text = str(rows[6][column[name]].value)
        assert text.endswith(mark)
        assert 32_760 <= len(text.encode("utf-16-le")) // 2 <= 32_767
    assert rows[4][column["Theo quy định"]].value == sample.DECOMPOSED


def test_xlsx_links_to_the_page_and_shows_vietnamese_time(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    xlsx.write(sample.ORDINARY, path)
    sheet = load_workbook(path)["Dấu hiệu"]
    column = {cell.value: at for at, cell in enumerate(sheet[1])}
    row = next(row for row in sheet.iter_rows(min_row=2) if row[0].value == 1)
    link = row[column["Địa chỉ trang"]].hyperlink
    assert link is not None
    assert link.target == "http://127.0.0.1:8101/bothutuc/tthc?matt=1"
    assert f"{row[column['Thời điểm chụp (giờ Việt Nam)']].value:%Y-%m-%d %H:%M}" == "2026-11-02 03:31"


@pytest.mark.usefixtures("english")
def test_xlsx_in_english(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    xlsx.write(sample.ORDINARY, path)
    book = load_workbook(path)
    _ = translator("en")
    assert book.sheetnames == [
        _(name)
        for name in (
            "Tổng hợp",
            "Dấu hiệu",
            "Biểu dương",
            "Kiến nghị với Bộ",
            "Khác biệt đã được công nhận",
            "Không kiểm tra được",
        )
    ]
    assert "Signs" in book.sheetnames


def test_jsonl_shows_the_way_to_what_a_visit_found(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    jsonl.write(sample.VISITED, path)
    (*rest, broken, form) = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert not any("visited" in row or "visit" in row for row in rest)
    assert (broken["visit"], broken["paper"], form["paper"]) == (0, None, "Mẫu số 01")
    told = form["visited"]
    assert (told["outcome"], told["outcome_label"], told["refused"]) == ("broken", "không hoạt động", 3)
    assert [(step["name"], step["status"], step["ms"]) for step in told["steps"]] == [
        ("Mở cổng", 200, 120),
        ("Trang thủ tục", 200, 310),
        ("Bấm “Nộp trực tuyến”", None, None),
    ]
    assert len(told["attempts"]) == 2
    assert [(one["place"], one["services"]) for one in form["indicators"] if one["verified"] == "wording"] == [
        ("điểm b khoản 1 Điều 15", {"met": 0, "partly": 0, "failed": 1, "unseen": 0})
    ]
    assert {one["services"]["failed"] for one in broken["indicators"]} == {1}


def test_xlsx_lists_every_visit_and_every_step(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    xlsx.write(sample.VISITED, path)
    book = load_workbook(path)
    rows = list(book["Dịch vụ trực tuyến"].iter_rows(min_row=2, values_only=True))
    assert [(row[2], row[5], row[7], row[8], row[9], row[10], row[11]) for row in rows[:-1]] == [
        ("1.012756.H99", "không hoạt động", 2, None, 3, 430, 3),
        ("1.001612.H99", "tới được trang đăng nhập", 1, None, 3, 430, 0),
        ("2.000908.H99", "không kiểm tra được", 1, None, 3, 430, 0),
        ("1.001193.H99", "đăng nhập vòng quanh", 1, None, 3, 430, 0),
        ("2.000488.H99", "không hoạt động", 2, "hệ thống quốc gia", 3, 430, 0),
        ("2.000908.H99", "tới được biểu mẫu điện tử", 2, None, 3, 430, 0),
    ]
    assert rows[-1][:7] == (
        "UBND phường Trung Tâm",
        "h99-p1",
        None,
        None,
        None,
        "không thử được",
        "Ngoài khung giờ được phép truy cập.",
    )
    assert book["Các bước thử"].max_row == 1 + 3 * len(sample.VISITS)
    standings = list(book["Bộ chỉ số đánh giá"].iter_rows(min_row=2, values_only=True))
    # Of six services one failed twice, two arrived, three could not be concluded about.
    outcome = next(row for row in standings if row[4] == "Tỷ lệ TTHC cung cấp dịch vụ công trực tuyến")
    assert outcome[1] == "h99-portal"
    assert outcome[3] == "3. Nhóm chỉ số về cung cấp dịch vụ trực tuyến, mục 3.1"
    assert outcome[6:11] == (2, 0, 1, 3, "nguyên văn theo bản đã đọc")
    assert all(row[11] for row in standings), "every measure says where it was read"
