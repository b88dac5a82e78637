"""What stands around the lists: the decision they belong to, annexes of three kinds, internal processes, references."""

from __future__ import annotations

from typing import TYPE_CHECKING

import docx
import pytest

from crawlers.lists import ListReading, read_list
from crawlers.lists.decisions import decision_in
from crawlers.records import PublishedMethod
from tests.crawlers.lists.build import KINDS, add_table, build

if TYPE_CHECKING:
    from pathlib import Path

HEADER = ["TT", "Mã TTHC", "Tên TTHC"]
STEPS = ["TT", "Trình tự", "Trách nhiệm", "Thời gian", "Biểu mẫu/Kết quả"]
Part = str | list[list[str]]


def reading(folder: Path, *parts: Part) -> ListReading:
    """Read a document of lines and tables."""
    document = docx.Document()
    for part in parts:
        if isinstance(part, str):
            document.add_paragraph(part)
        else:
            add_table(document, part)
    document.save(str(folder / "list.docx"))
    return read_list(folder / "list.docx")


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        (
            "(Kèm theo Quyết định số 897/QĐ-UBND ngày 12/3/2025 của Chủ tịch UBND tỉnh)",
            "Quyết định số 897/QĐ-UBND ngày 12/3/2025",
        ),
        (
            "(Ban hành kèm theo Quyết định số: 897/QĐ-UBND ngày 12 tháng 3 năm 2025 của UBND tỉnh)",
            "Quyết định số: 897/QĐ-UBND ngày 12 tháng 3 năm 2025",
        ),
        (
            "(Kèm theo Quyết định số      /QĐ-UBND ngày     tháng     năm 2026)",
            "Quyết định số /QĐ-UBND ngày tháng năm 2026",
        ),
        (
            "(Kèm theo Quyết định số …/QĐ-UBND ngày … tháng … năm 2026 của UBND)",
            "Quyết định số …/QĐ-UBND ngày … tháng … năm 2026",
        ),
        (
            "ỦY BAN NHÂN DÂN Số: 897/QĐ-UBND Mẫu, ngày 12 tháng 3 năm 2025",
            "Quyết định số 897/QĐ-UBND ngày 12 tháng 3 năm 2025",
        ),
        ("Số:      /QĐ-UBND", "Quyết định số /QĐ-UBND"),
        ("Công bố kèm theo Quyết định này 02 thủ tục", None),
        ("Bãi bỏ Quyết định số 3/QĐ-UBND ngày 01/01/2020", None),
        ("Số: 12/BC-UBND", None),
    ],
)
def test_decisions(text: str, decision: str | None) -> None:
    assert decision_in(text) == decision


def test_three_annexes_of_one_decision(tmp_path: Path) -> None:
    found = reading(
        tmp_path,
        [["ỦY BAN NHÂN DÂN TỈNH MẪU", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"], ["Số: 12/QĐ-UBND", "Mẫu, ngày 02 tháng 3 năm 2026"]],
        "Điều 1. Công bố kèm theo Quyết định này danh mục thủ tục hành chính.",
        "I. DANH MỤC THỦ TỤC HÀNH CHÍNH MỚI BAN HÀNH",
        [HEADER, ["1", "1.000001", "Cấp giấy"]],
        "II. DANH MỤC THỦ TỤC HÀNH CHÍNH ĐƯỢC SỬA ĐỔI, BỔ SUNG",
        [HEADER, ["1", "1.000002", "Cấp đổi"]],
        "III. DANH MỤC THỦ TỤC HÀNH CHÍNH BỊ BÃI BỎ",
        [HEADER, ["1", "1.000003", "Cấp lại"]],
        "PHỤ LỤC DANH MỤC THỦ TỤC HÀNH CHÍNH MỚI BAN HÀNH; SỬA ĐỔI, BỔ SUNG",
        "(Kèm theo Quyết định số 34/QĐ-UBND",
        "ngày 05/6/2026 của Chủ tịch UBND tỉnh)",
        [HEADER, ["1", "1.000004", "Gia hạn"]],
    )  # fmt: skip
    assert [(record.code, record.status, record.source.document) for record in found.records] == [
        ("1.000001", "mới ban hành", "Quyết định số 12/QĐ-UBND ngày 02 tháng 3 năm 2026"),
        ("1.000002", "sửa đổi, bổ sung", "Quyết định số 12/QĐ-UBND ngày 02 tháng 3 năm 2026"),
        ("1.000003", "bãi bỏ", "Quyết định số 12/QĐ-UBND ngày 02 tháng 3 năm 2026"),
        ("1.000004", None, "Quyết định số 34/QĐ-UBND ngày 05/6/2026"),
    ]
    assert found.faults == ()


@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_of_an_annex_from_its_column_of_names(kind: str, tmp_path: Path) -> None:
    grid = [["TT", "Mã TTHC", "Tên TTHC được sửa đổi, bổ sung"], ["1", "1.000001", "Cấp giấy"]]
    assert [record.status for record in read_list(build(kind, tmp_path, grid)).records] == ["sửa đổi, bổ sung"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_time_that_was_cut_stays_beside_the_time_laid_down(kind: str, tmp_path: Path) -> None:
    grid = [
        ["TT", "Mã TTHC", "Tên TTHC", "Thời hạn giải quyết", ""],
        ["", "", "", "Theo quy định", "Thời gian cắt giảm theo NQ 66"],
        ["1", "1.000001", "Cấp giấy", "23 ngày làm việc", "Đã giảm từ 23 ngày làm việc xuống 15 ngày làm việc"],
    ]
    merges = [(0, 3, 0, 4), (0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 1, 2)]
    (record,) = read_list(build(kind, tmp_path, grid, merges)).records
    assert record.methods == (
        PublishedMethod(
            None,
            "Theo quy định: 23 ngày làm việc\n"
            "Thời gian cắt giảm theo NQ 66: Đã giảm từ 23 ngày làm việc xuống 15 ngày làm việc",
        ),
    )


@pytest.mark.parametrize(
    ("total", "times", "told"),
    [
        ("05 ngày làm việc", ["0,5 ngày", "3 ngày làm việc", "1 ngày", "04 giờ làm việc"], None),
        ("05 ngày làm việc", ["0,5 ngày", "3 ngày làm việc", "1 ngày"], "4,5 ngày"),
        ("40 giờ", ["½ ngày", "4 ngày", "04 giờ"], None),
        ("10 ngày", ["240 giờ"], None),  # days of 24 hours fit
        ("240 giờ", ["10 ngày", "20 ngày"], None),
        ("05 ngày", ["Trong ngày", "3 ngày"], None),  # a step without a number: no telling
        ("05 ngày", ["1 - 2 ngày", "3 ngày"], None),
        ("Không quy định", ["1 ngày", "3 ngày"], None),
    ],
)
def test_the_steps_of_a_process_add_up(total: str, times: list[str], told: str | None, tmp_path: Path) -> None:
    steps = [[str(number), "Xử lý", "Chuyên viên", time, "Phiếu"] for number, time in enumerate(times, start=1)]
    found = reading(
        tmp_path,
        [HEADER, ["1", "1.000001", "Cấp giấy"]],
        "1. Thủ tục: Cấp giấy (Mã TTHC: 1.000001.H99)",
        [STEPS, *steps, ["", "Tổng thời gian giải quyết", "", total, ""]],
    )
    assert [record.code for record in found.records] == ["1.000001"]
    why = f"bảng 2: các bước của quy trình “1.000001.H99” “Cấp giấy” cộng lại {told} nhưng tổng ghi “{total}”"
    assert [(fault.kind, fault.why) for fault in found.faults] == (
        [] if told is None else [("steps_sum", f"{why}; đối chiếu lại với tệp gốc")]
    )


def test_a_document_of_processes_alone_gives_their_procedures(tmp_path: Path) -> None:
    found = reading(
        tmp_path,
        "(Kèm theo Quyết định số 5/QĐ-UBND ngày 01/4/2026)",
        "Quy trình số 01: Cấp giấy phép xây dựng (1.000009)",
        "Tổng thời gian thực hiện thủ tục hành chính: 02 ngày làm việc.",
        [STEPS, ["1", "Tiếp nhận", "Một cửa", "0,25 ngày", ""], ["2", "Trả kết quả", "Một cửa", "1 ngày", ""]],
    )
    (record,) = found.records
    assert (record.code, record.name, record.methods, record.source.document) == (
        "1.000009",
        "Cấp giấy phép xây dựng",
        (PublishedMethod(None, "02 ngày làm việc"),),
        "Quyết định số 5/QĐ-UBND ngày 01/4/2026",
    )
    assert [fault.kind for fault in found.faults] == ["steps_sum"]


def test_a_list_with_steps_and_times_is_no_process(tmp_path: Path) -> None:
    header = ["TT", "Tên TTHC", "Trình tự thực hiện", "Đơn vị thực hiện", "Thời gian giải quyết"]
    (record,) = reading(tmp_path, [header, ["1", "Cấp giấy", "Nộp hồ sơ", "Sở", "1 ngày"]]).records
    assert (record.name, record.steps, record.agency) == ("Cấp giấy", "Nộp hồ sơ", "Sở")


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_of_another_list_is_a_reference_not_a_procedure(kind: str, tmp_path: Path) -> None:
    grid = [
        HEADER,
        ["1", "Số thứ tự 106 trong phụ lục A1 QĐ 897", "Cấp giấy"],
        ["2", "", "Sửa đổi số thứ tự 107 tại Phụ lục A1 Quyết định số 897/QĐ-UBND"],
        ["3", "1.000003[2]", "Cấp đổi"],
    ]
    found = read_list(build(kind, tmp_path, grid))
    assert [(record.code, record.name) for record in found.records] == [(None, "Cấp giấy"), ("1.000003[2]", "Cấp đổi")]
    assert [fault.kind for fault in found.faults] == ["reference", "reference"]
    assert "Số thứ tự 106 trong phụ lục A1 QĐ 897" in found.faults[0].why
