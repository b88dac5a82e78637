"""Published lists as PDF: what lies between ruling lines are cells; pages without text are pictures, read where tesseract is installed."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pypdfium2  # type: ignore[import-untyped]  # has no stubs

from crawlers.lists.grid import MAX_CELLS, ListError, Table
from crawlers.lists.pdfpage import MAX_OBJECTS, PageError, PdfContent, read_content
from crawlers.lists.ruled import Ruled, RulesError, covers, lines_of, read_page, rows_of
from crawlers.lists.scan import Picture, ScanError, read_picture, why_not_installed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

MAX_PAGES = 2000
MAX_READ = 60  # pages of a document that is only looked through
MAX_DRAWN = 2_000_000
MAX_SCANNED = 300  # some ten seconds a page

_COST = 4  # an object takes as long as that many letters
_MARGIN = 0.09  # the part of a page's height where headers, footers and page numbers stand
_PAGE_NUMBER = re.compile(r"\W*(?:trang|page)?\W*\d{1,4}(?:\s*/\s*\d{1,4})?\W*", re.IGNORECASE)
_FEW = 8  # letters: a page with no more of them has no text
_UNREADABLE = 0.5


@dataclass(slots=True)
class _Page:
    """What was read of one page: its tables, the lines of text outside of them, and what could not be seen."""

    number: int
    height: float
    tables: list[Ruled] = field(default_factory=list)
    lines: list[tuple[float, str]] = field(default_factory=list)
    troubles: list[tuple[str, str]] = field(default_factory=list)


def read_tables(path: Path) -> list[Table]:
    """Return every ruled table, page by page; a table that a page's end cuts is two, the second of which goes on from the first.

    Raises:
        ListError: damaged, under a password, too large, without readable text, or only pictures that cannot be read here.

    """
    with _opened(path) as document:
        if not (count := len(document)):
            raise ListError(f"{path}: PDF không có trang nào; tải lại từ nguồn rồi thử lại")
        if count > MAX_PAGES:
            raise ListError(f"{path}: PDF có {count:,} trang, quá giới hạn {MAX_PAGES:,}; tách riêng phần danh mục")
        pages = list(_pages(path, document))
    _drop_margins(pages)
    return list(_tables(path, pages))


def read_lines(path: Path) -> list[str]:
    """Return the text of the pages line by line; pages that are pictures have none and are not looked at.

    Raises:
        ListError: damaged, under a password, longer than MAX_READ pages, or a page's letters cannot be read.

    """
    lines: list[str] = []
    with _opened(path) as document:
        if len(document) > MAX_READ:
            raise ListError(f"{path}: PDF có {len(document):,} trang, quá {MAX_READ} trang")
        for page in document:
            try:
                content = read_content(page)
                if content.unreadable > _UNREADABLE * max(len(content.letters), 1):
                    raise ListError(f"{path}: chữ trong PDF không đọc được: phông thiếu bảng mã")
                lines += [text for _, text in lines_of(content.letters)]
            except PageError as error:
                raise ListError(f"{path}: {error}") from error
            finally:
                page.close()
    return lines


@contextmanager
def _opened(path: Path) -> Iterator[pypdfium2.PdfDocument]:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise ListError(
                f"{path}: PDF đặt mật khẩu nên không đọc được; mở bằng mật khẩu, in lại thành PDF không khóa rồi thử lại"
            ) from error
        raise ListError(f"{path}: PDF bị cắt cụt hoặc hỏng; tải lại từ nguồn rồi thử lại") from error
    try:
        yield document
    finally:
        document.close()


def _pages(path: Path, document: pypdfium2.PdfDocument) -> Iterator[_Page]:
    """Read page after page; what is wrong with one is told with it, and what is wrong with all is an error."""
    missing = why_not_installed()
    pictures = unreadable = letters = drawn = 0
    for number in range(1, len(document) + 1):
        if drawn > MAX_DRAWN:
            raise ListError(
                f"{path}: PDF có hơn {MAX_DRAWN:,} chữ và nét vẽ, không phải danh mục thật; tách riêng phần danh mục"
            )
        try:
            page = document[number - 1]
        except pypdfium2.PdfiumError:
            yield _Page(number, 0, troubles=[("damaged_page", f"trang {number}: trang hỏng nên không đọc")])
            continue
        try:
            content = read_content(page)
            if len(content.letters) <= _FEW and content.pictured > 0.3:
                pictures += 1
                yield _scanned(number, page, missing if pictures <= MAX_SCANNED else f"quá {MAX_SCANNED} trang ảnh")
                continue
            unreadable, letters = unreadable + content.unreadable, letters + len(content.letters)
            drawn += len(content.letters) + _COST * content.objects
            yield _written(number, content)
        except (PageError, RulesError) as error:
            drawn += _COST * MAX_OBJECTS
            yield _Page(number, 0, troubles=[("unreadable_page", f"trang {number}: {error} nên không đọc trang này")])
        finally:
            page.close()
    if pictures == len(document) and missing:
        raise ListError(f"{path}: PDF là bản quét (ảnh), không có chữ; {missing}, hoặc lấy bản có chữ của danh mục")
    if unreadable > _UNREADABLE * max(letters, 1):
        raise ListError(
            f"{path}: chữ trong PDF không đọc được ({unreadable:,} trên {letters:,} chữ không rõ là chữ gì: phông thiếu bảng mã); "
            "lấy bản Word hoặc bản PDF khác"
        )


def _written(number: int, content: PdfContent) -> _Page:
    tables, outside = read_page(content.letters, content.across, content.down)
    page = _Page(number, content.height, tables, lines_of(outside))
    if content.unreadable:
        page.troubles.append(
            ("unreadable_text", f"trang {number}: {content.unreadable} chữ không rõ là chữ gì (phông thiếu bảng mã)")
        )
    return page


def _scanned(number: int, page: pypdfium2.PdfPage, missing: str | None) -> _Page:
    if missing:
        return _Page(number, 0, troubles=[("scanned_page", f"trang {number} là ảnh nên không đọc: {missing}")])
    try:
        picture = read_picture(page)
        tables, outside = read_page(picture.words, picture.across, picture.down)
        for table in tables:
            _look_again(picture, table)
    except ScanError as error:
        return _Page(
            number, 0, troubles=[("scanned_page", f"trang {number} là ảnh, không nhận dạng được chữ: {error}")]
        )
    return _Page(number, picture.height, tables, lines_of(outside))


def _look_again(picture: Picture, table: Ruled) -> None:
    """Look closer at the cells without a word: a dash or a lone letter is easily missed, and ink is never nothing."""
    for (row, column), (left, top, right, bottom) in table.blanks():
        if (piece := picture.look_again(left, top, right, bottom)) is not None:
            table.put((row, column), piece)


def _drop_margins(pages: Sequence[_Page]) -> None:
    """Leave out page numbers, and the lines that stand at the same height of many pages."""
    heights = Counter(
        (round(top / 4), text) for page in pages for top, text in set(page.lines) if _in_margin(page, top)
    )
    for page in pages:
        page.lines = [
            (top, text)
            for top, text in page.lines
            if not (
                _in_margin(page, top)
                and (
                    _PAGE_NUMBER.fullmatch(text) or sum(heights[round(top / 4) + step, text] for step in (-1, 0, 1)) > 1
                )
            )
        ]


def _in_margin(page: _Page, top: float) -> bool:
    return top < _MARGIN * page.height or top > (1 - 1.2 * _MARGIN) * page.height


def _tables(path: Path, pages: Sequence[_Page]) -> Iterator[Table]:
    """Yield the tables with the text before each; text after the last one ends what might go on."""
    cells = 0
    above: Ruled | None = None  # the table that the next one may continue
    captions: list[str] = []
    for page in pages:
        lines = page.lines
        for index, ruled in enumerate(page.tables, start=1):
            captions += [text for top, text in lines if top < ruled.top]
            lines = [(top, text) for top, text in lines if top >= ruled.top]
            goes_on = index == 1 and not captions and above is not None and covers(above, ruled)
            if goes_on and above is not None:
                ruled = ruled.among(above.columns)  # noqa: PLW2901 - the same table, with lines it lacks here
            rows = rows_of(ruled, above if goes_on else None)
            cells += sum(len(row.cells) for row in rows)
            if cells > MAX_CELLS:
                raise ListError(f"{path}: các bảng có hơn {MAX_CELLS:,} ô, quá lớn để đọc; tách nhỏ tệp")
            table = Table(f"trang {page.number}, bảng {index}", rows, tuple(captions), goes_on=goes_on)
            yield replace(table, troubles=tuple(page.troubles)) if index == 1 else table
            above = ruled
            captions = []
        captions += [text for _, text in lines]
        if page.troubles and not page.tables:
            yield Table(f"trang {page.number}", (), tuple(captions), troubles=tuple(page.troubles))
            captions = []
            above = None if any(kind != "unreadable_text" for kind, _ in page.troubles) else above
