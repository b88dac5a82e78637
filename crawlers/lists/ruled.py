"""A page with ruled tables -> tables of cells: what lies between the lines belongs together, wherever it was drawn.

Lengths are points, from the top left corner of the page as it is read. A piece of text is a letter of a PDF or a word that
was recognised on a picture.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from crawlers.lists.grid import Cell, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_RULES = 4000

_NEAR = 3.0  # how far apart two ends may lie and still touch
_SHORT = 6.0
_WIDEST_GAP = 8.0
_THIN = 10.0  # a column or row thinner than this and without text is a line drawn twice
_BULLET = re.compile(r"(?:[-–—+•*·▪●○➢✓]|[a-zđ]\)|\d{1,2}[.)])\s")


class Piece(NamedTuple):
    """One letter or word: its box, its text, and how sure it is that it reads so (0..1)."""

    left: float
    top: float
    right: float
    bottom: float
    text: str
    confidence: float = 1.0


class Rule(NamedTuple):
    """One ruling line: where it lies, and from where to where it reaches."""

    at: float
    start: float
    end: float


class RulesError(ValueError):
    """The page holds a drawing, not tables; the message is for people."""


@dataclass(slots=True)
class Ruled:
    """One table of a page: the places of its lines, and its rows; `top` and `bottom` are its edges."""

    columns: list[float]
    rows: list[float]
    owners: list[list[tuple[int, int]]]
    pieces: dict[tuple[int, int], list[Piece]] = field(default_factory=dict)
    gaps: dict[int, float] = field(default_factory=dict)  # column -> the least space between its left side and its text

    @property
    def top(self) -> float:
        """Its upper edge."""
        return self.rows[0]

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.rows[-1]

    def put(self, owner: tuple[int, int], piece: Piece) -> None:
        """Put a piece of text into a cell."""
        self.pieces.setdefault(owner, []).append(piece)
        gap = max(piece.left - self.columns[owner[1]], 0.0)
        self.gaps[owner[1]] = min(self.gaps.get(owner[1], _WIDEST_GAP), gap)

    def blanks(self) -> list[tuple[tuple[int, int], tuple[float, float, float, float]]]:
        """Return the cells without text, each with its box."""
        boxes: dict[tuple[int, int], tuple[float, float, float, float]] = {}
        for row, owners in enumerate(self.owners):
            for column, owner in enumerate(owners):
                if owner not in self.pieces:
                    left, top, _, _ = boxes.get(owner, (self.columns[column], self.rows[row], 0.0, 0.0))
                    boxes[owner] = (left, top, self.columns[column + 1], self.rows[row + 1])
        return list(boxes.items())

    def among(self, columns: list[float]) -> Ruled:
        """Return the same table with the lines of the one it continues, of which it may lack some."""
        spots = [_nearest(columns, place) for place in self.columns]
        owners = [
            [(o[0], spots[o[1]]) for at, o in enumerate(row) for _ in range(spots[at], spots[at + 1])]
            for row in self.owners
        ]
        pieces = {(row, spots[column]): found for (row, column), found in self.pieces.items()}
        gaps = {spots[column]: gap for column, gap in self.gaps.items()}
        return Ruled(columns, self.rows, owners, pieces, gaps)


def read_page(pieces: Sequence[Piece], across: Sequence[Rule], down: Sequence[Rule]) -> tuple[list[Ruled], list[Piece]]:
    """Return the tables that the horizontal and vertical lines make, top first, and the text outside of them.

    Raises:
        RulesError: a drawing of thousands of lines.

    """
    across, down = merged(across), merged(down)
    if len(across) > MAX_RULES or len(down) > MAX_RULES:
        raise RulesError(f"có hơn {MAX_RULES:,} đường kẻ: là hình vẽ, không phải bảng")
    boxes = [(horizontal, vertical) for horizontal, vertical in _touching(across, down) if vertical]
    outside = list(pieces)
    tables: list[Ruled] = []
    for horizontal, vertical in sorted(boxes, key=lambda box: box[0][0].at):
        columns = _places(vertical, horizontal)
        rows = _places(horizontal, vertical)
        inside = [p for p in outside if _within(p, columns, rows)]
        columns = _without_thin(columns, sorted((p.left + p.right) / 2 for p in inside))
        rows = _without_thin(rows, sorted((p.top + p.bottom) / 2 for p in inside))
        if len(columns) < 3 or len(rows) < 2:
            continue  # a frame around text
        outside = [p for p in outside if not _within(p, columns, rows)]
        tables.append(_fill(columns, rows, horizontal, vertical, inside))
    return tables, outside


def rows_of(table: Ruled, above: Ruled | None = None) -> tuple[Row, ...]:
    """Return a table's rows; `above`: the table on the page before that it continues, with the same lines."""
    texts = _texts(table)
    broken = _broken(table, above, texts) if above is not None else set()
    out: list[Row] = []
    for row, owners in enumerate(table.owners):
        cells: list[Cell] = []
        for column, owner in enumerate(owners):
            text, confidence = texts.get(owner, ("", 1.0))
            cells.append(
                Cell(text, owner[0] < row, owner[1] < column, broken=owner in broken, confidence=confidence)
                if text
                else _EMPTY
            )
        if any(cell.text for cell in cells):
            out.append(Row(row + 1, tuple(cells)))
    return tuple(out)


def covers(above: Ruled, below: Ruled) -> bool:
    """Tell whether a table may be the rest of the one on the page before: the same edges, and no line of its own."""
    columns, others = above.columns, below.columns
    return all(abs(columns[_nearest(columns, place)] - place) <= _THIN / 2 for place in others) and all(
        abs(columns[end] - others[end]) <= _THIN / 2 for end in (0, -1)
    )


def lines_of(pieces: Sequence[Piece]) -> list[tuple[float, str]]:
    """Return text as lines from top to bottom, each with where it begins from the top."""
    return [(line.top, line.text) for line in _lines(pieces)]


_EMPTY = Cell()


def _nearest(places: Sequence[float], place: float) -> int:
    return min(range(len(places)), key=lambda index: abs(places[index] - place))


def merged(rules: Sequence[Rule]) -> list[Rule]:
    """Join the pieces of lines that lie on one another or touch end to end, and leave out mere dashes."""
    joined: list[Rule] = []
    band: list[Rule] = []
    for rule in [*sorted(rules), Rule(float("inf"), 0, 0)]:
        if band and rule.at - band[-1].at > 1.5:
            at = sum(item.at for item in band) / len(band)
            start, end = None, 0.0
            for item in sorted(band, key=lambda item: item.start):
                if start is None or item.start > end + _NEAR:
                    if start is not None:
                        joined.append(Rule(at, start, end))
                    start, end = item.start, item.end
                end = max(end, item.end)
            if start is not None:
                joined.append(Rule(at, start, end))
            band = []
        band.append(rule)
    return [rule for rule in joined if rule.end - rule.start >= _SHORT]


def _touching(across: Sequence[Rule], down: Sequence[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Return the groups of horizontal and vertical lines that hang together."""
    group = list(range(len(across) + len(down)))

    def root(index: int) -> int:
        while group[index] != index:
            group[index] = group[group[index]]
            index = group[index]
        return index

    for number, vertical in enumerate(down, start=len(across)):
        first = bisect_right(across, vertical.start - _NEAR, key=lambda rule: rule.at)
        for index in range(first, len(across)):
            horizontal = across[index]
            if horizontal.at > vertical.end + _NEAR:
                break
            if horizontal.start - _NEAR <= vertical.at <= horizontal.end + _NEAR:
                group[root(number)] = root(index)
    found: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for index, rule in enumerate((*across, *down)):
        found.setdefault(root(index), ([], []))[0 if index < len(across) else 1].append(rule)
    return [(horizontal, vertical) for horizontal, vertical in found.values() if horizontal]


def _places(rules: Sequence[Rule], crossing: Sequence[Rule]) -> list[float]:
    """Return where the lines lie, with the ends of the lines that cross them where an outer line is missing."""
    places = sorted({rule.at for rule in rules})
    kept = places[:1]
    for place in places[1:]:
        if place - kept[-1] > _NEAR:
            kept.append(place)
    start, end = min(rule.start for rule in crossing), max(rule.end for rule in crossing)
    if start < kept[0] - _THIN:
        kept.insert(0, start)
    if end > kept[-1] + _THIN:
        kept.append(end)
    return kept


def _within(piece: Piece, columns: Sequence[float], rows: Sequence[float]) -> bool:
    across, down = (piece.left + piece.right) / 2, (piece.top + piece.bottom) / 2
    return columns[0] <= across <= columns[-1] and rows[0] <= down <= rows[-1]


def _without_thin(places: list[float], texts: Sequence[float]) -> list[float]:
    kept = places[:1]
    for place in places[1:]:
        thin = place - kept[-1] < _THIN
        if thin and bisect_right(texts, place) == bisect_right(texts, kept[-1]):
            if place == places[-1] and len(kept) > 1:
                kept[-1] = place
            continue
        kept.append(place)
    return kept


def _fill(
    columns: list[float],
    rows: list[float],
    across: Sequence[Rule],
    down: Sequence[Rule],
    pieces: Sequence[Piece],
) -> Ruled:
    """Merge the cells between which no line runs, and put every piece of text into its cell."""
    width, height = len(columns) - 1, len(rows) - 1
    walls, floors = _by_place(down, columns), _by_place(across, rows)
    owner = {(row, column): (row, column) for row in range(height) for column in range(width)}

    def root(cell: tuple[int, int]) -> tuple[int, int]:
        while owner[cell] != cell:
            owner[cell] = owner[owner[cell]]
            cell = owner[cell]
        return cell

    for row in range(height):
        for column in range(width):
            if column and not _runs(walls[column], rows[row], rows[row + 1]):
                one, two = sorted((root((row, column - 1)), root((row, column))))
                owner[two] = one
            if row and not _runs(floors[row], columns[column], columns[column + 1]):
                one, two = sorted((root((row - 1, column)), root((row, column))))
                owner[two] = one
    owners = [[root((row, column)) for column in range(width)] for row in range(height)]
    table = Ruled(columns, rows, owners)
    for piece in pieces:
        column = min(bisect_right(columns, (piece.left + piece.right) / 2) - 1, width - 1)
        row = min(bisect_right(rows, (piece.top + piece.bottom) / 2) - 1, height - 1)
        table.put(owners[row][column], piece)
    return table


def _by_place(rules: Sequence[Rule], places: Sequence[float]) -> list[list[Rule]]:
    """Return the lines that lie at each place."""
    lying: list[list[Rule]] = [[] for _ in places]
    for rule in rules:
        lying[_nearest(places, rule.at)].append(rule)
    return lying


def _runs(rules: Sequence[Rule], start: float, end: float) -> bool:
    """Tell whether lines at one place run along most of a cell's side."""
    covered = sum(max(0.0, min(rule.end, end) - max(rule.start, start)) for rule in rules)
    return covered > 0.6 * (end - start)


@dataclass(slots=True)
class _Line:
    top: float
    left: float
    right: float
    height: float
    text: str
    confidence: float
    word: float = 0.0  # how long its first word is
    letter: float = 0.0  # how wide its first letter is
    space: float = 0.0  # how wide its narrowest space is


def _broken(table: Ruled, above: Ruled, texts: dict[tuple[int, int], tuple[str, float]]) -> set[tuple[int, int]]:
    """Return the cells below a page's end (and the header repeated there) whose text began on the page before."""
    before = _texts(above)
    first = 0
    while first < min(len(table.owners), len(above.owners)) - 1 and (
        [texts.get(owner) for owner in table.owners[first]] == [before.get(owner) for owner in above.owners[first]]
    ):
        first += 1
    ends = {owner[1]: owner for owner in above.owners[-1]}
    found = set()
    for owner in set(table.owners[first]):
        upper = ends.get(owner[1])
        if upper is None or owner not in table.pieces or upper not in above.pieces:
            continue
        lines = [_lines(above.pieces[upper])[-1], _lines(table.pieces[owner])[0]]
        if "\n" not in _unwrapped(lines, *_room(above, upper)):
            found.add(owner)
    return found


def _texts(table: Ruled) -> dict[tuple[int, int], tuple[str, float]]:
    """Return text and confidence of every cell; lines that were broken only for lack of room are joined."""
    texts: dict[tuple[int, int], tuple[str, float]] = {}
    for owner, pieces in table.pieces.items():
        if lines := _lines(pieces):
            texts[owner] = (_unwrapped(lines, *_room(table, owner)), min(line.confidence for line in lines))
    return texts


def _room(table: Ruled, owner: tuple[int, int]) -> tuple[float, float]:
    """Return from where to where text may run in a cell: its sides less the gap that its column keeps at the left."""
    last = max(column for column, other in enumerate(table.owners[owner[0]]) if other == owner)
    gap = table.gaps.get(owner[1], 0.0)
    return table.columns[owner[1]] + gap, table.columns[last + 1] - gap


def _unwrapped(lines: Sequence[_Line], start: float, end: float) -> str:
    """Return lines as text: a line break stays where the next word would have fitted on the line."""
    text = ""
    listed = bool(lines and _BULLET.match(lines[0].text))
    for last, line in zip([None, *lines], lines):  # noqa: B905 - the last line has none after it
        if last is None:
            text = line.text
            continue
        before, after = last.left - start, end - last.right
        centred = before > 2 and abs(before - after) < 4
        room = (end - start) - (last.right - last.left) if centred else after
        # A line that begins with a small letter was hardly begun on purpose.
        slack = line.height if line.text[0].islower() else -1.0
        full = room < line.word + last.space + slack
        if not full or (_BULLET.match(line.text) and (listed or last.text.endswith((".", ";", ":", ",")))):
            text = f"{text}\n{line.text}"
        elif re.search(r"[\w)][-/]$", last.text) or (" " not in last.text and room < line.letter + 0.5):
            text += line.text  # broken behind a hyphen, or within a word that was too long
        else:
            text = f"{text} {line.text}"
    return text


def _lines(pieces: Sequence[Piece]) -> list[_Line]:
    rows: list[tuple[float, list[Piece]]] = []
    for piece in sorted(pieces, key=lambda piece: piece.bottom):
        height = piece.bottom - piece.top
        if rows and piece.bottom - rows[-1][0] <= 0.5 * max(height, rows[-1][1][0].bottom - rows[-1][1][0].top):
            rows[-1][1].append(piece)
        else:
            rows.append((piece.bottom, [piece]))
    return [line for _, found in rows if (line := _line(found)) is not None]


def _line(pieces: list[Piece]) -> _Line | None:
    """Return the pieces of one line as text; a gap is a space, whether or not one was written there."""
    pieces = sorted(pieces, key=lambda piece: piece.left)
    words: list[list[Piece]] = [[]]
    height = max(piece.bottom - piece.top for piece in pieces)
    end = pieces[0].left
    for piece in pieces:
        blank = piece.text.isspace()
        if words[-1] and (blank or piece.left - end > 0.15 * height):
            words.append([])
        if not blank:
            words[-1].append(piece)
            end = max(end, piece.right)
    words = [word for word in words if word]
    if not words:
        return None
    inked = [piece for word in words for piece in word]
    first = words[0][0]
    return _Line(
        top=min(piece.top for piece in inked),
        left=first.left,
        right=max(piece.right for piece in inked),
        height=height,
        text=unicodedata.normalize("NFC", " ".join("".join(piece.text for piece in word) for word in words)),
        confidence=min(piece.confidence for piece in inked),
        word=max(piece.right for piece in words[0]) - first.left,
        letter=first.right - first.left,
        space=min((two[0].left - one[-1].right for one, two in pairwise(words)), default=0.25 * height),
    )
