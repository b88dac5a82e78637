"""OpenDocument files (LibreOffice): the tables of their content, merged cells in every place they cover."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from crawlers.lists.grid import EMPTY, MAX_CELLS, Cell, ListError, Row, Table
from crawlers.lists.package import PartCheck, check_part, local_name, open_package

if TYPE_CHECKING:
    from pathlib import Path

_CONTENT = "content.xml"
_UNSEEN = frozenset({"annotation", "tracked-changes", "note", "frame", "deletion"})
_BREAKS = {"line-break": "\n", "tab": " ", "s": " "}
_WIDEST = 1024


def read_content(path: Path, *, sheets: bool) -> list[Table]:
    """Return the tables of the content in reading order; `sheets`: each is a sheet of a workbook, with its own name.

    Raises:
        ListError: the file is damaged, hostile, or too large.

    """
    root = _content(path)
    hidden = _hidden_styles(root)
    tables: list[Table] = []
    captions: list[str] = []
    for element in root.iter(etree.Element):
        tag = local_name(str(element.tag))
        if tag in {"p", "h"} and not sheets and not _inside(element, "table"):
            captions += [line for line in _text(element).split("\n") if line]
        elif tag == "table":
            name = f"trang tính “{_attribute(element, 'name')}”" if sheets else f"bảng {len(tables) + 1}"
            out_of_sight = sheets and _attribute(element, "style-name") in hidden
            rows = _rows(path, element)
            tables.append(Table(name, rows, tuple(captions), letters=sheets, hidden=out_of_sight))
            captions = []
    return tables


def read_lines(path: Path) -> list[str]:
    """Return the text of the content line by line, that of tables as well.

    Raises as `read_content`.
    """
    paragraphs = (one for one in _content(path).iter(etree.Element) if local_name(str(one.tag)) in {"p", "h"})
    return [line for one in paragraphs for line in _text(one).split("\n") if line]


def _content(path: Path) -> etree._Element:
    with open_package(path) as package:
        if _CONTENT not in package.namelist():
            raise ListError(
                f"{path}: tệp OpenDocument không có phần nội dung; mở bằng LibreOffice, lưu lại rồi thử lại"
            )
        with package.open(_CONTENT) as stream:
            check_part(path, _CONTENT, stream, PartCheck(path))
        with package.open(_CONTENT) as stream:
            try:
                root = etree.parse(stream, etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
            except etree.XMLSyntaxError as error:
                raise ListError(
                    f"{path}: nội dung OpenDocument hỏng ({error}); tải lại từ nguồn rồi thử lại"
                ) from error
    return root


def _rows(path: Path, table: etree._Element) -> tuple[Row, ...]:
    out: list[Row] = []
    above: dict[int, tuple[int, Cell]] = {}  # column -> how many rows a cell covers from here on, and that cell
    number = count = 0
    for row in _own(table, "table-row"):
        times = _number(row, "number-rows-repeated")
        cells, below = _cells(row, above)
        filled = any(cell.text for cell in cells)
        for turn in range(times if filled else 1):
            count += len(cells)
            if count > MAX_CELLS:
                raise ListError(f"{path}: các bảng có hơn {MAX_CELLS:,} ô, quá lớn để đọc; tách nhỏ tệp")
            if filled:
                out.append(Row(number + turn + 1, tuple(cells)))
        number += times
        above = below
    return tuple(out)


def _cells(row: etree._Element, above: dict[int, tuple[int, Cell]]) -> tuple[list[Cell], dict[int, tuple[int, Cell]]]:
    """Return the cells of a row, and what its merged cells cover in the rows below; `above` is what they cover here."""
    line: list[Cell] = []
    here, below = dict(above), {}
    for element in _own(row, "table-cell", "covered-table-cell"):
        covered = local_name(str(element.tag)) == "covered-table-cell"
        cell = EMPTY if covered else _cell(element)
        columns, rows = _number(element, "number-columns-spanned"), _number(element, "number-rows-spanned")
        for _ in range(min(_number(element, "number-columns-repeated"), _WIDEST - len(line))):
            at = len(line)
            left, upper = here.get(at, (1, EMPTY)) if covered else (1, cell)
            line.append(upper)
            if left > 1:
                below[at] = (left - 1, upper)
            if not cell.text:
                continue
            for index in range(min(columns, _WIDEST)):
                if index:
                    here[at + index] = (1, Cell(cell.text, left=True, number=cell.number))
                if rows > 1:
                    below[at + index] = (rows - 1, Cell(cell.text, above=True, left=index > 0, number=cell.number))
    while line and not line[-1].text:
        line.pop()
    return line, below


def _cell(element: etree._Element) -> Cell:
    text = _text(element)
    value = _attribute(element, "value")
    if _attribute(element, "value-type") == "float" and re.fullmatch(r"-?\d{1,15}(?:\.\d{1,15})?", value):
        return Cell(value.removesuffix(".0"), number=True)
    return Cell(text) if text else EMPTY


def _own(element: etree._Element, *tags: str) -> list[etree._Element]:
    """Return the rows of a table or the cells of a row, also those in groups, not those of tables inside."""
    found: list[etree._Element] = []
    waiting = list(reversed(element))
    while waiting:
        child = waiting.pop()
        name = local_name(str(child.tag))
        if name in tags:
            found.append(child)
        elif name in {"table-header-rows", "table-rows", "table-row-group"}:
            waiting += reversed(child)
    return found


def _inside(element: etree._Element, tag: str) -> bool:
    return any(local_name(str(parent.tag)) in {tag, *_UNSEEN} for parent in element.iterancestors())


def _attribute(element: etree._Element, name: str) -> str:
    return next((str(value) for key, value in element.attrib.items() if local_name(str(key)) == name), "")


def _number(element: etree._Element, name: str) -> int:
    value = _attribute(element, name)
    return max(int(value), 1) if re.fullmatch(r"\d{1,7}", value) else 1


def _hidden_styles(root: etree._Element) -> set[str]:
    """Return the names of the styles of sheets that are not shown."""
    return {
        _attribute(style, "name")
        for style in root.iter(etree.Element)
        if local_name(str(style.tag)) == "style"
        and any(_attribute(child, "display") == "false" for child in style if isinstance(child.tag, str))
    }


def _text(element: etree._Element) -> str:
    """Return the text a reader sees, paragraphs one a line."""
    pieces: list[str] = []
    waiting: list[etree._Element | str] = [element]
    while waiting:
        child = waiting.pop()
        if isinstance(child, str):
            pieces.append(child)
            continue
        tag = local_name(str(child.tag)) if isinstance(child.tag, str) else ""
        if not tag or tag in _UNSEEN:
            continue
        pieces.append("\n" if tag in {"p", "h"} else _BREAKS.get(tag, ""))
        inside: list[etree._Element | str] = [child.text or ""]
        for one in child:
            inside += [one, one.tail or ""]
        waiting += reversed(inside)
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)
