"""Lists as PDF: across, over pages, with lines missing, with letters that mean nothing, and as pictures."""

from __future__ import annotations

import time
import unicodedata
from typing import TYPE_CHECKING

import pypdfium2  # type: ignore[import-untyped]  # has no stubs
import pytest

from crawlers.lists import ListError, read_list
from crawlers.lists.pdf import read_tables
from crawlers.lists.scan import why_not_installed
from crawlers.records import PublishedMethod
from tests.crawlers.lists.pdfs import LINE, MARGIN, draw, heights_of, pdf_document, write_pdf

if TYPE_CHECKING:
    from pathlib import Path

    from fpdf import FPDF

GRID = [
    ["TT", "Mã TTHC", "Tên TTHC", "Thời hạn", "Căn cứ pháp lý"],
    [
        "1",
        "1.000001",
        "Cấp giấy phép xây dựng công trình không theo tuyến",
        "1 ngày",
        "- Luật A;\n- Nghị định 66/NQ-CP",
    ],
    ["2", "1.000002.000.00.00.H61", "Cấp đổi", "2 ngày làm việc kể từ ngày nhận đủ hồ sơ hợp lệ", "Luật B"],
]
WIDTHS = [10.0, 22.0, 60.0, 40.0, 45.0]
EXPECTED = [(row[1], row[2], row[3]) for row in GRID[1:]]


def found(path: Path) -> list[tuple[str | None, str | None, str | None]]:
    reading = read_list(path)
    assert reading.faults == ()
    return [(r.code, r.name, r.methods[0].time if r.methods else None) for r in reading.records]


def page_of(document: FPDF, rows: list[list[str]], lines: tuple[str, ...] = ()) -> None:
    """One page: lines of text, then a table, with a header and a page number in its margins."""
    document.add_page()
    document.text(MARGIN, 8, "UBND tỉnh Mẫu")
    document.text(document.w / 2, document.h - 6, f"- {document.page} -")
    for index, line in enumerate(lines):
        document.text(MARGIN, MARGIN + 12 + LINE * index, line)
    draw(document, rows, (), WIDTHS, heights_of(rows, (), WIDTHS), MARGIN + 15 + LINE * len(lines))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_pages_that_are_turned(turn: int, tmp_path: Path) -> None:
    path = tmp_path / "list.pdf"
    with pdf_document(path) as document:
        document.add_page()
        with document.rotation(turn, 100, 150):
            draw(document, GRID, (), WIDTHS, heights_of(GRID, (), WIDTHS), 100)
    assert found(path) == EXPECTED


def test_a_list_over_pages_with_what_stands_in_their_margins(tmp_path: Path) -> None:
    path = tmp_path / "list.pdf"
    with pdf_document(path) as document:
        page_of(
            document,
            GRID[:2],
            ("PHỤ LỤC DANH MỤC THỦ TỤC HÀNH CHÍNH", "(Kèm theo Quyết định số 5/QĐ-UBND ngày 01/4/2026)"),
        )
        page_of(document, [GRID[2], ["3", "1.000003", "Cấp lại", "3 ngày", ""]])
        page_of(document, [GRID[0], ["4", "1.000004", "Thu hồi", "4 ngày", ""]])
        page_of(document, [["", "", "", "", "Luật D"]])
    assert [code for code, _, _ in found(path)] == ["1.000001", "1.000002.000.00.00.H61", "1.000003", "1.000004"]
    records = read_list(path).records
    assert {record.source.document for record in records} == {"Quyết định số 5/QĐ-UBND ngày 01/4/2026"}
    assert records[1].source.places["name"] == "trang 2, bảng 1, dòng 1, cột 3"
    assert records[3].legal_bases == ("Luật D",)
    assert [table.captions for table in read_tables(path)][1:] == [(), (), ()]


@pytest.mark.parametrize("repeated", [True, False])
def test_a_row_that_a_page_breaks(repeated: bool, tmp_path: Path) -> None:
    """The rest of the row stands below the header of the next page, or at its top; sentences go on, items do not."""
    path = tmp_path / "list.pdf"
    with pdf_document(path) as document:
        page_of(
            document,
            [GRID[0], ["1", "1.000001.000.0", "Cấp giấy phép xây dựng theo quy định tại", "5 ngày", "- Luật A;"]],
        )
        rest = [
            ["", "0.00.H61", "Nghị định số 5/2024/NĐ-CP", "", "- Luật B"],
            ["2", "1.000002", "Cấp đổi", "2 ngày", ""],
        ]
        page_of(document, [GRID[0], *rest] if repeated else rest)
    assert found(path) == [
        ("1.000001.000.00.00.H61", "Cấp giấy phép xây dựng theo quy định tại Nghị định số 5/2024/NĐ-CP", "5 ngày"),
        ("1.000002", "Cấp đổi", "2 ngày"),
    ]
    assert read_list(path).records[0].legal_bases == ("Luật A", "Luật B")


def test_text_between_two_tables_ends_the_first(tmp_path: Path) -> None:
    path = tmp_path / "list.pdf"
    with pdf_document(path) as document:
        page_of(document, GRID)
        page_of(document, [["1", "1.000009", "Khác", "", ""]], ("Nơi nhận: như trên",))
    assert found(path) == EXPECTED


def lines_only(document: FPDF, across: list[float], down: list[float], gap: float = 0) -> None:
    """Draw lines from end to end, each broken in the middle by a gap."""
    for y in across:
        middle = (down[0] + down[-1]) / 2
        document.line(down[0], y, middle - gap, y)
        document.line(middle, y, down[-1], y)
    for x in down:
        middle = (across[0] + across[-1]) / 2
        document.line(x, across[0], x, middle - gap)
        document.line(x, middle, x, across[-1])


@pytest.mark.parametrize("missing", ["nothing", "left and right", "a gap"])
def test_lines_from_end_to_end_some_of_them_missing(missing: str, tmp_path: Path) -> None:
    path = tmp_path / "list.pdf"
    with pdf_document(path) as document:
        document.add_page()
        down = [MARGIN, 30.0, 60.0, 120.0]
        for row, texts in enumerate([["TT", "Mã TTHC", "Tên TTHC"], ["1", "1.000001", "Cấp giấy"]]):
            for x, text in zip(down, texts, strict=False):
                document.text(x + 2, 24 + 10 * row, text)
        lines_only(document, [18.0, 28.0, 38.0], down, gap=0.5 if missing == "a gap" else 0)
        if missing == "left and right":
            document.set_fill_color(255)
            document.rect(MARGIN - 1, 10, 0, 0)
    if missing == "left and right":
        with pdf_document(path) as document:
            document.add_page()
            for row, texts in enumerate([["TT", "Mã TTHC", "Tên TTHC"], ["1", "1.000001", "Cấp giấy"]]):
                for x, text in zip(down, texts, strict=False):
                    document.text(x + 2, 24 + 10 * row, text)
            for y in (18.0, 28.0, 38.0):
                document.line(MARGIN, y, 120, y)
            for x in (30.0, 60.0):
                document.line(x, 18, x, 38)
    assert found(path) == [("1.000001", "Cấp giấy", None)]


def test_rows_without_lines_between_them_alarm(tmp_path: Path) -> None:
    path = tmp_path / "list.pdf"
    write_pdf(path, [GRID[0], ["1\n2", "1.000001\n1.000002", "Cấp giấy\nCấp đổi", "1 ngày\n2 ngày", ""]])
    reading = read_list(path)
    assert reading.records == ()
    assert [fault.kind for fault in reading.faults] == ["bad_row"]
    assert "nhiều mã" in reading.faults[0].why


def test_accents_written_apart_become_one_letter(tmp_path: Path) -> None:
    path = tmp_path / "list.pdf"
    write_pdf(path, [[unicodedata.normalize("NFD", text) for text in row] for row in GRID])
    assert found(path) == EXPECTED


@pytest.mark.parametrize("share", ["all", "some"])
def test_letters_that_mean_nothing_alarm(share: str, tmp_path: Path) -> None:
    """The font's table of meanings is taken away: what stands there can be seen, but not read."""
    path = tmp_path / "list.pdf"
    with pdf_document(path) as document:
        document.add_page()
        draw(document, GRID, (), WIDTHS, heights_of(GRID, (), WIDTHS))
        if share == "some":
            document.set_font("helvetica", size=9)
            draw(document, [["5", "1.000005", "Khai sinh"] * 9] * 25, (), [8.0] * 27, [8.0] * 25, 100)
    content = path.read_bytes()
    assert content.count(b"/ToUnicode") == 1
    path.write_bytes(content.replace(b"/ToUnicode", b"/ToUnicodX"))
    with pytest.raises(ListError, match=r"chữ trong PDF không đọc được|không bảng nào có cột tên thủ tục"):
        read_list(path)


def pdf(page: bytes, pages: int = 1, trailer: bytes = b"") -> bytes:
    """A PDF whose pages all show the same content."""
    kids = b" ".join(b"%d 0 R" % (4 + index) for index in range(pages))
    fonts = b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, pages),
        b"<</Length %d>>stream\n%s\nendstream" % (len(page), page),
        *[b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 3 0 R/Resources%s>>" % fonts] * pages,
    ]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table
        + b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (size, trailer, len(out))
    )  # fmt: skip


LINES = b"".join(b"%d %d m %d %d l S\n" % (n % 500, n % 800, n % 500 + 20, n % 800) for n in range(120_000))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"%PDF-1.7\n", "PDF bị cắt cụt hoặc hỏng", id="nothing"),
        pytest.param(pdf(b"", 10_000), "PDF có 10,000 trang, quá giới hạn 2,000", id="pages"),
        pytest.param(pdf(LINES), "trang 1: có hơn 100,000 hình vẽ", id="lines"),
        pytest.param(pdf(LINES, 300), "PDF có hơn 2,000,000 chữ và nét vẽ", id="lines on many pages"),
        pytest.param(
            pdf(b"".join(b"%d 0 m %d 800 l S 0 %d m 500 %d l S\n" % (n, n, n, n) for n in range(0, 20000, 4))),
            "trang 1: có hơn 4,000 đường kẻ",
            id="a fine net",
        ),
        pytest.param(pdf(b"".join(b"BT /F 1 Tf 9 %d Td (%s) Tj ET\n" % (n, b"abcde fgh " * 100) for n in range(800))), "trang 1: có hơn 200,000 chữ", id="letters"),
        pytest.param(pdf(b"BT /F 9 Tf 9 9 Td (plain text) Tj ET"), "không có bảng nào có chữ", id="no table"),
        pytest.param(pdf(b"q" * 100_000 + b" 1 0 0 1 0 0 cm " * 10_000), "không có bảng nào có chữ", id="deep states"),
    ],
)  # fmt: skip
def test_hostile_files(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "list.pdf"
    path.write_bytes(content)
    started = time.process_time()
    with pytest.raises(ListError, match=message):
        read_list(path)
    assert time.process_time() - started < 20


def test_a_password(tmp_path: Path) -> None:
    path = tmp_path / "list.pdf"
    with pdf_document(path) as document:
        document.set_encryption(owner_password="a", user_password="b")  # noqa: S106 - no secret
        document.add_page()
        draw(document, GRID, (), WIDTHS, heights_of(GRID, (), WIDTHS))
    with pytest.raises(ListError, match="PDF đặt mật khẩu nên không đọc được"):
        read_list(path)


def as_picture(path: Path, lean: float = 0) -> Path:
    """Print a PDF and put it on the glass of a scanner, a little askew."""
    document = pypdfium2.PdfDocument(path)
    images = [page.render(scale=200 / 72, grayscale=True).to_pil() for page in document]
    document.close()
    images = [image.rotate(lean, fillcolor=255, resample=3) for image in images]
    scanned = path.with_name("scanned.pdf")
    images[0].save(scanned, save_all=True, append_images=images[1:], resolution=200)
    return scanned


def test_a_picture_where_it_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pdf(tmp_path / "list.pdf", GRID)
    monkeypatch.setenv("PATH", str(tmp_path))
    why_not_installed.cache_clear()
    try:
        with pytest.raises(ListError, match=r"PDF là bản quét \(ảnh\), không có chữ; để đọc ảnh, cài tesseract-ocr"):
            read_list(as_picture(tmp_path / "list.pdf"))
    finally:
        why_not_installed.cache_clear()


@pytest.mark.skipif(why_not_installed() is not None, reason=f"no tesseract with vie here: {why_not_installed()}")
@pytest.mark.parametrize("lean", [1.2])
def test_a_picture_is_read_with_how_sure_it_is(lean: float, tmp_path: Path) -> None:
    path = tmp_path / "list.pdf"
    with pdf_document(path) as document:
        document.add_page()
        document.set_font("vi", size=11)
        draw(document, GRID, (), WIDTHS, [20.0] * 3)
    records = read_list(as_picture(path, lean)).records
    assert [(record.name, record.methods) for record in records] == [
        (name, (PublishedMethod(None, time),)) for _, name, time in EXPECTED
    ]
    for record in records:
        assert record.source.confidence.keys() == record.source.places.keys()
        assert all(0 <= sure <= 1 for sure in record.source.confidence.values())
        doubted = {path for path, sure in record.source.confidence.items() if sure < 0.8}
        assert doubted <= record.source.suspect.keys()
