"""Published lists as HTML: a portal's page, or a document that Word saved as a web page; each table with the text before it.

The page is read as a person sees it: without scripts and hidden parts, each merged cell in every place it covers. A table
that only lays out the page (it holds other tables and has no header of a list) is text between the tables inside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree

from crawlers.lists.encodings import Scheme, decode, scheme_of_font, to_unicode
from crawlers.lists.grid import EMPTY, MAX_CELLS, Cell, ListError, Row, Table
from crawlers.lists.headers import read_header
from crawlers.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

MAX_TAGS = 1_500_000  # about 400 MB of memory

_MAX_SPAN = 1000  # what browsers allow for columns
_UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript", "del", "select", "object", "iframe"})
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "tr",
        "table",
        "thead",
        "tbody",
        "tfoot",
        "caption",
        "section",
        "article",
        "header",
        "footer",
        "main",
        "nav",
        "aside",
        "blockquote",
        "pre",
        "hr",
        "form",
        "fieldset",
        "center",
        "address",
        "figure",
        "figcaption",
        "body",
    ]
)
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_FONT = re.compile(r"""font-family\s*:\s*["']?([^"';}]+)""", re.IGNORECASE)
_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
_META_CHARSET = re.compile(
    rb"""<(?:meta[^>]{0,200}charset|\?xml[^>]{0,100}encoding)\s*=\s*["']?\s*([\w-]{1,40})""", re.IGNORECASE
)


def read_tables(path: Path) -> list[Table]:
    """Return the tables of a saved page in reading order.

    Raises:
        ListError: the page is too large, or nested so deeply that it cannot be a document.

    """
    try:
        body = path.read_bytes()
    except OSError as error:
        raise ListError(f"{path}: không đọc được tệp ({error.strerror}); kiểm tra đường dẫn và quyền đọc") from error
    return tables_of(body, str(path))


def tables_of(body: bytes, where: str, charset: str | None = None) -> list[Table]:
    """Return the tables of a page in reading order; `charset` is the one its server or envelope stated, if any.

    Raises:
        ListError: as `read_tables`; `where` names the page in its message.

    """
    stated = _META_CHARSET.search(body[:4096])
    text = decode(body, charset or (stated[1].decode() if stated else None)).replace("\0", "")
    if text.count("<") > 2 * MAX_TAGS:
        raise ListError(f"{where}: trang HTML có hơn {MAX_TAGS:,} thẻ, quá lớn để đọc; tách nhỏ tệp")
    parser = etree.HTMLParser(recover=True, huge_tree=True, encoding="utf-8")
    try:
        root = etree.fromstring(text.encode("utf-8", errors="replace"), parser)
    except etree.XMLSyntaxError as error:
        raise ListError(f"{where}: trang HTML hỏng, không có nội dung đọc được ({error}); tải lại từ nguồn") from error
    if any(entry.level == etree.ErrorLevels.FATAL for entry in parser.error_log):
        raise ListError(f"{where}: các thẻ HTML lồng nhau quá sâu, không phải văn bản thật nên không đọc")
    walk = _Walk(where, _fonts_of(root) if re.search(r"\.vn|vni[- ]", text, re.IGNORECASE) else None)
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")) if root is not None else ():
        if event == "start":
            walk.start(element)
        elif event == "end":
            walk.end(element)
        else:
            walk.text(element.tail or "")
    return _Emitter(where).tables(walk.flow)


@dataclass(slots=True)
class _Cell:
    """One cell as written: texts and nested tables in order."""

    columns: int
    rows: int
    parts: list[str | _Grid] = field(default_factory=list)


@dataclass(slots=True)
class _Grid:
    """One table as written."""

    rows: list[list[_Cell]] = field(default_factory=list)
    sections: list[int] = field(default_factory=list)
    section: int = 0

    def area(self) -> int:
        """Return how many places its cells claim."""
        rows = len(self.rows)
        return sum(
            min(cell.columns, _MAX_SPAN) * min(cell.rows, rows - index)
            for index, cells in enumerate(self.rows)
            for cell in cells
        )

    def nested(self) -> Iterator[_Grid]:
        """Yield the tables inside its cells."""
        return (part for row in self.rows for cell in row for part in cell.parts if isinstance(part, _Grid))


class _Walk:
    """Follows the elements in order, keeping what is seen in the innermost open cell, or in `flow` outside of tables."""

    def __init__(self, where: str, fonts: dict[str, Scheme | None] | None) -> None:
        self.where, self.fonts = where, fonts
        self.flow: list[str | _Grid] = []
        self._grids: list[_Grid] = []
        self._cells: list[_Cell | None] = []  # the open cell of each open table
        self._hidden = 0
        self._schemes: list[Scheme | None] = [None]
        self._count = 0

    def start(self, element: etree._Element) -> None:
        """See an element begin."""
        tag = str(element.tag)
        if (
            self._hidden
            or tag in _UNSEEN
            or element.get("hidden") is not None
            or _HIDING.search(element.get("style", ""))
        ):
            self._hidden += 1
            return
        if self.fonts is not None:
            self._schemes.append(self._scheme(element))
        match tag:
            case "table":
                self._sink().append(grid := _Grid())
                self._grids.append(grid)
                self._cells.append(None)
            case "thead" | "tbody" | "tfoot" if self._grids:
                self._grids[-1].section += 1
            case "tr" if self._grids:
                self._grids[-1].rows.append([])
                self._grids[-1].sections.append(self._grids[-1].section)
                self._cells[-1] = None
            case "td" | "th" if self._grids:
                self._begin_cell(element)
            case "br":
                self._sink().append("\n")
            case _ if tag in _BLOCKS:
                self._sink().append("\n")
        self.text(element.text or "")

    def _begin_cell(self, element: etree._Element) -> None:
        grid = self._grids[-1]
        if not grid.rows:
            grid.rows.append([])
            grid.sections.append(grid.section)
        self._count += 1
        if self._count > MAX_CELLS:
            raise ListError(f"{self.where}: các bảng có hơn {MAX_CELLS:,} ô, quá lớn để đọc; tách nhỏ tệp")
        cell = _Cell(_span(element.get("colspan")), _span(element.get("rowspan"), zero=len(grid.rows) + MAX_CELLS))
        grid.rows[-1].append(cell)
        self._cells[-1] = cell

    def end(self, element: etree._Element) -> None:
        """See an element end, and the text that follows it."""
        if self._hidden:
            self._hidden -= 1
        else:
            if self.fonts is not None:
                self._schemes.pop()
            tag = str(element.tag)
            if tag == "table":
                self._grids.pop()
                self._cells.pop()
            elif tag in {"td", "th"} and self._grids:
                self._cells[-1] = None
            elif tag in _BLOCKS:
                self._sink().append("\n")
        self.text(element.tail or "")

    def text(self, text: str) -> None:
        """See a text."""
        if text and not self._hidden:
            scheme = self._schemes[-1]
            self._sink().append(" " if text.isspace() else to_unicode(text, scheme) if scheme else _spaced(text))

    def _sink(self) -> list[str | _Grid]:
        # Text in a table but in none of its cells is shown before the table.
        return next((cell.parts for cell in reversed(self._cells) if cell is not None), self.flow)

    def _scheme(self, element: etree._Element) -> Scheme | None:
        inline = _FONT.search(element.get("style", ""))
        if inline or element.get("face"):
            return scheme_of_font(inline[1] if inline else element.get("face", ""))
        fonts, tag = self.fonts or {}, str(element.tag)
        for name in element.get("class", "").split():
            for selector in (f"{tag}.{name}".lower(), f".{name}".lower()):
                if selector in fonts:
                    return fonts[selector]
        return fonts.get(tag, self._schemes[-1])


def _spaced(text: str) -> str:
    return " ".join(("x" + text + "x").split())[1:-1]


def _span(value: str | None, zero: int = 1) -> int:
    match = re.match(r"\s*(\d{1,7})", value or "")
    number = int(match[1]) if match else 1
    return zero if number == 0 else number


def _fonts_of(root: etree._Element) -> dict[str, Scheme | None]:
    """Return what the page's style sheets say of fonts: selector of one tag or class -> how text in it is written."""
    fonts: dict[str, Scheme | None] = {}
    for sheet in root.iter("style"):
        for selectors, rule in _RULE.findall((sheet.text or "")[: 1 << 20]):
            if font := _FONT.search(rule):
                scheme = scheme_of_font(font[1])
                fonts.update({selector.strip().lower(): scheme for selector in selectors.split(",")})
    return fonts


class _Emitter:
    """Turns what was seen into tables, in reading order."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.done: list[Table] = []
        self._waiting: list[str] = []  # text since the last table
        self._length = 0

    def tables(self, flow: Iterable[str | _Grid]) -> list[Table]:
        """Return the tables of the page."""
        todo: list[str | _Grid] = list(flow)[::-1]
        while todo:
            part = todo.pop()
            if isinstance(part, str):
                self._waiting.append(part)
                continue
            rows = self._rows(part, whole=not any(True for _ in part.nested()))
            if any(True for _ in part.nested()):
                if not any(read_header(rows, index) for index in range(len(rows))):
                    # It lays out the page: its texts stand between the tables inside it.
                    inside = [[*cell.parts, "\n"] for row in part.rows for cell in row]
                    todo += [piece for pieces in inside for piece in pieces][::-1]
                    continue
                rows = self._rows(part, whole=True)
                todo += list(part.nested())[::-1]
            captions, self._waiting = _lines("".join(self._waiting)), []
            self.done.append(Table(f"bảng {len(self.done) + 1}", rows, tuple(captions)))
        return self.done

    def _rows(self, grid: _Grid, *, whole: bool) -> tuple[Row, ...]:
        """Return the rows with merged cells in every place they cover; `whole`: with the text of nested tables."""
        out: list[Row] = []
        below: dict[int, tuple[int, Cell]] = {}  # column -> how many rows a cell covers from here on, and that cell
        if grid.area() > MAX_CELLS:
            raise self._too_large()
        count = 0
        for number, (cells, section) in enumerate(zip(grid.rows, grid.sections, strict=True), start=1):
            if number > 1 and section != grid.sections[number - 2]:
                below = {}  # merged cells end with their section
            line, below = self._line(cells, below, whole=whole)
            count += len(line)
            if count > MAX_CELLS:
                raise self._too_large()
            if any(item.text for item in line):
                out.append(Row(number, tuple(line)))
        return tuple(out)

    def _line(
        self, cells: Sequence[_Cell], above: dict[int, tuple[int, Cell]], *, whole: bool
    ) -> tuple[list[Cell], dict[int, tuple[int, Cell]]]:
        """Return the cells of a row in their places, and what they cover in the rows below; `above` is used up."""
        line: list[Cell] = []
        below: dict[int, tuple[int, Cell]] = {}
        waiting = list(cells)[::-1]
        while waiting or above:
            if (upper := above.pop(len(line), None)) is not None:
                if upper[0] > 1:
                    below[len(line)] = (upper[0] - 1, upper[1])
                line.append(upper[1])
            elif waiting:
                cell = waiting.pop()
                text = self._text(cell, whole=whole)
                for index in range(min(cell.columns, _MAX_SPAN)):
                    if index and len(line) in above:
                        break  # two cells claim one place: the upper one keeps it
                    if cell.rows > 1:
                        below[len(line)] = (cell.rows - 1, Cell(text, above=True, left=index > 0))
                    line.append(Cell(text, left=index > 0))
            else:
                line.append(EMPTY)
        return line, below

    def _too_large(self) -> ListError:
        return ListError(f"{self.where}: các bảng có hơn {MAX_CELLS:,} ô, quá lớn để đọc; tách nhỏ tệp")

    def _text(self, cell: _Cell, *, whole: bool) -> str:
        text = "\n".join(_lines("".join(_flat(cell.parts) if whole else (p for p in cell.parts if isinstance(p, str)))))
        if len(text) > settings().max_cell:
            raise ListError(
                f"{self.where}: có ô dài hơn {settings().max_cell:,} ký tự, không phải danh mục thật; "
                "xóa ô đó hoặc tăng SOAT_MAX_CELL"
            )
        self._length += len(text) if whole else 0
        if self._length > settings().max_file:
            raise ListError(f"{self.where}: các bảng lồng nhau bung ra quá nhiều chữ; tách nhỏ tệp")
        return text


def _flat(parts: Iterable[str | _Grid]) -> Iterator[str]:
    """Yield the texts of a cell with those of the tables inside it."""
    todo = list(parts)[::-1]
    while todo:
        part = todo.pop()
        if isinstance(part, str):
            yield part
        else:
            todo += [piece for row in part.rows for cell in row for piece in ["\n", *cell.parts, "\n"]][::-1]


def _lines(text: str) -> list[str]:
    return [line for piece in text.split("\n") if (line := " ".join(piece.split()))]
