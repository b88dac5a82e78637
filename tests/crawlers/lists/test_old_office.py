"""Word and Excel 97–2003: files that LibreOffice wrote (`files/`), and files made to be refused."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from crawlers.lists import ListError, read_list
from crawlers.lists.doc import read_tables
from crawlers.records import PublishedMethod
from tests.crawlers.lists.old_office import compound_file, document, row_definition, table_rows

FILES = Path(__file__).parent / "files"
GRID = [["TT", "Mã TTHC", "Tên TTHC"], ["1", "1.000001", "Cấp giấy"]]


def test_a_document_that_libreoffice_wrote() -> None:
    """Merged cells, a group, hidden and deleted text, and a font of capitals from before Unicode."""
    reading = read_list(FILES / "writer.doc")
    assert [(r.code, r.name, r.sector, r.status, r.methods, r.source.document) for r in reading.records] == [
        (
            "1.000001.H99",
            "Cấp giấy PHÉP",
            "đất đai",
            "mới ban hành",
            (PublishedMethod(None, "Theo quy định: 23 ngày làm việc\nCắt giảm: 15 ngày làm việc", "Không"),),
            "Quyết định số 5/QĐ-UBND ngày 01/4/2026",
        ),
        (
            "1.000002",
            "Cấp đổi giấy",
            "đất đai",
            "mới ban hành",
            (PublishedMethod(None, "Cắt giảm: 5 ngày", "Không"),),
            "Quyết định số 5/QĐ-UBND ngày 01/4/2026",
        ),
    ]
    assert reading.faults == ()


def test_a_workbook_that_libreoffice_wrote() -> None:
    records = read_list(FILES / "calc.xls").records
    assert [(r.code, r.name, r.methods) for r in records] == [
        ("1.000001", "Cấp giấy", (PublishedMethod(None, "A: 1 ngày\nB: 2"),)),
        ("1.012770", "x", (PublishedMethod(None, "A: 3500000"),)),
    ]


def test_text_in_bytes_and_the_lines_before_a_table(tmp_path: Path) -> None:
    path = tmp_path / "list.doc"
    grid = [["TT", "Ma TTHC", "Ten TTHC"], ["1", "1.000001", "C\xe9p"]]
    path.write_bytes(document(["Phu luc", table_rows(grid), "Noi nhan"], encode="cp1252"))
    (table,) = read_tables(path)
    assert table.captions == ("Phu luc",)
    assert [[cell.text for cell in row.cells] for row in table.rows] == grid


def test_fields_and_signs_are_read_as_shown(tmp_path: Path) -> None:
    path = tmp_path / "list.doc"
    link = '\x13 HYPERLINK "http://x" \x14Cấp\x15 giấy\x0bphép\x1e1\x1f\xa0\x01\x02'
    path.write_bytes(document([table_rows([GRID[0], ["1", "1.000001", link]])]))
    assert [record.name for record in read_list(path).records] == ["Cấp giấy phép-1"]


def without(content: bytes, stream: str) -> bytes:
    return content.replace(stream.encode("utf-16-le"), "9Table".encode("utf-16-le"))


WHOLE = document([table_rows(GRID)])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(document([], flags=0x0100), "tệp đặt mật khẩu nên không đọc được", id="password"),
        pytest.param(document([], flags=0x0004), "văn bản lưu kiểu “lưu nhanh”", id="fast save"),
        pytest.param(
            compound_file({"WordDocument": struct.pack("<HH", 0xA5DC, 104) + bytes(5000)}),
            "văn bản của Word 95 trở về trước",
            id="Word 95",
        ),
        pytest.param(compound_file({"WordDocument": bytes(5000)}), "không phải văn bản Word", id="zeros"),
        pytest.param(without(WHOLE, "0Table"), "tệp bị cắt cụt hoặc hỏng (", id="no table stream"),
        pytest.param(
            document([[(["a", "b", "c"], row_definition([0, 1000, 2000], [0, 0]))]]),
            "bảng 1, dòng 1: 3 ô mà định nghĩa dòng có 2, không chắc ô nào ra ô nào",
            id="a row of three cells defined as two",
        ),
        pytest.param(
            document([[(["a"], b"")]]), "bảng 1, dòng 1: 1 ô mà định nghĩa dòng có 0", id="a row without definition"
        ),
        pytest.param(WHOLE[:1500], "tệp bị cắt cụt hoặc hỏng (", id="cut off"),
        pytest.param(WHOLE[: len(WHOLE) - 3000], "tệp bị cắt cụt hoặc hỏng (", id="its end cut off"),
    ],
)  # fmt: skip
def test_documents_that_are_refused(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "list.doc"
    path.write_bytes(content)
    with pytest.raises(ListError) as error:
        read_list(path)
    assert str(error.value).startswith(f"{path}: ")
    assert message in str(error.value)
