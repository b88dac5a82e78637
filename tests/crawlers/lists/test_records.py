"""Whole lists, each built as Excel and as Word, against the whole records that must come out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import docx
import pytest
import xlsxwriter  # type: ignore[import-untyped]
from docx.oxml import parse_xml
from docx.shared import Twips

from crawlers.lists import ListReading, read_list
from crawlers.records import Fault, PublishedDocument, PublishedMethod, PublishedProcedure, Source
from tests.crawlers.lists.build import KINDS, Merge, add_table, build, place

if TYPE_CHECKING:
    from pathlib import Path


Where = tuple[int, int | None] | list[tuple[int, int]]


def at(kind: str, **places: Where) -> Source:
    """The source of a record whose fields stand in these cells; "__" stands for "." and "_N" for "[N]"."""
    cells = {path(name): where if isinstance(where, list) else [where] for name, where in places.items()}
    return Source(places={name: "; ".join(place(kind, *cell) for cell in where) for name, where in cells.items()})


def path(name: str) -> str:
    for field in ("methods", "documents", "legal_bases"):
        if name.startswith(f"{field}_"):
            index, _, rest = name.removeprefix(f"{field}_").partition("__")
            return f"{field}[{index}]" + (f".{rest}" if rest else "")
    return name


def read(kind: str, folder: Path, grid: list[list[str]], merges: list[Merge]) -> ListReading:
    """Read the built list; the faults' file is left out, being the built one."""
    file = build(kind, folder, grid, merges)
    reading = read_list(file)
    assert {fault.url for fault in reading.faults} <= {str(file)}
    return ListReading(reading.records, tuple(Fault(fault.kind, "", fault.why) for fault in reading.faults))


@pytest.mark.parametrize("kind", KINDS)
def test_annex_with_every_column(kind: str, tmp_path: Path) -> None:
    """Merged header in two rows, groups with counts, a row broken across pages, "X" columns, an unknown column."""
    grid = [
        ["DANH MỤC THỦ TỤC HÀNH CHÍNH MỚI BAN HÀNH"] + [""] * 10,
        ["TT", "Tên thủ tục hành chính", "Mã TTHC", "Cách thức thực hiện", "Địa điểm thực hiện", "Thời hạn giải quyết", "",
         "Phí, lệ phí (nếu có)", "Căn cứ pháp lý", "Dịch vụ công trực tuyến", ""],
        ["", "", "", "", "", "Theo quy định", "NQ 66/NQ-CP", "", "", "Toàn trình", "Một phần"],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)", "(10)", "(11)"],
        ["A. THỦ TỤC HÀNH CHÍNH CẤP TỈNH (02 TTHC)"] + [""] * 10,
        ["I", "Lĩnh vực hộ tịch (03 TTHC)"] + [""] * 9,
        ["1", "Cấp bản sao\ntrích lục", "1.000001.H99", "Trực tiếp hoặc trực tuyến", "Trung tâm", "05 ngày", "03 ngày", "Không",
         "Luật Hộ tịch;\nNghị định số 123/2015/NĐ-CP", "X", ""],
        ["", "", "", "", "", "", "", "", "- Thông tư số 04/2020/TT-BTP", "", ""],
        ["2", "Đăng ký khai tử", "", "", "", "", "", "", "", "", ""],
        ["3", "Đăng ký kết hôn", "1.000003", "", "Trung tâm", "05 ngày", "", "-", "", "", "x"],
        ["B", "CẤP XÃ"] + [""] * 9,
        ["4", "", "", "Trực tiếp", "", "1 ngày", "", "", "", "", ""],
        ["5", "Đăng ký nhận cha, mẹ, con", "1.000005", "Tại nhà", "Bộ phận Một cửa", "", "", "", "", "khó", ""],
    ]  # fmt: skip
    merges: list[Merge] = [(0, 0, 0, 10), (1, 5, 1, 6), (1, 9, 1, 10), (4, 0, 4, 10)]
    merges += [(1, column, 2, column) for column in (0, 1, 2, 3, 4, 7, 8)]
    time = "Theo quy định: 05 ngày\nNQ 66/NQ-CP: 03 ngày"
    groups: dict[str, Where] = {"level": (5, None), "sector": (6, None), "status": (1, None)}
    assert read(kind, tmp_path, grid, merges) == ListReading(
        records=(
            PublishedProcedure(
                source=at(
                    kind,
                    **groups,
                    code=(7, 2),
                    name=(7, 1),
                    **{f"methods_{index}__channel": (7, 3) for index in range(2)},
                    **{f"methods_{index}__time": [(7, 5), (7, 6)] for index in range(2)},
                    **{f"methods_{index}__fee": (7, 7) for index in range(2)},
                    **{f"legal_bases_{index}": [(7, 8), (8, 8)] for index in range(3)},
                    service_level=(7, 9),
                ),
                code="1.000001.H99",
                name="Cấp bản sao trích lục",
                level="CẤP TỈNH",
                sector="hộ tịch",
                methods=(PublishedMethod("Trực tiếp", time, "Không"), PublishedMethod("trực tuyến", time, "Không")),
                legal_bases=("Luật Hộ tịch", "Nghị định số 123/2015/NĐ-CP", "Thông tư số 04/2020/TT-BTP"),
                service_level="Toàn trình",
                status="mới ban hành",
                ignored=("Địa điểm thực hiện",),
            ),
            PublishedProcedure(
                source=at(
                    kind,
                    **groups,
                    code=(10, 2),
                    name=(10, 1),
                    methods_0__time=(10, 5),
                    methods_0__fee=(10, 7),
                    service_level=(10, 10),
                ),
                code="1.000003",
                name="Đăng ký kết hôn",
                level="CẤP TỈNH",
                sector="hộ tịch",
                methods=(PublishedMethod("", "Theo quy định: 05 ngày", "-"),),
                legal_bases=(),
                service_level="Một phần",
                status="mới ban hành",
                ignored=("Địa điểm thực hiện",),
            ),
            PublishedProcedure(
                source=at(
                    kind, level=(11, None), status=(1, None), code=(13, 2), name=(13, 1), methods_0__channel=(13, 3)
                ),
                code="1.000005",
                name="Đăng ký nhận cha, mẹ, con",
                level="CẤP XÃ",
                methods=(PublishedMethod("Tại nhà", "", ""),),
                legal_bases=(),
                status="mới ban hành",
                ignored=("Địa điểm thực hiện",),
            ),
        ),
        faults=(
            Fault(
                "bad_row",
                "",
                f"{place(kind, 9)}: chỉ có một ô chữ, không rõ là tên nhóm hay tên thủ tục nên bỏ qua (“2 | Đăng ký khai tử”)",
            ),
            Fault(
                "count_mismatch",
                "",
                f"{place(kind, 6)}: “Lĩnh vực hộ tịch (03 TTHC)” ghi 3 thủ tục nhưng đọc được 2; đối chiếu lại với tệp gốc",
            ),
            Fault(
                "bad_row",
                "",
                f"{place(kind, 12)}: không có mã và không có tên thủ tục nên bỏ qua (“4 | Trực tiếp | 1 ngày”)",
            ),
            Fault(
                "unreadable_mark",
                "",
                f"{place(kind, 13, 9)}: cột “Dịch vụ công trực tuyến / Toàn trình” cần dấu X, gặp “khó”; không đọc ô này",
            ),
        ),
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("grid", "merges", "records", "faults"),
    [
        pytest.param(
            [
                ["DANH SÁCH THỦ TỤC HÀNH CHÍNH", "", "", "", ""],
                ["Mã số", "Tên", "Cơ quan ban hành", "Cơ quan thực hiện", "Lĩnh vực"],
                ["1.001193", "Đăng ký\nkhai sinh", "Bộ Tư pháp", "UBND cấp xã\nSở Tư pháp", "Hộ\ntịch"],
            ],
            [(0, 0, 0, 4)],
            [
                (
                    {
                        "code": "1.001193",
                        "name": "Đăng ký khai sinh",
                        "agency": "UBND cấp xã\nSở Tư pháp",
                        "sector": "Hộ tịch",
                        "ignored": ("Cơ quan ban hành",),
                    },
                    {"code": (3, 0), "name": (3, 1), "agency": (3, 3), "sector": (3, 4)},
                )
            ],
            [],
            id="the national portal's export",
        ),
        pytest.param(
            [["STT", "Tên TTHC"], ["1", "CẤP GIẤY PHÉP"], ["2", "Công nhận làng nghề cấp tỉnh"], ["", "Thủ tục chung"]],
            [],
            [
                ({"name": "CẤP GIẤY PHÉP"}, {"name": (2, 1)}),
                ({"name": "Công nhận làng nghề cấp tỉnh"}, {"name": (3, 1)}),
                ({"name": "Thủ tục chung"}, {"name": (4, 1)}),
            ],
            [],
            id="no code column; a name alone is a row",
        ),
        pytest.param(
            [
                [
                    "STT",
                    "Mã TTHC",
                    "Tên TTHC bị bãi bỏ",
                    "Tên VBQPPL quy định việc bãi bỏ",
                    "Lĩnh vực",
                    "Cơ quan thực hiện",
                ],
                ["1", "2.000001", "Cấp lại giấy", "Nghị định A", "Đất đai", ""],
            ],
            [],
            [
                (
                    {
                        "code": "2.000001",
                        "name": "Cấp lại giấy",
                        "sector": "Đất đai",
                        "agency": "",
                        "status": "bãi bỏ",
                        "ignored": ("Tên VBQPPL quy định việc bãi bỏ",),
                    },
                    {"code": (2, 1), "name": (2, 2), "sector": (2, 4)},
                )
            ],
            [],
            id="abolished annex",
        ),
        pytest.param(
            [
                ["STT", "Mã TTHC", "Tên TTHC", "Thời hạn"],
                ["I", "TTHC MỚI BAN HÀNH", "", ""],
                ["A", "CẤP TỈNH", "", ""],
                ["1", "2.000001", "Cấp giấy", "1 ngày"],
                ["II", "TTHC BỊ BÃI BỎ", "", ""],
                ["A", "CẤP TỈNH", "", ""],
                ["1", "2.000002", "Cấp lại giấy", "1 ngày"],
                ["", "", "Tổng số: 02 TTHC", ""],
            ],
            [(1, 1, 1, 3), (2, 1, 2, 3), (4, 1, 4, 3), (5, 1, 5, 3)],
            [
                (
                    {
                        "code": "2.000001",
                        "name": "Cấp giấy",
                        "level": "CẤP TỈNH",
                        "status": "mới ban hành",
                        "methods": (PublishedMethod(None, "1 ngày"),),
                    },
                    {
                        "code": (4, 1),
                        "name": (4, 2),
                        "level": (3, None),
                        "status": (2, None),
                        "methods_0__time": (4, 3),
                    },
                ),
                (
                    {
                        "code": "2.000002",
                        "name": "Cấp lại giấy",
                        "level": "CẤP TỈNH",
                        "status": "bãi bỏ",
                        "methods": (PublishedMethod(None, "1 ngày"),),
                    },
                    {
                        "code": (7, 1),
                        "name": (7, 2),
                        "level": (6, None),
                        "status": (5, None),
                        "methods_0__time": (7, 3),
                    },
                ),
            ],
            [],
            id="levels inside kinds",
        ),
        pytest.param(
            [
                ["TT", "Tên thủ tục", "Thành phần hồ sơ", "Số lượng", "Thời hạn"],
                ["1", "Cấp giấy", "Tờ khai", "01 bản chính", "5 ngày"],
                ["", "", "Bản sao bằng cấp", "02 bản sao", ""],
                [
                    "2",
                    "Cấp lại",
                    "a) Thành phần hồ sơ:\n- Đơn\n- Ảnh\nTrường hợp ủy quyền:\n- Giấy ủy quyền\nb) Số lượng hồ sơ: 01 bộ",
                    "",
                    "5 ngày",
                ],
                ["3", "Cấp đổi", "Không quy định", "", "5 ngày"],
                ["4", "Cấp mới", "- Đơn\n- Ảnh", "01 bộ", ""],
                ["5", "Gia hạn", "- Đơn\n- Ảnh", "02", ""],
            ],
            [(1, 0, 2, 0), (1, 1, 2, 1), (1, 4, 2, 4)],
            [
                (
                    {
                        "name": "Cấp giấy",
                        "methods": (PublishedMethod(None, "5 ngày"),),
                        "documents": (
                            PublishedDocument("Tờ khai", "01 bản chính"),
                            PublishedDocument("Bản sao bằng cấp", "02 bản sao"),
                        ),
                    },
                    {
                        "name": (2, 1),
                        "methods_0__time": (2, 4),
                        "documents_0__name": (2, 2),
                        "documents_1__name": (3, 2),
                    },
                ),
                (
                    {
                        "name": "Cấp lại",
                        "methods": (PublishedMethod(None, "5 ngày"),),
                        "documents": (
                            PublishedDocument("Đơn", "Số lượng hồ sơ: 01 bộ"),
                            PublishedDocument("Ảnh", "Số lượng hồ sơ: 01 bộ"),
                            PublishedDocument("Giấy ủy quyền", "Số lượng hồ sơ: 01 bộ", "Trường hợp ủy quyền"),
                        ),
                    },
                    {"name": (4, 1), "methods_0__time": (4, 4), **{f"documents_{i}__name": (4, 2) for i in range(3)}},
                ),
                (
                    {
                        "name": "Cấp đổi",
                        "methods": (PublishedMethod(None, "5 ngày"),),
                        "ignored": ("Thành phần hồ sơ: Không quy định",),
                    },
                    {"name": (5, 1), "methods_0__time": (5, 4)},
                ),
                (
                    {
                        "name": "Cấp mới",
                        "methods": (),
                        "documents": (PublishedDocument("Đơn", "01 bộ"), PublishedDocument("Ảnh", "01 bộ")),
                    },
                    {"name": (6, 1), **{f"documents_{i}__name": (6, 2) for i in range(2)}},
                ),
                (
                    {
                        "name": "Gia hạn",
                        "methods": (),
                        "documents": (PublishedDocument("Đơn"), PublishedDocument("Ảnh")),
                        "ignored": ("Số lượng",),
                    },
                    {"name": (7, 1), **{f"documents_{i}__name": (7, 2) for i in range(2)}},
                ),
            ],
            [],
            id="papers, a row each or a line each",
        ),
        pytest.param(
            [
                ["TT", "Mã thủ tục", "Tên thủ tục", "Lĩnh vực", "Cấp thực hiện", "Mức độ DVC", "Phí", "Lệ phí"],
                ["1", "1.000001", "Cấp giấy", "Đất đai", "Tỉnh", "Toàn trình", "10.000", ""],
                ["2", "1.000002[1]", "Cấp lại giấy chứng", "", "Xã", "", "", "5.000"],
                ["", "", "nhận quyền sử dụng", "", "", "", "", ""],
                ["TT", "Mã thủ tục", "Tên thủ tục", "Lĩnh vực", "Cấp thực hiện", "Mức độ DVC", "Phí", "Lệ phí"],
                ["3", "Không có mã số", "Cấp đổi", "", "", "", "", ""],
            ],
            [(1, 3, 2, 3)],
            [
                (
                    {
                        "code": "1.000001",
                        "name": "Cấp giấy",
                        "sector": "Đất đai",
                        "level": "Tỉnh",
                        "service_level": "Toàn trình",
                        "methods": (PublishedMethod(None, None, "Phí: 10.000"),),
                    },
                    {
                        "code": (2, 1),
                        "name": (2, 2),
                        "sector": (2, 3),
                        "level": (2, 4),
                        "service_level": (2, 5),
                        "methods_0__fee": (2, 6),
                    },
                ),
                (
                    {
                        "code": "1.000002[1]",
                        "name": "Cấp lại giấy chứng nhận quyền sử dụng",
                        "sector": "Đất đai",
                        "level": "Xã",
                        "service_level": "",
                        "methods": (PublishedMethod(None, None, "Lệ phí: 5.000"),),
                    },
                    {
                        "code": (3, 1),
                        "name": [(3, 2), (4, 2)],
                        "sector": (3, 3),
                        "level": (3, 4),
                        "methods_0__fee": (3, 7),
                    },
                ),
                (
                    {
                        "code": "Không có mã số",
                        "name": "Cấp đổi",
                        "sector": "",
                        "level": "",
                        "service_level": "",
                        "methods": (),
                    },
                    {"code": (6, 1), "name": (6, 2)},
                ),
            ],
            [],
            id="merged sector, a name cut at the page's end, a repeated header",
        ),
        pytest.param(
            [
                ["TT", "Tên thủ tục", "Mã TTHC", "Người ký", "Thời hạn"],
                ["", "", "", "Ông A", "3 ngày"],
                ["1", "Cấp giấy", "1.000001", "Ông A", "3 ngày"],
            ],
            [],
            [
                (
                    {
                        "code": "1.000001",
                        "name": "Cấp giấy",
                        "methods": (PublishedMethod(None, "3 ngày"),),
                        "ignored": ("Người ký",),
                    },
                    {"code": (3, 2), "name": (3, 1), "methods_0__time": (3, 4)},
                )
            ],
            [
                ("unknown_column", (1, 3), "không nhận ra cột “Người ký” nên không đọc cột này"),
                (
                    "bad_row",
                    (2, None),
                    "không có mã, không có tên và không nối tiếp thủ tục nào phía trên nên bỏ qua (“Ông A | 3 ngày”)",
                ),
            ],
            id="unknown column, a row that continues nothing",
        ),
    ],
)
def test_lists(  # noqa: PLR0917 - parametrize gives them by name
    kind: str,
    grid: list[list[str]],
    merges: list[Merge],
    records: list[tuple[dict[str, object], dict[str, Where]]],
    faults: list[tuple[str, tuple[int, int | None], str]],
    tmp_path: Path,
) -> None:
    expected = ListReading(
        tuple(PublishedProcedure(source=at(kind, **places), **fields) for fields, places in records),  # type: ignore[arg-type]
        tuple(Fault(word, "", f"{place(kind, *where)}: {why}") for word, where, why in faults),
    )
    assert read(kind, tmp_path, grid, merges) == expected


def summary(path: Path) -> list[tuple[object, ...]]:
    return [(r.code, r.name, r.level, r.sector, r.status, r.source.places["name"]) for r in read_list(path).records]


def test_word_text_that_a_reader_sees(tmp_path: Path) -> None:
    """Tracked insertions, content controls and line breaks are read; deleted and hidden text is not."""
    document = docx.Document()
    table = add_table(
        document, [["Mã TTHC", "Tên TTHC", "Thời hạn", "Phí"], ["", "", "", ""], ["9.000009", "Xóa", "", ""]]
    )
    texts = (
        '<w:ins w:id="1" w:author="a"><w:r><w:t>1.000001</w:t></w:r></w:ins>',
        "<w:sdt><w:sdtContent><w:r><w:t>Cấp giấy</w:t></w:r></w:sdtContent></w:sdt><w:r><w:rPr><w:vanish/></w:rPr><w:t>ẩn</w:t></w:r>",
        '<w:del w:id="2" w:author="a"><w:r><w:delText>9 ngày</w:delText></w:r></w:del><w:moveFrom w:id="4" w:author="a"><w:r><w:t>8 ngày</w:t></w:r></w:moveFrom><w:r><w:t>1</w:t><w:noBreakHyphen/><w:t>2 ngày</w:t></w:r>',
        "<w:r><w:t>Phí: 1</w:t><w:br/><w:t>Lệ phí: 2</w:t></w:r>",
    )
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    for cell, text in zip(table.rows[1].cells, texts, strict=True):
        for child in parse_xml(f'<w:p xmlns:w="{space}">{text}</w:p>'):
            cell.paragraphs[0]._p.append(child)
    table.rows[2]._tr.get_or_add_trPr().append(parse_xml(f'<w:del xmlns:w="{space}" w:id="3" w:author="a"/>'))
    document.save(str(tmp_path / "list.docx"))
    (record,) = read_list(tmp_path / "list.docx").records
    assert (record.code, record.name, record.methods) == (
        "1.000001",
        "Cấp giấy",
        (PublishedMethod(None, "1-2 ngày", "Phí: 1\nLệ phí: 2"),),
    )


def test_word_tables_cut_at_pages_and_their_captions(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Điều 2. Bãi bỏ 03 thủ tục hành chính tại Quyết định số 1/QĐ-UBND;")
    add_table(document, [["Nơi nhận", "CHỦ TỊCH"]])
    document.add_paragraph("DANH MỤC THỦ TỤC HÀNH CHÍNH MỚI BAN HÀNH CẤP TỈNH (03 TTHC)")
    document.add_paragraph("I. Lĩnh vực đất đai")
    add_table(document, [["TT", "Mã TTHC", "Tên TTHC"], ["1", "1.000001", "Cấp giấy"]])
    document.add_paragraph("")
    add_table(document, [["2", "1.000002", "Cấp đổi"]])
    document.add_paragraph("II. Lĩnh vực hộ tịch")
    add_table(document, [["TT", "Mã TTHC", "Tên TTHC"], ["3", "1.000003", "Khai sinh"]])
    document.add_paragraph("PHỤ LỤC II")
    document.add_paragraph("DANH MỤC THỦ TỤC HÀNH CHÍNH BỊ BÃI BỎ")
    add_table(document, [["TT", "Mã TTHC", "Tên TTHC"], ["1", "1.000004", "Khai tử"]])
    add_table(document, [["TT", "Trình tự", "Trách nhiệm"], ["1", "Tiếp nhận", "Một cửa"]])
    document.save(str(tmp_path / "list.docx"))
    assert summary(tmp_path / "list.docx") == [
        ("1.000001", "Cấp giấy", "CẤP TỈNH", "đất đai", "mới ban hành", "bảng 2, dòng 2, cột 3"),
        ("1.000002", "Cấp đổi", "CẤP TỈNH", "đất đai", "mới ban hành", "bảng 3, dòng 1, cột 3"),
        ("1.000003", "Khai sinh", "CẤP TỈNH", "hộ tịch", "mới ban hành", "bảng 4, dòng 2, cột 3"),
        ("1.000004", "Khai tử", None, None, "bãi bỏ", "bảng 5, dòng 2, cột 3"),
    ]
    assert read_list(tmp_path / "list.docx").faults == ()


def test_a_caption_ends_the_groups_of_the_table_above(tmp_path: Path) -> None:
    document = docx.Document()
    add_table(document, [["TT", "Mã TTHC", "Tên TTHC"], ["A", "", "CẤP XÃ"], ["1", "1.000001", "Khai sinh"]])
    document.add_paragraph("THỦ TỤC HÀNH CHÍNH BỊ BÃI BỎ")
    add_table(document, [["TT", "Mã TTHC", "Tên TTHC"], ["1", "1.000002", "Khai tử"]])
    document.save(str(tmp_path / "list.docx"))
    assert summary(tmp_path / "list.docx") == [
        ("1.000001", "Khai sinh", "CẤP XÃ", None, None, "bảng 1, dòng 3, cột 3"),
        ("1.000002", "Khai tử", None, None, "bãi bỏ", "bảng 2, dòng 2, cột 3"),
    ]


def test_word_rows_drawn_by_hand(tmp_path: Path) -> None:
    """A row whose edges lie 2 mm beside the others' has more grid columns, but the same cells for the eye."""
    document = docx.Document()
    table = add_table(
        document,
        [
            ["TT", "Mã TTHC", "", "Tên TTHC", "Thời hạn"],
            ["1", "1.000001", "", "Cấp giấy", "1 ngày"],
            ["2", "1.000002", "Cấp đổi", "", "2 ngày"],
        ],
        [(0, 1, 0, 2), (1, 1, 1, 2), (2, 2, 2, 3)],
    )
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, (500, 1500, 110, 3000, 1500), strict=True):
        column.w = Twips(width)
    document.save(str(tmp_path / "list.docx"))
    assert [(r.code, r.name, r.methods) for r in read_list(tmp_path / "list.docx").records] == [
        ("1.000001", "Cấp giấy", (PublishedMethod(None, "1 ngày"),)),
        ("1.000002", "Cấp đổi", (PublishedMethod(None, "2 ngày"),)),
    ]


def test_excel_numbers_dates_and_hidden_sheets(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name in ("Hiện", "Ẩn", "Chú thích"):
            sheet = book.add_worksheet(name)
            if name == "Chú thích":
                sheet.write(0, 0, "Không phải danh mục")
                continue
            sheet.write_row(0, 0, ["Mã TTHC", "Tên TTHC", "Phí", "Tình trạng", "Kết quả", "Toàn trình"])
            sheet.write_row(1, 0, [1.01277, "Cấp giấy", 3500000])
            sheet.write_datetime(
                1,
                3,
                datetime(2025, 7, 1, tzinfo=UTC).replace(tzinfo=None),
                book.add_format({"num_format": "dd/mm/yyyy"}),
            )
            sheet.write(1, 4, 0.25)
            sheet.write_boolean(1, 5, True)
            sheet.write_row(2, 0, ["1.01499", "Cấp đổi"])
            if name == "Ẩn":
                sheet.hide()
    reading = read_list(path)
    assert [(r.code, r.methods, r.status, r.result, r.service_level) for r in reading.records] == [
        ("1.012770", (PublishedMethod(None, None, "3500000"),), "01/07/2025", "0.25", "Toàn trình"),
        ("1.01499", (), "", "", ""),
    ]
    assert reading.faults == (
        Fault("hidden_sheet", str(path), "trang tính “Ẩn” bị ẩn nên không đọc, dù có danh mục thủ tục"),
    )
