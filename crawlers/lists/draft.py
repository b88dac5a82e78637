"""The cells of one procedure -> its published record, each value with the place where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from crawlers.lists.groups import ABOLISHED, Given, status_in
from crawlers.lists.headers import Column, Header, fold
from crawlers.lists.parts import goes_on, join, methods_of, split_items, split_legal_bases
from crawlers.records import Fault, PublishedDocument, PublishedMethod, PublishedProcedure, Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

UNREADABLE = -1.0
SURE = 0.8
"""What is read from a picture with less confidence than this is not believed."""

_MARKED = frozenset({"x", "v", "co"})
_TICKS = frozenset("✓✔√☑☒●")
_UNMARKED = frozenset({"", "khong", "0"})
_NO_PAPERS = frozenset({"", "khong", "khong co", "khong quy dinh", "chua quy dinh"})
_LABEL_OF_PAPERS = re.compile(r"(?:thanh phan|so luong)?(?: va)?(?: so luong)? ?ho so(?: gom| bao gom| gom co)?")
# "Số thứ tự 106 trong phụ lục A1 Quyết định 897", folded: which row of an older list is amended.
REFERENCE = re.compile(
    r"(?:(?:sua doi|thay the|bo sung|bai bo|dinh chinh)(?: bo sung)? )?(?:tthc |thu tuc |muc )?(?:tai |co )?(?:so thu tu|stt|so tt) (?:so )?\d+\b.*"
    r"\b(?:phu luc|danh muc|quyet dinh|qd|muc)\b"
)
_CUT_CODE = re.compile(r"\d\.\d{3}[\d.]*\n[\d.]*\.(?:H\d{2}|[\d.]*)")
_SETS = re.compile(r"so luong(?: ho so)? \d.*|(?:ho so )?\d+(?: \w+)? bo(?: ho so)?")


class Piece(NamedTuple):
    """The text of one cell and where it stands; `number`, `broken` and `confidence` as in its Cell."""

    text: str
    place: str
    number: bool = False
    broken: bool = False
    confidence: float = 1.0


@dataclass(slots=True)
class Draft:
    """One procedure as its rows are collected: for each of its rows, grid column -> piece; with what its groups give it.

    `sure` tells for a place how sure its text is (0..1) where it was read from a picture, UNREADABLE where it holds letters
    without a meaning.
    """

    header: Header
    given: dict[str, Given]
    document: str | None = None
    sure: Mapping[str, float] = field(default_factory=dict)
    parts: list[dict[int, Piece]] = field(default_factory=list)

    @property
    def numbered(self) -> bool:
        """Whether its first row bears a number."""
        number = self.header.first("number")
        return number is not None and bool(self.parts) and number in self.parts[0]


def finish(draft: Draft, file: str) -> tuple[PublishedProcedure, list[Fault]]:
    """Return the record of a procedure, and what of it could not be read."""
    record = _Record(draft, file)
    methods = record.methods()
    documents = record.documents()
    bases = record.legal_bases()
    abolished = not draft.header.all("name")
    status = record.line("status")
    status = status or record.status() or status
    procedure = PublishedProcedure(
        code=record.code(),
        name=record.line("abolished" if abolished else "name", path="name"),
        level=record.line("level") if draft.header.all("level") else record.marked("level"),
        sector=record.line("sector"),
        methods=methods,
        documents=documents,
        agency=record.text("agency"),
        legal_bases=bases,
        conditions=record.text("conditions"),
        steps=record.text("steps"),
        result=record.text("result"),
        subjects=record.text("subjects"),
        service_level=record.text("service_level")
        if draft.header.all("service_level")
        else record.marked("service_level"),
        status=ABOLISHED if abolished else status,
        ignored=tuple(dict.fromkeys([*record.ignored, *_ignored(draft.header)])),
        source=Source(
            places=record.places, suspect=record.suspect(), document=draft.document, confidence=record.confidence()
        ),
    )
    return procedure, record.faults


def _ignored(header: Header) -> list[str]:
    return [c.label for c in header.columns if c.label and (c.role is None or c.role.field == "ignored")]


class _Record:
    """Reads one draft field by field, noting places, faults and what was left unread on the way."""

    def __init__(self, draft: Draft, file: str) -> None:
        self.draft, self.header, self.file = draft, draft.header, file
        self.places: dict[str, str] = {}
        self.faults: list[Fault] = []
        self.ignored: list[str] = []

    def confidence(self) -> dict[str, float]:
        """Return how sure each value is that was read from a picture."""
        return {path: sure for path, sure in self._sure().items() if sure != UNREADABLE}

    def suspect(self) -> dict[str, str]:
        """Return why values are not believed; where the code or the name is in doubt, so is whose values they are."""
        why = {
            path: "có chữ không đọc được"
            if sure == UNREADABLE
            else f"nhận dạng chữ từ ảnh, độ tin cậy {sure:.2f}".replace(".", ",")
            for path, sure in self._sure().items()
            if sure < SURE
        }
        if doubted := [path for path in ("code", "name") if path in why]:
            self._fault("unsure", f"{self.places[doubted[0]]}: {why[doubted[0]]}; không dùng thủ tục này để đối chiếu")
            why = dict.fromkeys([*self.places, "code", "name"], f"không chắc là thủ tục nào: {why[doubted[0]]}") | why
        return why

    def _sure(self) -> dict[str, float]:
        found = {}
        for path, place in self.places.items():
            known = [self.draft.sure[one] for one in place.split("; ") if one in self.draft.sure]
            if known:
                found[path] = min(known)
        return found

    def status(self) -> str | None:
        """Return what the header of the names says of all procedures below it."""
        names = self.header.all("name")
        return (names and status_in(fold(names[0].label))) or None

    def code(self) -> str | None:
        """Return the code; Excel drops a number's last zeros, so a code typed as a number gets its six decimals back."""
        columns = self.header.all("code")
        if not columns:
            return None
        piece = self._piece(columns[0])
        if piece.text:
            self.places["code"] = piece.place
        if piece.number and re.fullmatch(r"\d\.\d{1,6}", piece.text):
            return piece.text.ljust(8, "0")
        if REFERENCE.match(fold(piece.text)):
            self._fault(
                "reference", f"{piece.place}: chỉ dẫn tới dòng của văn bản khác, không phải mã (“{piece.text}”)"
            )
            self.ignored.append(f"{columns[0].label}: {_one_line(piece.text)}")
            return None
        parts = [part[column].text for part in self.draft.parts for column in columns[0].grid if column in part]
        if len(parts) == 2 and _CUT_CODE.fullmatch("\n".join(parts)):
            return "".join(parts)
        return _one_line(piece.text)

    def line(self, name: str, path: str = "") -> str | None:
        """Return a value of one line; what the row's groups give where the list has no such column or the cell is empty."""
        text = self.text(name, path)
        return _one_line(text) if text else self._given(name, text)

    def _given(self, name: str, empty: str | None) -> str | None:
        given = self.draft.given.get(name)
        if given is None:
            return empty
        self.places[name] = given.place
        return given.text

    def text(self, name: str, path: str = "") -> str | None:
        """Return a field's text; several columns of it one a line, each after its header; None: no such column."""
        piece = self._field(name)
        if piece is not None and piece.text:
            self.places[path or name] = piece.place
        return None if piece is None else piece.text

    def marked(self, name: str) -> str | None:
        """Return what the "X" columns of a field say; None where a cell holds neither a mark nor nothing."""
        columns = self.header.marks(name)
        if not columns:
            return self._given(name, None)
        values: list[str] = []
        places: list[str] = []
        for column in columns:
            piece, mark = self._piece(column), column.role.mark if column.role is not None else ""
            if fold(piece.text) in {*_MARKED, fold(mark)} or piece.text.strip() in _TICKS:
                values.append(mark)
                places.append(piece.place)
            elif fold(piece.text) not in _UNMARKED:
                self._fault(
                    "unreadable_mark",
                    f"{piece.place}: cột “{column.label}” cần dấu X, gặp “{piece.text[:40]}”; không đọc ô này",
                )
                return self._given(name, None)
        if not values:
            return self._given(name, "")
        self.places[name] = "; ".join(places)
        return ", ".join(values)

    def methods(self) -> tuple[PublishedMethod, ...] | None:
        """Return the ways to submit; (): the list has the columns and all are empty."""
        channel, time, fee = self._channel(), self._field("time"), self._field("fee")
        if channel is None and time is None and fee is None:
            return None
        if not any(piece and piece.text for piece in (channel, time, fee)):
            return ()
        methods = methods_of(*(piece.text if piece is not None else None for piece in (channel, time, fee)))
        for index in range(len(methods)):
            for name, piece in (("channel", channel), ("time", time), ("fee", fee)):
                if piece is not None and piece.text:
                    self.places[f"methods[{index}].{name}"] = piece.place
        return tuple(methods)

    def _channel(self) -> Piece | None:
        """Return the channel cell; columns "Cách thức / Trực tuyến" with an X give their lower header."""
        columns = self.header.all("channel")
        if not columns or not all(column.part for column in columns):
            return self._field("channel")
        marked = [
            (column, piece)
            for column in columns
            if (piece := self._piece(column)).text and fold(piece.text) not in _UNMARKED
        ]
        if any(fold(piece.text) not in _MARKED and piece.text.strip() not in _TICKS for _, piece in marked):
            return self._field("channel")
        return Piece("\n".join(column.part for column, _ in marked), "; ".join(piece.place for _, piece in marked))

    def legal_bases(self) -> tuple[str, ...] | None:
        """Return the legal texts."""
        piece = self._field("legal_bases")
        if piece is None:
            return None
        bases = tuple(split_legal_bases(piece.text))
        self.places |= {f"legal_bases[{index}]": piece.place for index in range(len(bases))}
        return bases

    def documents(self) -> tuple[PublishedDocument, ...] | None:
        """Return the papers, row by row, with quantities and forms where they stand one to one beside them."""
        columns = self.header.all("document")
        if not columns:
            self.ignored += [c.label for name in ("quantity", "form") for c in self.header.all(name)]
            return None
        papers: list[_Paper] = []
        case: str | None = None
        sets: str | None = None
        for part in self.draft.parts:
            piece = _joined(columns, [part])
            found: list[_Paper] = []
            if papers and (piece.broken or goes_on(piece.text)):
                tail, _, rest = piece.text.partition("\n")
                papers[-1].name = join(papers[-1].name, tail)
                papers[-1].place = f"{papers[-1].place}; {piece.place}"
                piece = Piece(rest, piece.place)
            for item in split_items(piece.text):
                plain = fold(item)
                if _SETS.fullmatch(plain):
                    sets = item
                elif item.endswith(":"):
                    case = None if _LABEL_OF_PAPERS.fullmatch(plain) else item.rstrip(": ")
                else:
                    found.append(_Paper(item, piece.place, case))
            self._beside("quantity", part, found)
            self._beside("form", part, found)
            papers += found
        if len(papers) == 1 and fold(papers[0].name) in _NO_PAPERS and fold(papers[0].name):
            self.ignored.append(f"{columns[0].label}: {papers[0].name}")
            return None
        papers = [paper for paper in papers if fold(paper.name)]
        self.places |= {f"documents[{index}].name": paper.place for index, paper in enumerate(papers)}
        return tuple(PublishedDocument(paper.name, paper.quantity or sets, paper.case, paper.form) for paper in papers)

    def _beside(self, name: str, part: dict[int, Piece], papers: Sequence[_Paper]) -> None:
        """Give the papers of one row their quantities or forms; a count that is not one to one is left unread, not guessed."""
        columns = self.header.all(name)
        if not columns:
            return
        piece = _joined(columns, [part])
        items = [line.strip() for line in piece.text.split("\n") if line.strip()]
        if name == "quantity" and len(items) == 1 and re.search(r"\bbo\b", fold(items[0])):
            items *= len(papers)
        if items and len(items) != len(papers):
            self.ignored.append(columns[0].label)
            return
        for paper, item in zip(papers, items or [""] * len(papers), strict=True):
            if name == "quantity":
                paper.quantity = item
            else:
                paper.form = item

    def _field(self, name: str) -> Piece | None:
        columns = self.header.all(name)
        if not columns:
            return None
        if len(columns) == 1:
            return self._piece(columns[0])
        filled = [(column, piece) for column in columns if (piece := self._piece(column)).text]
        return Piece(
            "\n".join(f"{column.part or column.label}: {piece.text}" for column, piece in filled),
            "; ".join(dict.fromkeys(piece.place for _, piece in filled)),
        )

    def _piece(self, column: Column) -> Piece:
        return _joined([column], self.draft.parts)

    def _fault(self, kind: str, why: str) -> None:
        self.faults.append(Fault(kind, self.file, why))


@dataclass(slots=True)
class _Paper:
    name: str
    place: str
    case: str | None
    quantity: str | None = None
    form: str | None = None


def _joined(columns: Sequence[Column], parts: Sequence[dict[int, Piece]]) -> Piece:
    """Join the pieces of some columns over the rows of a procedure."""
    pieces = [part[index] for part in parts for column in columns for index in column.grid if index in part]
    text = ""
    for piece in pieces:
        text = f"{text} {piece.text}" if piece.broken and text else join(text, piece.text)
    return Piece(
        text,
        "; ".join(piece.place for piece in pieces),
        number=len(pieces) == 1 and pieces[0].number,
        broken=bool(pieces) and pieces[0].broken,
        confidence=min((piece.confidence for piece in pieces), default=1.0),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
