"""The rows of a table -> published records: group rows, rows broken across pages, merged cells, and rows that cannot be read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from crawlers.lists.decisions import decision_in
from crawlers.lists.draft import REFERENCE, UNREADABLE, Draft, Piece, finish
from crawlers.lists.groups import Group, Groups, is_caption_heading, is_heading, is_note
from crawlers.lists.headers import Header, fold, read_header
from crawlers.lists.parts import goes_on
from crawlers.lists.processes import Process, is_process, read_process
from crawlers.records import Fault, PublishedMethod, PublishedProcedure, Source

if TYPE_CHECKING:
    from crawlers.lists.grid import Cell, Row, Table

_INDEX = re.compile(r"\(?\s*(?:\d{1,2}|[A-Za-z])\s*\)?(?:\s*=.*)?")
_CODE = re.compile(r"\d\s*\.\s*\d{3}\s*\d{3}")
_TAIL_OF_CODE = re.compile(r"[.\s]*(?:(?:0|[\d\s]{2,})\.[\d\s.]*)?(?:H\s*\d{2})?|\[\d+\]")


@dataclass(slots=True)
class Reader:
    """Reads the tables of one file in order; `tables` counts those that are lists, `processes` the internal processes."""

    file: str
    tables: int = 0
    processes: int = 0
    records: list[PublishedProcedure] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    _groups: Groups = field(default_factory=Groups)
    _header: Header | None = None
    _draft: Draft | None = None
    _steps: Table | None = None
    _document: str | None = None
    _sure: dict[str, float] = field(default_factory=dict)
    _cut: bool = False  # the row to come is the first after a page's end

    def read(self, table: Table) -> None:
        """Read one table; captions and groups reach on to the next table of the same document."""
        self.faults += [Fault(kind, self.file, why) for kind, why in table.troubles]
        last = self._header if not table.captions else None
        self._header = self._header if table.goes_on or self._goes_on_from_last(table) else None
        self._document = decision_in(" ".join(table.captions)) or self._document
        for caption in table.captions:
            self._caption(caption, table.name)
        if table.goes_on and self._steps is not None:
            self._steps = replace(self._steps, rows=(*self._steps.rows, *table.rows))
            return
        self._close_process()
        if is_process(table):
            self._close_draft()
            self._header, self._steps = None, table
            self.processes += 1
            return
        rows = table.rows
        position = 0
        self._cut = table.goes_on or last is not None
        while position < len(rows):
            header = read_header(rows, position)
            if header is None:
                self._row(table, rows[position])
                self._cut = False
                position += 1
                continue
            if not header.same(self._header or last):
                self._close_draft()
                self._unknown_columns(table, rows, position, header)
                self.tables += 1
            self._header = header
            position += header.depth

    def end(self) -> None:
        """Close what is still open: the sheet or document ends here."""
        self._close_process()
        self._close_draft()
        self._header = None
        self._check_counts(self._groups.end())

    def _close_process(self) -> None:
        """Check an internal process; it is no procedure of its own, but belongs to one."""
        table, self._steps = self._steps, None
        if table is None:
            return
        process = read_process(table)
        owner = " ".join(f"“{text}”" for text in process.owner if text)
        known = {record.code for record in self.records} | {fold(record.name or "") for record in self.records}
        if owner and not {process.owner.code, fold(process.owner.name or "")} & (known - {None, ""}):
            self._begun_by_process(table, process)
        if process.mismatch is not None:
            self.faults.append(
                Fault(
                    "steps_sum",
                    self.file,
                    f"{table.name}: các bước của quy trình {owner or 'này'} cộng lại {process.mismatch} "
                    f"nhưng tổng ghi “{process.total}”; đối chiếu lại với tệp gốc",
                )
            )

    def _begun_by_process(self, table: Table, process: Process) -> None:
        """Keep the procedure that only its process names, with the total time that is stated for it."""
        places = {"name": table.name} if process.owner.name else {}
        places |= {"code": table.name} if process.owner.code else {}
        methods = (PublishedMethod(None, process.total, None),) if process.total else None
        self.records.append(
            PublishedProcedure(
                code=process.owner.code,
                name=process.owner.name,
                methods=methods,
                source=Source(
                    places=places | ({"methods[0].time": table.name} if methods else {}), document=self._document
                ),
            )
        )

    def _goes_on_from_last(self, table: Table) -> bool:
        """Tell whether a table without a header is the rest of the list above, cut at a page: as wide, with codes below its codes."""
        header, rows = self._header, table.rows
        if header is None or table.captions or not rows or any(read_header(rows, index) for index in range(len(rows))):
            return False
        code, width = header.first("code"), sum(len(column.grid) for column in header.columns)
        same_width = max(len(row.cells) for row in rows) == width
        return same_width and code is not None and any(_CODE.match(row.cell(code).text) for row in rows)

    def _row(self, table: Table, row: Row) -> None:
        header = self._header
        if header is None:
            text = " ".join(text for _, text in row.texts())
            self._document = decision_in(text) or self._document
            self._caption(text, table.place(row))
            return
        seen = _see(header, row)
        texts = row.texts()
        if is_note(texts[0][1]) or (
            (seen.name or len(texts) == 1) and all(_INDEX.fullmatch(text) for _, text in texts)
        ):
            return  # a note, the row that numbers the columns, or a number before empty cells
        alone = _alone(header, row)
        if alone is not None and not (self._draft and seen.name == alone and not seen.number and goes_on(alone)):
            self._close_draft()
            for cell in row.cells:
                self._note_doubt(cell, table.place(row))
            if _is_wide(header, row) or is_heading(alone, seen.number):
                self._check_counts(
                    self._groups.begin(alone, table.place(row), seen.number if seen.number != alone else "")
                )
            elif _only_names(header):
                self._begin_record(table, row)
            else:
                self._bad_row(table, row, "chỉ có một ô chữ, không rõ là tên nhóm hay tên thủ tục")
            return
        if _continues(header, row, seen, cut=self._cut and self._draft is not None and self._draft.numbered):
            if self._draft is None:
                self._bad_row(table, row, "không có mã, không có tên và không nối tiếp thủ tục nào phía trên")
            else:
                self._add(table, row, self._draft)
            return
        if not any(row.cell(column).text for column in (header.first("code"), header.first_name) if column is not None):
            self._close_draft()
            self._bad_row(table, row, "không có mã và không có tên thủ tục")
            return
        self._begin_record(table, row)

    def _begin_record(self, table: Table, row: Row) -> None:
        self._close_draft()
        if self._header is None:
            return
        self._groups.count()
        seen = _see(self._header, row)
        codes = [line for line in seen.code.split("\n") if _CODE.match(line)]
        if len(codes) > 1 and len(codes) == len(seen.number.split("\n")):
            self._bad_row(table, row, "một ô có nhiều mã: thiếu đường kẻ giữa các thủ tục")
            return
        if REFERENCE.match(fold(seen.name or seen.code)):
            self._told(
                table, row, "reference", "chỉ dẫn tới dòng của văn bản khác, không tự là một thủ tục, nên không đọc"
            )
            return
        self._draft = Draft(self._header, self._groups.given(), self._document, self._sure)
        self._add(table, row, self._draft)

    def _add(self, table: Table, row: Row, draft: Draft) -> None:
        pieces: dict[int, Piece] = {}
        for column in range(len(row.cells)):
            cell = row.cell(column)
            self._note_doubt(cell, table.place(row, column))
            if (
                cell.text
                and not (cell.above and draft.parts)
                and not (cell.left and _same_column(draft.header, column))
            ):
                pieces[column] = Piece(cell.text, table.place(row, column), cell.number, cell.broken, cell.confidence)
        draft.parts.append(pieces)

    def _note_doubt(self, cell: Cell, place: str) -> None:
        if cell.confidence < 1:
            self._sure[place] = min(cell.confidence, self._sure.get(place, 1.0))
        elif "\ufffd" in cell.text:
            self._sure[place] = UNREADABLE

    def _close_draft(self) -> None:
        if self._draft is not None:
            record, faults = finish(self._draft, self.file)
            self.records.append(record)
            self.faults += faults
        self._draft = None

    def _caption(self, text: str, place: str) -> None:
        if is_caption_heading(text):
            self._close_draft()
            self._check_counts(self._groups.caption(text, place))

    def _check_counts(self, groups: list[Group]) -> None:
        for group in groups:
            if group.declared is not None and group.declared != group.count:
                self.faults.append(
                    Fault(
                        "count_mismatch",
                        self.file,
                        f"{group.place}: “{group.text}” ghi {group.declared} thủ tục nhưng đọc được {group.count}; "
                        "đối chiếu lại với tệp gốc",
                    )
                )

    def _bad_row(self, table: Table, row: Row, why: str) -> None:
        self._told(table, row, "bad_row", f"{why} nên bỏ qua")

    def _told(self, table: Table, row: Row, kind: str, why: str) -> None:
        text = " ".join(" | ".join(text for _, text in row.texts()).split())
        shown = text if len(text) <= 80 else f"{text[:80]}…"
        self.faults.append(Fault(kind, self.file, f"{table.place(row)}: {why} (“{shown}”)"))

    def _unknown_columns(self, table: Table, rows: tuple[Row, ...], position: int, header: Header) -> None:
        below = rows[position + header.depth :]
        for column in header.columns:
            if column.role is not None:
                continue
            place = table.place(rows[position], column.grid[0])
            if column.label:
                why = f"{place}: không nhận ra cột “{column.label}” nên không đọc cột này"
            elif any((cell := row.cell(column.grid[0])).text and not cell.left for row in below):
                why = f"{place}: cột không có tiêu đề nhưng có nội dung, không đọc cột này"
            else:
                continue
            self.faults.append(Fault("unknown_column", self.file, why))


class _Seen(NamedTuple):
    """What a row says of its own (not merged from above) in the columns that tell which procedure it belongs to."""

    number: str
    code: str
    name: str


def _see(header: Header, row: Row) -> _Seen:
    def own(field: str) -> str:
        column = header.first(field)
        cell = row.cell(column) if column is not None else None
        return cell.text if cell is not None and not cell.above else ""

    return _Seen(own("number"), own("code"), own("name") or own("abolished"))


def _alone(header: Header, row: Row) -> str | None:
    """Return the text of a row that holds one text only, beside its number; None when it holds more, or none of its own."""
    if any(cell.above and cell.text for cell in row.cells):
        return None
    number = header.first("number")
    texts = row.texts()
    if len(texts) > 1:
        texts = [(column, text) for column, text in texts if column != number]
    if len(texts) != 1:
        return None
    column, text = texts[0]
    if column == header.first("code") and _CODE.match(text):
        return None
    return text if column in {header.first_name, header.first("code"), number} or _is_wide(header, row) else None


def _is_wide(header: Header, row: Row) -> bool:
    """Tell whether a cell of the row is merged across several columns of the list."""
    merged = [
        column for column, cell in enumerate(row.cells) if cell.left and cell.text and not _same_column(header, column)
    ]
    return bool(merged)


def _same_column(header: Header, index: int) -> bool:
    """Tell whether a grid column and the one before it belong to one column of the list."""
    return any(index in column.grid[1:] for column in header.columns)


def _only_names(header: Header) -> bool:
    """Tell whether the list has nothing but numbers, codes and names, so that a name alone is a whole row."""
    fields = {column.role.field for column in header.columns if column.role is not None}
    return fields <= {"number", "code", "name", "abolished", "ignored", "sector", "level"}


def _continues(header: Header, row: Row, seen: _Seen, *, cut: bool) -> bool:
    """Tell whether a row goes on with the procedure of the row above; `cut`: that one was numbered, and its page ended."""
    if seen.number:
        return False
    merged = row.cell(header.first_name).above
    tail = not seen.code or (bool(_TAIL_OF_CODE.fullmatch(seen.code)) and not _CODE.match(seen.code))
    if not seen.name:
        return not seen.code or (not merged and tail)
    return tail and (cut or goes_on(seen.name))
