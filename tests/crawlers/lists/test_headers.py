from __future__ import annotations

import pytest

from crawlers.lists.grid import Cell, Row
from crawlers.lists.headers import Column, Header, Role, read_header, role_of

L = "<"  # in the grids below: merged with the cell on its left
U = "^"  # merged with the cell above


def rows_of(grid: list[list[str]]) -> list[Row]:
    rows: list[Row] = []
    for number, line in enumerate(grid, start=1):
        cells: list[Cell] = []
        for column, text in enumerate(line):
            if text == L:
                cells.append(Cell(cells[-1].text, above=cells[-1].above, left=True))
            elif text == U:
                cells.append(Cell(rows[-1].cell(column).text, above=True))
            else:
                cells.append(Cell(text))
        rows.append(Row(number, tuple(cells)))
    return rows


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("Mã TTHC", Role("code")),
        ("MÃ  SỐ\nTTHC", Role("code")),
        ("Mã TTHC gốc", Role("code")),
        ("Mã thủ tục", Role("code")),
        ("Ma so", Role("code")),
        ("Tên TTHC", Role("name")),
        ("Tên thủ tục hành chính", Role("name")),
        ("TÊN THỦ TỤC HÀNH CHÍNH (bao gồm cả TTHC liên thông)", Role("name")),
        ("Te\u0302n TTHC", Role("name")),
        ("Tên TTHC\u200b", Role("name")),
        ("Tên TTHC bị bãi bỏ", Role("abolished")),
        ("Stt", Role("number")),
        ("S.T.T", None),
        ("TT", Role("number")),
        ("Phí, lệ phí (nếu có)", Role("fee")),
        ("Phí, lệ phí (đồng)[1]", Role("fee")),
        ("Lệ phí", Role("fee")),
        ("Thời hạn giải quyết", Role("time")),
        ("Thời gian giải quyết", Role("time")),
        ("Cách thức thực hiện", Role("channel")),
        ("Địa điểm thực hiện", Role("ignored")),
        ("Cơ quan ban hành", Role("ignored")),
        ("Tên VBQPPL quy định việc bãi bỏ", Role("ignored")),
        ("Căn cứ pháp lý", Role("legal_bases")),
        ("Lĩnh vực", Role("sector")),
        ("Cơ quan thực hiện", Role("agency")),
        ("Cấp thực hiện", Role("level")),
        ("Thành phần hồ sơ", Role("document")),
        ("Số lượng", Role("quantity")),
        ("Yêu cầu, điều kiện", Role("conditions")),
        ("Mức độ dịch vụ công", Role("service_level")),
        ("Toàn trình", Role("service_level", "Toàn trình")),
        ("DVCTT một phần", Role("service_level", "Một phần")),
        ("Cấp xã", Role("level", "Cấp xã")),
        ("Mã ТТНС", Role("code")),  # Cyrillic look-alikes
        ("Người ký", None),
        ("", None),
        ("Mã TTHC " * 40, None),
    ],
)
def test_role_of(header: str, role: Role | None) -> None:
    assert role_of(header) == role


@pytest.mark.parametrize(
    ("grid", "header"),
    [
        pytest.param(
            [["TT", "Tên TTHC", "Mã TTHC", "Ghi chú"], ["1", "Cấp giấy", "1.000001", ""]],
            Header(
                (
                    Column(Role("number"), "TT", (0,)),
                    Column(Role("name"), "Tên TTHC", (1,)),
                    Column(Role("code"), "Mã TTHC", (2,)),
                    Column(Role("ignored"), "Ghi chú", (3,)),
                ),
                1,
            ),
            id="one row",
        ),
        pytest.param(
            [
                ["TT", "Tên TTHC", "Thời hạn giải quyết", L, "Dịch vụ công trực tuyến", L],
                [U, U, "Theo quy định", "NQ 66/NQ-CP", "Toàn trình", "Một phần"],
                ["1", "Cấp giấy", "5 ngày", "3 ngày", "X", ""],
            ],
            Header(
                (
                    Column(Role("number"), "TT", (0,)),
                    Column(Role("name"), "Tên TTHC", (1,)),
                    Column(Role("time"), "Thời hạn giải quyết / Theo quy định", (2,), "Theo quy định"),
                    Column(Role("time"), "Thời hạn giải quyết / NQ 66/NQ-CP", (3,), "NQ 66/NQ-CP"),
                    Column(Role("service_level", "Toàn trình"), "Dịch vụ công trực tuyến / Toàn trình", (4,)),
                    Column(Role("service_level", "Một phần"), "Dịch vụ công trực tuyến / Một phần", (5,)),
                ),
                2,
            ),
            id="two rows, merged",
        ),
        pytest.param(
            [["TT", "Thủ tục hành chính", "", "Thời hạn"], ["", "Mã", "Tên", ""], ["1", "1.000001", "Cấp giấy", "5"]],
            Header(
                (
                    Column(Role("number"), "TT", (0,)),
                    Column(Role("code"), "Thủ tục hành chính / Mã", (1,)),
                    Column(Role("name"), "Thủ tục hành chính / Tên", (2,)),
                    Column(Role("time"), "Thời hạn", (3,)),
                ),
                2,
            ),
            id="two rows, not merged",
        ),
        pytest.param(
            [["Mã TTHC", L, "Tên TTHC", "Thời hạn"], [U, L, U, "Cấp tỉnh"]],
            Header(
                (
                    Column(Role("code"), "Mã TTHC", (0, 1)),
                    Column(Role("name"), "Tên TTHC", (2,)),
                    Column(Role("time"), "Thời hạn", (3,)),
                ),
                1,
            ),
            id="one header over two grid columns; a single text below is no second header row",
        ),
        pytest.param(
            [["Mã số", "Tên", "Mã TTHC gốc", "Người ký"]],
            Header(
                (
                    Column(Role("code"), "Mã số", (0,)),
                    Column(Role("name"), "Tên", (1,)),
                    Column(Role("ignored"), "Mã TTHC gốc", (2,)),
                    Column(None, "Người ký", (3,)),
                ),
                1,
            ),
            id="second code ignored, unknown column",
        ),
        pytest.param(
            [
                ["Tên TTHC", "Thời hạn giải quyết", L, "Cách thức", L],
                [U, "Cấp tỉnh", "Cấp xã", "Trực tiếp", "Trực tuyến"],
            ],
            Header(
                (
                    Column(Role("name"), "Tên TTHC", (0,)),
                    Column(Role("time"), "Thời hạn giải quyết / Cấp tỉnh", (1,), "Cấp tỉnh"),
                    Column(Role("time"), "Thời hạn giải quyết / Cấp xã", (2,), "Cấp xã"),
                    Column(Role("channel"), "Cách thức / Trực tiếp", (3,), "Trực tiếp"),
                    Column(Role("channel"), "Cách thức / Trực tuyến", (4,), "Trực tuyến"),
                ),
                2,
            ),
            id="the upper line tells the field",
        ),
        pytest.param([["TT", "Trình tự", "Trách nhiệm", "Thời gian", "Biểu mẫu/Kết quả"]], None, id="process steps"),
        pytest.param([["STT", "Tên", "Ghi chú"]], None, id="names of anything"),
        pytest.param([["Tên thủ tục", "Đăng ký khai sinh"]], None, id="one procedure as a form"),
        pytest.param([["Thủ tục hành chính", L, L]], None, id="title"),
    ],
)
def test_read_header(grid: list[list[str]], header: Header | None) -> None:
    assert read_header(rows_of(grid), 0) == header
