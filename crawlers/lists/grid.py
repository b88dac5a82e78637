"""What every list reader hands over: tables of text cells, each of which knows where in the file a person finds it."""

from __future__ import annotations

from dataclasses import dataclass

MAX_CELLS = 5_000_000


class ListError(ValueError):
    """A published list that cannot be read; the message names the file, what was found and what to do."""


class NoListError(ListError):
    """A file that can be read but holds no list of procedures; most documents of an office are such."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell's text; `above` and `left`: it belongs to the same merged cell as its neighbour there; `number`: not typed as text.

    `broken`: its text goes on in mid-sentence from the cell above, where a page ended. `confidence`: how sure it is (0..1) that a text recognised on a picture reads so.
    """

    text: str = ""
    above: bool = False
    left: bool = False
    number: bool = False
    broken: bool = False
    confidence: float = 1.0


EMPTY = Cell()


@dataclass(frozen=True, slots=True)
class Row:
    """One row that holds something; `number` is the one a person sees or counts, from 1."""

    number: int
    cells: tuple[Cell, ...]

    def cell(self, column: int) -> Cell:
        """Return the cell of a 0-based column; rows may be shorter than their table."""
        return self.cells[column] if column < len(self.cells) else EMPTY

    def texts(self) -> list[tuple[int, str]]:
        """Return column and text of every filled cell, each merged cell once within the row."""
        return [(column, cell.text) for column, cell in enumerate(self.cells) if cell.text and not cell.left]


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet or one table of a document; `captions` are the lines of text that stand between it and the one before.

    `goes_on`: it is the rest of the table before, cut at a page. `troubles`: what of it its reader could not see, each a word
    for programs and a sentence for people.
    """

    name: str
    rows: tuple[Row, ...]
    captions: tuple[str, ...] = ()
    letters: bool = False
    hidden: bool = False
    goes_on: bool = False
    troubles: tuple[tuple[str, str], ...] = ()

    def place(self, row: Row, column: int | None = None) -> str:
        """Return where a row or cell stands, e.g. "bảng 2, dòng 5, cột 3" or "trang tính “X”, dòng 5, ô C"."""
        where = f"{self.name}, dòng {row.number}"
        if column is None:
            return where
        return f"{where}, ô {column_letters(column)}" if self.letters else f"{where}, cột {column + 1}"


def column_letters(column: int) -> str:
    """Return a spreadsheet's name of a 0-based column: 0 -> "A", 27 -> "AB"."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
