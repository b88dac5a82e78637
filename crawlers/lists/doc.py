"""Published lists as documents of Word 97–2003 (.doc): each table with the lines of text before it.

The text is read through the piece table, and cells and rows by the properties of their paragraphs, as [MS-DOC] lays them down.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from crawlers.lists.compound import damaged, read_streams
from crawlers.lists.encodings import Scheme, decode, scheme_of_font, to_unicode
from crawlers.lists.grid import EMPTY, MAX_CELLS, Cell, ListError, Row, Table
from crawlers.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_WORD_97, _OLDER = 0xA5EC, (0xA5DB, 0xA5DC)
_FAST_SAVED, _ENCRYPTED, _SECOND_TABLE = 0x0004, 0x0100, 0x0200
_LENGTHS = 154  # where the list of places and lengths begins
_CHARACTERS, _PARAGRAPHS, _FONTS, _PIECES = 12, 13, 15, 33  # which of them tells what
_HAIR = 200  # twentieths of a point: edges nearer than 3.5 mm are one edge

# Properties of paragraphs, rows and letters (sprm).
_IN_TABLE, _ROW_END, _DEPTH, _INNER_CELL, _INNER_ROW_END = 0x2416, 0x2417, 0x6649, 0x244B, 0x244C
_ROW, _MERGE, _VERTICAL_MERGE, _HUGE = 0xD608, 0x5624, 0xD62B, (0x6645, 0x6646)
_DELETED, _HIDDEN, _FONT = 0x0800, 0x083C, 0x4A4F
_SIZES = (1, 1, 2, 4, 2, 2, 0, 3)

_MARK = re.compile("[\r\x07\x0c]")
_FIELD = re.compile("\x13[^\x13\x14\x15]*(?:\x14([^\x13\x14\x15]*))?\x15")
_LETTERS = str.maketrans({"\x0b": "\n", "\x1e": "-", "\x1f": None, "\x0e": "\n", "\t": " ", "\xa0": " "})
_SIGNS = re.compile("[\x00-\x08\x0c-\x1f]")


class _Paragraph(NamedTuple):
    """One paragraph: its text, how it ends, and what is set for it."""

    text: str
    mark: str
    properties: dict[int, bytes]

    @property
    def depth(self) -> int:
        """How many tables it stands in."""
        deep = self.properties.get(_DEPTH)
        return int.from_bytes(deep, "little") if deep else self.is_set(_IN_TABLE)

    def is_set(self, name: int) -> int:
        """Return 1 if a property is on."""
        return int(self.properties.get(name, b"\0")[:1] == b"\1")


class _Placed(NamedTuple):
    """One cell of a row: its edges, its text, and how it is merged (vertically: 1 goes on, 3 begins)."""

    left: int
    right: int
    text: str
    joins_left: bool
    vertical: int


def read_tables(path: Path) -> list[Table]:
    """Return every table of the document in reading order; what a table inside a cell says is text of that cell.

    Raises:
        ListError: damaged, under a password, saved by Word 95 or older or in pieces ("fast save"), or too large.

    """
    try:
        return _tables(path, _paragraphs(path, _opened(path)))
    except (struct.error, IndexError, OverflowError) as error:
        raise damaged(path, str(error)) from error


def read_lines(path: Path) -> list[str]:
    """Return the text of the body line by line, that of tables as well.

    Raises as `read_tables`.
    """
    try:
        paragraphs = list(_paragraphs(path, _opened(path)))
    except (struct.error, IndexError, OverflowError) as error:
        raise damaged(path, str(error)) from error
    return [line for paragraph in paragraphs for line in paragraph.text.split("\n") if line]


def _opened(path: Path) -> _Document:
    streams = read_streams(path, "WordDocument", "0Table", "1Table", "Data")
    main = streams.get("WordDocument", b"")
    if len(main) < _LENGTHS + 8 * (_PIECES + 1):
        raise damaged(path, "phần nội dung quá ngắn")
    kind, flags = struct.unpack_from("<H8xH", main)
    if kind in _OLDER or (kind == _WORD_97 and struct.unpack_from("<H", main, 2)[0] < 101):
        raise ListError(
            f"{path}: văn bản của Word 95 trở về trước, không đọc được; mở bằng Word, lưu thành .docx rồi thử lại"
        )
    if kind != _WORD_97:
        raise damaged(path, "không phải văn bản Word")
    if flags & _ENCRYPTED:
        raise ListError(f"{path}: tệp đặt mật khẩu nên không đọc được; mở bằng Word, bỏ mật khẩu rồi lưu lại")
    if flags & _FAST_SAVED:
        raise ListError(
            f"{path}: văn bản lưu kiểu “lưu nhanh” nên bảng không chắc đúng; mở bằng Word, lưu thành .docx rồi thử lại"
        )
    table = streams.get("1Table" if flags & _SECOND_TABLE else "0Table", b"")
    return _Document(main, table, streams.get("Data", b""))


class _Document:
    """The streams of a document and where in them things are."""

    def __init__(self, main: bytes, table: bytes, data: bytes) -> None:
        self.main, self.table, self.data = main, table, data
        self.length = struct.unpack_from("<I", main, 0x4C)[0]  # of the body, without notes and page headers

    def part(self, which: int) -> bytes:
        """Return one part of the table stream."""
        start, length = struct.unpack_from("<II", self.main, _LENGTHS + 8 * which)
        return self.table[start : start + length]

    def pieces(self) -> Iterator[tuple[int, int, bool]]:
        """Yield where the text of each piece begins in the main stream, its number of letters, and whether they are bytes."""
        content, at = self.part(_PIECES), 0
        while content[at : at + 1] == b"\x01":
            at += 3 + struct.unpack_from("<H", content, at + 1)[0]
        if content[at : at + 1] != b"\x02":
            raise IndexError("không có bảng các đoạn chữ")
        length = struct.unpack_from("<I", content, at + 1)[0]
        content = content[at + 5 : at + 5 + length]
        count = (length - 4) // 12
        starts = struct.unpack_from(f"<{count + 1}I", content)
        left = self.length
        for index in range(count):
            place = struct.unpack_from("<I", content, 4 * (count + 1) + 8 * index + 2)[0]
            letters = min(starts[index + 1] - starts[index], left)
            if letters < 0:
                raise IndexError("bảng các đoạn chữ sai thứ tự")
            left -= letters
            if letters:
                in_bytes = bool(place & 0x40000000)
                yield ((place & 0x3FFFFFFF) // 2 if in_bytes else place), letters, in_bytes
        if left:
            raise IndexError("bảng các đoạn chữ thiếu chữ")

    def runs(self, which: int) -> tuple[list[int], list[tuple[int, dict[int, bytes]]]]:
        """Return where runs of letters with properties begin, and for each where it ends and what is set for it."""
        content = self.part(which)
        count = max(len(content) - 4, 0) // 8
        paragraphs = which == _PARAGRAPHS
        found: list[tuple[int, int, dict[int, bytes]]] = []
        known: dict[bytes, dict[int, bytes]] = {}
        for number in struct.unpack_from(f"<{count}I", content, 4 * (count + 1)) if count else ():
            page = self.main[512 * number : 512 * number + 512]
            if len(page) < 512:
                raise IndexError("thiếu trang thuộc tính")
            runs = page[511]
            places = struct.unpack_from(f"<{runs + 1}I", page)
            for index in range(runs):
                entry = page[4 * (runs + 1) + index * (13 if paragraphs else 1)] * 2
                settings_ = _settings(page, entry, paragraphs=paragraphs) if entry else b""
                if settings_ not in known:
                    known[settings_] = self._properties(settings_)
                found.append((places[index], places[index + 1], known[settings_]))
        found.sort(key=lambda run: run[0])
        return [start for start, _, _ in found], [(end, properties) for _, end, properties in found]

    def _properties(self, settings_: bytes, *, more: bool = True) -> dict[int, bytes]:
        """Read a list of properties, and those that were put aside because they are too long."""
        found: dict[int, bytes] = {}
        at = 0
        while at + 3 <= len(settings_):
            name = struct.unpack_from("<H", settings_, at)[0]
            at += 2
            size = _SIZES[name >> 13]
            if name == _ROW:
                size = struct.unpack_from("<H", settings_, at)[0] + 1 if at + 2 <= len(settings_) else 0
            elif not size:
                size = settings_[at] + 1
            operand = settings_[at : at + size]
            at += max(size, 1)
            if name in _HUGE and more and len(operand) == 4:
                place = struct.unpack("<I", operand)[0]
                if place + 2 <= len(self.data):
                    length = struct.unpack_from("<H", self.data, place)[0]
                    found |= self._properties(self.data[place + 2 : place + 2 + length], more=False)
            elif name == _VERTICAL_MERGE:
                found[name] = found.get(name, b"") + operand[1:3]
            else:
                found[name] = operand
        return found

    def fonts(self) -> list[Scheme | None]:
        """Return for each font of the document how text in it is written."""
        content = self.part(_FONTS)
        schemes: list[Scheme | None] = []
        at = 4
        while at + 41 <= len(content):
            entry = content[at + 1 : at + 1 + content[at]]
            schemes.append(scheme_of_font(entry[39:].decode("utf-16-le", errors="replace").split("\0")[0]))
            at += content[at] + 1
        return schemes


def _settings(page: bytes, entry: int, *, paragraphs: bool) -> bytes:
    """Return the list of properties that stands at a place of a page of properties."""
    length = page[entry]
    if not paragraphs:
        return page[entry + 1 : entry + 1 + length]
    if length:
        return page[entry + 3 : entry + 2 * length]
    return page[entry + 4 : entry + 2 + 2 * page[entry + 1]]


def _paragraphs(path: Path, document: _Document) -> Iterator[_Paragraph]:
    """Yield the paragraphs of the body."""
    starts, runs = document.runs(_PARAGRAPHS)
    letters = document.runs(_CHARACTERS)
    fonts = document.fonts()
    waiting: list[str] = []
    total = 0
    for place, length, in_bytes in document.pieces():
        size = 1 if in_bytes else 2
        raw = document.main[place : place + size * length]
        total += len(raw)
        if len(raw) < size * length or total > 2 * len(document.main):
            raise damaged(path, "thiếu chữ")
        text = _decoded(raw) if in_bytes else raw.decode("utf-16-le", errors="surrogatepass")
        if len(text) < length:  # letters beyond the basic plane took two places: count places, not letters
            text = "".join(chr(code) for code in struct.unpack(f"<{length}H", raw))
        last = 0
        for mark in _MARK.finditer(text):
            end = mark.end()
            waiting.append(_seen(text[last : mark.start()], place + last * size, size, letters, fonts))
            index = bisect_right(starts, place + (end - 1) * size) - 1
            set_for = runs[index][1] if index >= 0 and place + (end - 1) * size < runs[index][0] else {}
            yield _Paragraph(_clean("".join(waiting)), mark[0], set_for)
            waiting, last = [], end
        waiting.append(_seen(text[last:], place + last * size, size, letters, fonts))
    if any(waiting):
        yield _Paragraph(_clean("".join(waiting)), "\r", {})


def _decoded(raw: bytes) -> str:
    return raw.decode("cp1252", errors="replace") if raw.isascii() else decode(b"\xff" + raw, "cp1252")[1:]


def _seen(
    text: str,
    place: int,
    size: int,
    letters: tuple[list[int], list[tuple[int, dict[int, bytes]]]],
    fonts: Sequence[Scheme | None],
) -> str:
    """Return what of a text is seen (not deleted, not hidden), in Unicode where its font tells that it is not."""
    starts, runs = letters
    out: list[str] = []
    at = 0
    while at < len(text):
        index = bisect_right(starts, place + at * size) - 1
        properties: dict[int, bytes] = {}
        end = len(text)
        if index >= 0 and place + at * size < runs[index][0]:
            properties = runs[index][1]
            end = min(end, -(-(runs[index][0] - place) // size))
        elif index + 1 < len(starts):
            end = min(end, -(-(starts[index + 1] - place) // size))
        end = max(end, at + 1)
        if not (_on(properties, _DELETED) or _on(properties, _HIDDEN)):
            font = int.from_bytes(properties.get(_FONT, b"\xff\xff"), "little")
            scheme = fonts[font] if font < len(fonts) else None
            out.append(to_unicode(text[at:end], scheme) if scheme is not None else text[at:end])
        at = end
    return "".join(out)


def _on(properties: dict[int, bytes], name: int) -> bool:
    return properties.get(name, b"\0") == b"\1"


def _clean(text: str) -> str:
    """Return text without the codes of fields, pictures and notes."""
    while "\x13" in text and (shorter := _FIELD.sub(lambda match: match[1] or "", text)) != text:
        text = shorter
    lines = _SIGNS.sub("", text.translate(_LETTERS)).split("\n")
    return "\n".join(line for piece in lines if (line := " ".join(piece.split())))


@dataclass(slots=True)
class _Rows:
    """A table as it is collected: finished rows, and what is open."""

    rows: list[list[_Placed]] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


def _tables(path: Path, paragraphs: Iterator[_Paragraph]) -> list[Table]:
    tables: list[Table] = []
    captions: list[str] = []
    open_ = _Rows()
    count = 0

    def close() -> None:
        nonlocal open_, captions
        if open_.cells or any(open_.text):
            raise ListError(
                f"{path}: bảng {len(tables) + 1} có dòng không trọn vẹn, không chắc ô nào ra ô nào nên không đọc; "
                "mở bằng Word, lưu thành .docx rồi thử lại"
            )
        if open_.rows:
            tables.append(Table(f"bảng {len(tables) + 1}", _grid(open_.rows), tuple(captions)))
            captions, open_ = [], _Rows()

    for paragraph in paragraphs:
        if not paragraph.depth:
            close()
            captions += [line for line in paragraph.text.split("\n") if line]
        elif paragraph.depth > 1:
            open_.text.append(paragraph.text)
        elif paragraph.is_set(_ROW_END):
            open_.rows.append(_row(path, open_.cells, paragraph.properties, len(tables) + 1, len(open_.rows) + 1))
            count += len(open_.cells)
            open_.cells = []
            if count > MAX_CELLS:
                raise ListError(f"{path}: các bảng có hơn {MAX_CELLS:,} ô, quá lớn để đọc; tách nhỏ tệp")
        else:
            open_.text.append(paragraph.text)
            if paragraph.mark == "\x07":
                text = "\n".join(line for line in open_.text if line)
                if len(text) > settings().max_cell:
                    raise ListError(
                        f"{path}: có ô dài hơn {settings().max_cell:,} ký tự, không phải danh mục thật; "
                        "xóa ô đó hoặc tăng SOAT_MAX_CELL"
                    )
                open_.cells.append(text)
                open_.text = []
    close()
    return tables


def _row(path: Path, texts: Sequence[str], properties: dict[int, bytes], table: int, row: int) -> list[_Placed]:
    """Return the cells of a row with their edges, as its end defines them."""
    definition = properties.get(_ROW, b"")
    count = definition[2] if len(definition) > 2 else 0
    if not count or count != len(texts) or len(definition) < 3 + 2 * (count + 1):
        raise ListError(
            f"{path}: bảng {table}, dòng {row}: {len(texts)} ô mà định nghĩa dòng có {count}, không chắc ô nào ra ô nào nên không đọc; "
            "mở bằng Word, lưu thành .docx rồi thử lại"
        )
    edges = struct.unpack_from(f"<{count + 1}h", definition, 3)
    more = definition[3 + 2 * (count + 1) :]
    flags = [int.from_bytes(more[20 * index : 20 * index + 2], "little") for index in range(count)]
    horizontal = [flag & 3 for flag in flags]
    vertical = [flag >> 5 & 3 for flag in flags]
    if merge := properties.get(_MERGE):
        for index in range(merge[0] + 1, min(merge[1], count)):
            horizontal[index] = 2
    changes = properties.get(_VERTICAL_MERGE, b"")
    for at in range(0, len(changes) - 1, 2):
        if changes[at] < count:
            vertical[changes[at]] = changes[at + 1] & 3
    return [
        _Placed(edges[index], edges[index + 1], texts[index], horizontal[index] == 2, vertical[index])
        for index in range(count)
    ]


def _grid(rows: Sequence[Sequence[_Placed]]) -> tuple[Row, ...]:
    """Return the rows with their cells in the columns that the edges of all rows make."""
    edges: list[int] = []
    for edge in sorted({edge for row in rows for cell in row for edge in (cell.left, cell.right)}):
        if not edges or edge - edges[-1] > _HAIR:
            edges.append(edge)
    out: list[Row] = []
    above: list[Cell] = []
    for number, row in enumerate(rows, start=1):
        line: list[Cell] = []
        for cell in row:
            start = max(bisect_right(edges, cell.left) - 1, 0)
            end = max(bisect_right(edges, cell.right) - 1, start + 1)
            line += [EMPTY] * (start - len(line))
            upper = above[len(line)] if len(line) < len(above) else EMPTY
            if cell.joins_left and line:
                first = Cell(line[-1].text, line[-1].above, left=True)
            elif cell.vertical == 1 and upper.text:
                first = Cell(upper.text, above=True)
            else:
                first = Cell(cell.text)
            line += [first, *(Cell(first.text, first.above, left=True) for _ in range(end - len(line) - 1))]
        above = line
        if any(cell.text for cell in line):
            out.append(Row(number, tuple(line)))
    return tuple(out)
