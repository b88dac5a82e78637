"""Writes the smallest Excel and Word 97–2003 files that hold a table: what no library writes any more."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.crawlers.lists.build import Merge

    Grid = Sequence[Sequence[str | float]]

SECTOR = 512
_END, _FAT, _FREE, _NONE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF, 0xFFFFFFFF


def compound_file(streams: dict[str, bytes]) -> bytes:
    """An OLE compound file [MS-CFB] with these streams, each filled up to the 4,096 bytes from which it has whole sectors."""
    padded = {name: data.ljust(max(4096, -(-len(data) // SECTOR) * SECTOR), b"\0") for name, data in streams.items()}
    lengths = [len(data) // SECTOR for data in padded.values()]
    entries = len(streams) + 1
    directory = -(-entries * 128 // SECTOR)
    fats = 1
    while fats * (SECTOR // 4) < fats + directory + sum(lengths):
        fats += 1
    fat = [_FAT] * fats
    starts = []
    for length in (directory, *lengths):
        starts.append(len(fat))
        fat += [*range(len(fat) + 1, len(fat) + length), _END]
    fat += [_FREE] * (fats * (SECTOR // 4) - len(fat))
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII", bytes.fromhex("d0cf11e0a1b11ae1"), 0x3E, 3, 0xFFFE, 9, 6, 0, fats, starts[0], 0, 4096,
        _END, 0, _END, 0,
    )  # fmt: skip
    header += b"".join(struct.pack("<I", index) for index in range(fats)).ljust(436, b"\xff")
    tree = _entry("Root Entry", 5, _END, 0, 1)
    for index, (name, start) in enumerate(zip(padded, starts[1:], strict=True), start=1):
        right = index + 1 if index < len(streams) else _NONE
        tree += _entry(name, 2, start, len(padded[name]), _NONE, right=right)
    tree += _entry("", 0, 0, 0, _NONE) * (directory * 4 - entries)
    return header + struct.pack(f"<{len(fat)}I", *fat) + tree + b"".join(padded.values())


def _entry(name: str, kind: int, start: int, size: int, child: int, *, right: int = _NONE) -> bytes:
    encoded = name.encode("utf-16-le")
    length = len(encoded) + 2 if name else 0
    return struct.pack("<64sHBBIII36xIQ", encoded, length, kind, 1, _NONE, right, child, start, size)


def write_xls(path: Path, grid: Grid, merges: Sequence[Merge]) -> None:
    """A workbook of one sheet "Danh mục" [MS-XLS]."""
    covered = {
        (row, column)
        for top, left, bottom, right in merges
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
        if (row, column) != (top, left)
    }
    cells = b"".join(
        _cell(row, column, value)
        for row, line in enumerate(grid)
        for column, value in enumerate(line)
        if value != "" and (row, column) not in covered
    )
    merged = struct.pack("<H", len(merges)) + b"".join(
        struct.pack("<HHHH", top, bottom, left, right) for top, left, bottom, right in merges
    )
    path.write_bytes(compound_file({"Workbook": workbook(cells + (record(0xE5, merged) if merges else b""))}))


def workbook(sheet: bytes, globals_: bytes = b"") -> bytes:
    """The stream of a workbook with one sheet of these records."""
    start = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0x1FAF, 0x7CD, 0x41, 0x606)) + globals_
    name = "Danh mục"
    place = len(start) + 4 + 8 + 2 * len(name) + 4
    start += record(0x85, struct.pack("<IHBB", place, 0, len(name), 1) + name.encode("utf-16-le")) + record(0x0A)
    return start + record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0x1FAF, 0x7CD, 0x41, 0x606)) + sheet + record(0x0A)


def record(kind: int, content: bytes = b"") -> bytes:
    """One record of BIFF8."""
    return struct.pack("<HH", kind, len(content)) + content


def _cell(row: int, column: int, value: str | float) -> bytes:
    if isinstance(value, str):
        text = value.encode("utf-16-le")
        return record(0x204, struct.pack("<HHHHB", row, column, 0, len(value), 1) + text)
    return record(0x203, struct.pack("<HHHd", row, column, 0, value))


def write_doc(path: Path, grid: Grid, merges: Sequence[Merge] = ()) -> None:
    """A document of one table [MS-DOC]: merged across, a cell is wide; merged down, it is marked so."""
    path.write_bytes(document([table_rows(grid, merges)]))


def table_rows(grid: Grid, merges: Sequence[Merge] = ()) -> list[tuple[list[str], bytes]]:
    """Each row as the texts of its cells and the definition of the row."""
    width = max(map(len, grid))
    rows = []
    for row, line in enumerate(grid):
        texts, edges, flags = [], [0], []
        column = 0
        while column < width:
            merge = next((m for m in merges if m[0] <= row <= m[2] and m[1] <= column <= m[3]), None)
            down = 0 if merge is None or merge[0] == merge[2] else 3 if row == merge[0] else 1
            texts.append(str(line[column]) if down != 1 and column < len(line) else "")
            column = column + 1 if merge is None else merge[3] + 1
            edges.append(1000 * column)
            flags.append(down << 5)
        rows.append((texts, row_definition(edges, flags)))
    return rows


def row_definition(edges: Sequence[int], flags: Sequence[int]) -> bytes:
    """The property that tells where the cells of a row end and how they are merged."""
    body = struct.pack("<B", len(flags)) + struct.pack(f"<{len(edges)}h", *edges)
    body += b"".join(struct.pack("<H18x", flag) for flag in flags)
    return struct.pack("<HH", 0xD608, len(body) + 1) + body


def document(
    parts: Sequence[str | list[tuple[list[str], bytes]]], *, flags: int = 0, encode: str = "utf-16-le"
) -> bytes:
    """A document of lines of text and tables; `encode` "cp1252" writes one byte a letter."""
    runs: list[tuple[str, bytes]] = []
    for part in parts:
        if isinstance(part, str):
            runs.append((f"{part}\r", b""))
            continue
        for texts, definition in part:
            cells = "".join(text.replace("\n", "\r") + "\x07" for text in texts)
            runs.append((cells, struct.pack("<HB", 0x2416, 1)))
            runs.append(("\x07", struct.pack("<HBHB", 0x2416, 1, 0x2417, 1) + definition))
    text = "".join(run for run, _ in runs)
    size = 1 if encode == "cp1252" else 2
    place = 1024
    main = bytearray(place) + text.encode(encode)
    main += bytes(-len(main) % SECTOR)
    first = len(main) // SECTOR
    bounds = [place]
    for run, properties in runs:
        bounds.append(bounds[-1] + size * len(run))
        main += _properties_page(bounds[-2], bounds[-1], properties)
    pages = struct.pack(f"<{len(bounds)}I", *bounds) + struct.pack(f"<{len(runs)}I", *range(first, first + len(runs)))
    piece = struct.pack("<IIHIH", 0, len(text), 0, (2 * place | 0x40000000) if size == 1 else place, 0)
    pieces = b"\x02" + struct.pack("<I", len(piece)) + piece
    struct.pack_into("<HH6xH", main, 0, 0xA5EC, 0xC1, flags)
    struct.pack_into("<H", main, 32, 14)
    struct.pack_into("<H", main, 62, 22)
    struct.pack_into("<I", main, 0x4C, len(text))
    struct.pack_into("<H", main, 152, 93)
    struct.pack_into("<II", main, 154 + 8 * 13, 0, len(pages))
    struct.pack_into("<II", main, 154 + 8 * 33, len(pages), len(pieces))
    return compound_file({"WordDocument": bytes(main), "0Table": pages + pieces})


def _properties_page(start: int, end: int, properties: bytes) -> bytes:
    content = struct.pack("<H", 0) + properties + b"\0" * (len(properties) % 2)
    entry = bytes((0, len(content) // 2)) + content
    at = 510 - len(entry) - len(entry) % 2
    page = bytearray(SECTOR)
    struct.pack_into("<IIB", page, 0, start, end, at // 2)
    page[at : at + len(entry)] = entry
    page[511] = 1
    return bytes(page)
