"""Published lists: decisions, annexes and exports in many kinds of file, all read by one pipeline.

A file's kind is told by its content (`kinds.py`), its reader turns it into tables of text cells (`grid.py`), and from there
on every kind is read alike: `headers.py` knows the columns, `groups.py` the group rows, `rows.py` and `draft.py` the records.

To add a kind: one file `crawlers/lists/<kind>.py`, named as in `kinds.KINDS`, with
`read_tables(path: Path) -> list[Table]` that raises `ListError` for a file it cannot read. It is found by its name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

from crawlers.lists.encodings import Scheme, converted, scheme_of_texts
from crawlers.lists.grid import ListError, NoListError, Table
from crawlers.lists.kinds import KINDS, kind_of
from crawlers.lists.rows import Reader
from crawlers.records import Fault, PublishedProcedure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["ListError", "ListReading", "NoListError", "list_of", "read_list", "supported_kinds"]


_SCANNED = frozenset({KINDS["pdf"], KINDS["image"]})
"""Kinds of which one without text may well be a list that nobody can read but by eye."""


@dataclass(frozen=True, slots=True)
class ListReading:
    """The records of one published list in its order, and what in it could not be read; `source` is left to the caller."""

    records: tuple[PublishedProcedure, ...]
    faults: tuple[Fault, ...]


def supported_kinds() -> list[str]:
    """Return the kinds that a reader in this folder serves."""
    return [kind for kind in KINDS if find_spec(f"{__name__}.{kind}") is not None]


def read_list(path: Path) -> ListReading:
    """Read one published list; values are text as published, `source.places` tells where each stands.

    Raises:
        NoListError: the file holds no list of procedures.
        ListError: the file cannot be read, or is of a kind without a reader.

    """
    kind = kind_of(path)
    if kind not in (kinds := supported_kinds()):
        raise ListError(
            f"{path}: nội dung là {KINDS[kind]}, chưa đọc được kiểu này; đọc được: {', '.join(kinds)}; "
            "lấy bản Word hoặc Excel của danh mục"
        )
    tables = cast("list[Table]", import_module(f"{__name__}.{kind}").read_tables(path))
    return list_of(tables, str(path), KINDS[kind])


def list_of(tables: Sequence[Table], where: str, what: str) -> ListReading:
    """Read the list that some tables hold; `where` and `what` name their file or page and its kind in faults and errors.

    Raises:
        NoListError: none of the tables is a list of procedures.
        ListError: no table has text, and the kind may be a scan.

    """
    if not any(table.rows for table in tables):
        told = [why for table in tables for _, why in table.troubles]
        hint = (
            f"{told[0]}; lấy bản Word hoặc Excel của danh mục" if told else "nếu là bản quét (ảnh) thì cần bản có chữ"
        )
        error = ListError if told or what in _SCANNED else NoListError
        raise error(f"{where}: {what} không có bảng nào có chữ; {hint}")
    if scheme := scheme_of_texts(text for table in tables for text in _texts(table)):
        tables = [_in_unicode(table, scheme) for table in tables]
    reader, hidden = Reader(where), []
    for table in tables:
        if table.hidden:
            hidden += _hidden_lists(where, table)
            continue
        reader.read(table)
        if table.letters:
            reader.end()
    reader.end()
    if not reader.tables and not reader.processes and not hidden:
        raise NoListError(
            f"{where}: không bảng nào có cột tên thủ tục hành chính (đã xem {len(tables)} bảng); kiểm tra đúng tệp danh mục, "
            "và chữ đọc được khi mở tệp"
        )
    return ListReading(tuple(reader.records), (*hidden, *reader.faults))


def _texts(table: Table) -> list[str]:
    return [
        *table.captions,
        *(cell.text for row in table.rows for cell in row.cells if not cell.left and not cell.above),
    ]


def _in_unicode(table: Table, scheme: Scheme) -> Table:
    rows = (
        replace(row, cells=tuple(replace(cell, text=converted(cell.text, scheme)) for cell in row.cells))
        for row in table.rows
    )
    return replace(table, rows=tuple(rows), captions=tuple(converted(caption, scheme) for caption in table.captions))


def _hidden_lists(path: str, table: Table) -> list[Fault]:
    """A hidden sheet is not published: its rows are not read, but that they exist is said."""
    reader = Reader(path)
    reader.read(table)
    return (
        [Fault("hidden_sheet", path, f"{table.name} bị ẩn nên không đọc, dù có danh mục thủ tục")]
        if reader.tables
        else []
    )
