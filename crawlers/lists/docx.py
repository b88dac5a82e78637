"""Published lists as Word documents (.docx): each table with the lines of text before it.

The body is read straight from its XML: python-docx's tables leave out text in tracked insertions and content controls, and
a paper left out here would become a wrong accusation.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING

from lxml import etree

from crawlers.lists.encodings import scheme_of_font, to_unicode
from crawlers.lists.grid import EMPTY, MAX_CELLS, Cell, ListError, Row, Table
from crawlers.lists.package import PartCheck, check_part, local_name, open_package

if TYPE_CHECKING:
    from pathlib import Path

_BODY = re.compile(r"word/document\d*\.xml")
_MAX_COLUMNS = 63  # Word's own limit
_HAIR = 200  # twentieths of a point: 3.5 mm
_UNSEEN = frozenset({"del", "moveFrom", "Fallback", "rPr", "pPr", "tblPr", "trPr", "tcPr", "instrText", "delText"})
_BREAKS = {"br": "\n", "cr": "\n", "tab": " ", "noBreakHyphen": "-"}


def read_tables(path: Path) -> list[Table]:
    """Return every table of the document in reading order, nested ones after the one they stand in.

    Raises:
        ListError: the document is damaged, hostile, or too large.

    """
    root = _body(path)
    tables: list[Table] = []
    captions: list[str] = []
    cells = 0
    for element in root.iter(etree.Element):
        tag = local_name(str(element.tag))
        if tag == "p" and not _within_table(element):
            captions += [line for line in _text(element).split("\n") if line]
        elif tag == "tbl":
            tables.append(Table(f"bảng {len(tables) + 1}", _rows(element), tuple(captions)))
            captions = []
            cells += sum(len(row.cells) for row in tables[-1].rows)
            if cells > MAX_CELLS:
                raise ListError(f"{path}: các bảng có hơn {MAX_CELLS:,} ô, quá lớn để đọc; tách nhỏ tệp")
    return tables


def read_lines(path: Path) -> list[str]:
    """Return the text of the document line by line, that of tables and boxes as well.

    Raises as `read_tables`.
    """
    paragraphs = (one for one in _body(path).iter(etree.Element) if local_name(str(one.tag)) == "p")
    return [line for one in paragraphs for line in _text(one).split("\n") if line]


def _body(path: Path) -> etree._Element:
    with open_package(path) as package:
        name = next((name for name in sorted(package.namelist()) if _BODY.fullmatch(name)), None)
        if name is None:
            raise ListError(f"{path}: văn bản Word không có phần nội dung; mở bằng Word, lưu lại rồi thử lại")
        with package.open(name) as stream:
            check_part(path, name, stream, PartCheck(path))
        with package.open(name) as stream:
            try:
                root = etree.parse(stream, etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
            except etree.XMLSyntaxError as error:
                raise ListError(f"{path}: nội dung Word hỏng ({error}); mở bằng Word, lưu lại rồi thử lại") from error
    return root


def _within_table(element: etree._Element) -> bool:
    return any(local_name(str(parent.tag)) == "tbl" for parent in element.iterancestors())


def _own(element: etree._Element, tag: str) -> list[etree._Element]:
    """Return the rows of a table or the cells of a row, also those inside content controls, not those of nested tables."""
    found: list[etree._Element] = []
    waiting = list(reversed(element))
    while waiting:
        child = waiting.pop()
        name = local_name(str(child.tag))
        if name == tag:
            found.append(child)
        elif name in {"sdt", "sdtContent", "ins", "customXml", "smartTag"}:
            waiting += reversed(child)
    return found


def _rows(table: etree._Element) -> tuple[Row, ...]:
    rows = [row for row in _own(table, "tr") if _property(row, "trPr", "del") is None]
    spans = _aligned(table, [_spans(row) for row in rows])
    out: list[Row] = []
    above: dict[int, Cell] = {}
    for number, (row, (before, *widths)) in enumerate(zip(rows, spans, strict=True), start=1):
        cells = _own(row, "tc")
        line: list[Cell] = [EMPTY] * before
        for cell, width in zip(cells, widths, strict=True):
            merge = _property(cell, "tcPr", "vMerge")
            goes_on = merge is not None and _value(merge, "continue") == "continue"
            upper = above.get(len(line))
            first = Cell(upper.text, above=True) if goes_on and upper is not None else Cell(_text(cell))
            line += [first, *(Cell(first.text, first.above, left=True) for _ in range(width - 1))]
        above = dict(enumerate(line))
        if any(cell.text for cell in line):
            out.append(Row(number, tuple(line)))
    return tuple(out)


def _spans(row: etree._Element) -> tuple[int, ...]:
    """Return how many grid columns a row leaves out at its start, then how many each of its cells takes."""
    widths = (_number(_property(cell, "tcPr", "gridSpan"), 1) or 1 for cell in _own(row, "tc"))
    return (_number(_property(row, "trPr", "gridBefore")), *widths)


def _aligned(table: etree._Element, spans: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Give rows whose edges lie a hair beside those of most rows the spans of these.

    In tables drawn by hand such edges become grid columns of their own, which shift the cells of a row though not for the eye.
    """
    edges = [0]
    for grid in (child for child in table if local_name(str(child.tag)) == "tblGrid"):
        for column in grid:
            width = next((str(value) for name, value in column.attrib.items() if local_name(str(name)) == "w"), "")
            edges.append(edges[-1] + (int(width) if re.fullmatch(r"[0-9]{1,6}", width) else _HAIR + 1))

    def beside(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
        pairs = list(zip(accumulate(one), accumulate(other), strict=True))
        return all(max(pair) < len(edges) and abs(edges[pair[0]] - edges[pair[1]]) <= _HAIR for pair in pairs)

    usual = {
        count: Counter(span for span in spans if len(span) == count).most_common(1)[0][0]
        for count in set(map(len, spans))
    }
    return [usual[len(span)] if beside(span, usual[len(span)]) else span for span in spans]


def _property(element: etree._Element, holder: str, tag: str) -> etree._Element | None:
    for child in element:
        if local_name(str(child.tag)) == holder:
            return next((item for item in child if local_name(str(item.tag)) == tag), None)
    return None


def _value(element: etree._Element, default: str) -> str:
    return next((str(value) for name, value in element.attrib.items() if local_name(str(name)) == "val"), default)


def _number(element: etree._Element | None, default: int = 0) -> int:
    value = "" if element is None else _value(element, "")
    return min(int(value), _MAX_COLUMNS) if re.fullmatch(r"[0-9]{1,9}", value) else default


def _text(element: etree._Element) -> str:
    """Return the text a reader sees: paragraphs one a line, without deleted or hidden text."""
    pieces: list[str] = []
    waiting = list(reversed(element))
    while waiting:
        child = waiting.pop()
        tag = local_name(str(child.tag)) if isinstance(child.tag, str) else ""
        if tag == "t":
            pieces.append(_in_unicode(child))
        elif tag in _BREAKS:
            pieces.append(_BREAKS[tag])
        elif tag == "p":
            pieces.append("\n")
            waiting += reversed(child)
        elif tag and tag not in _UNSEEN and not (tag == "r" and _hidden(child)):
            waiting += reversed(child)
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)


def _in_unicode(text: etree._Element) -> str:
    """Return a run's text; its font tells where it was written before Unicode."""
    written, run = text.text or "", text.getparent()
    fonts = _property(run, "rPr", "rFonts") if run is not None and not written.isspace() else None
    names = {local_name(str(name)): str(value) for name, value in fonts.attrib.items()} if fonts is not None else {}
    scheme = scheme_of_font(names.get("ascii") or names.get("hAnsi") or "")
    return to_unicode(written, scheme) if scheme is not None else written


def _hidden(run: etree._Element) -> bool:
    vanish = _property(run, "rPr", "vanish")
    return vanish is not None and _value(vanish, "true") not in {"0", "false", "off"}
