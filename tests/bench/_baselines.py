"""The plain methods that soát is held against: each line is taken for an official paper, or for extra below one threshold.

Both get the right procedure given, which soát has to find first.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.process import cdist
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Place = tuple[int, int]
SIZES = (3, 4, 5)


@dataclass(frozen=True)
class Case:
    """The papers of one published procedure beside the official ones, and the truth about each line.

    `places` None or (): no component is right or wrong for the line; `undecided` lines are left out altogether.
    """

    lines: tuple[str, ...]
    components: tuple[tuple[Place, str], ...]
    extra: frozenset[int]
    places: tuple[tuple[Place, ...] | None, ...]
    kinds: tuple[str, ...] = ()
    undecided: frozenset[int] = frozenset()


@dataclass
class Papers:
    """How well a method tells papers apart: signs of extra papers, and the official paper it takes a line for.

    `wrong_kinds`: notes, parts and alternatives called extra; None where lines are not labelled by kind.
    """

    hits: int = 0
    false: int = 0
    missed: int = 0
    right: int = 0
    total: int = 0
    wrong_kinds: int | None = None

    @property
    def f1(self) -> float:
        found = 2 * self.hits + self.false + self.missed
        return 2 * self.hits / found if found else 0.0


Guess = tuple[float, Place | None]


def token_set(case: Case) -> list[Guess]:
    """The best token_set_ratio of each line over all official papers."""
    if not case.components:
        return [(0.0, None)] * len(case.lines)
    table = cdist(
        [line.lower() for line in case.lines],
        [text.lower() for _, text in case.components],
        scorer=fuzz.token_set_ratio,
    )
    best = table.argmax(axis=1)
    return [(float(table[row, column]) / 100, case.components[column][0]) for row, column in enumerate(best)]


class TfIdf:
    """Cosine of character n-grams weighed by their inverse document frequency, assigned one to one (Hungarian)."""

    def __init__(self, texts: Iterable[str]) -> None:
        counts: Counter[str] = Counter()
        total = 0
        for text in texts:
            counts.update(set(_grams(text)))
            total += 1
        self._column = {gram: number for number, gram in enumerate(counts)}
        self._idf = np.log((1 + total) / (1 + np.fromiter(counts.values(), float, len(counts)))) + 1

    def __call__(self, case: Case) -> list[Guess]:
        if not case.components or not case.lines:
            return [(0.0, None)] * len(case.lines)
        table = (self._rows(case.lines) @ self._rows([text for _, text in case.components]).T).toarray()
        guesses: list[Guess] = [(0.0, None)] * len(case.lines)
        for row, column in zip(*linear_sum_assignment(table, maximize=True), strict=True):
            guesses[row] = (float(table[row, column]), case.components[column][0])
        return guesses

    def _rows(self, texts: Sequence[str]) -> csr_array:
        data, rows, columns = [], [], []
        for row, text in enumerate(texts):
            for gram, count in Counter(_grams(text)).items():
                if (column := self._column.get(gram)) is not None:
                    data.append(count * self._idf[column])
                    rows.append(row)
                    columns.append(column)
        matrix = csr_array((data, (rows, columns)), shape=(len(texts), len(self._column)))
        length = np.sqrt(matrix.multiply(matrix).sum(axis=1))
        return csr_array(matrix.multiply(1 / np.maximum(length, 1e-12)[:, None]))


@cache
def _grams(text: str) -> tuple[str, ...]:
    plain = f" {' '.join(text.lower().split())} "
    return tuple(plain[place : place + size] for size in SIZES for place in range(len(plain) - size + 1))


def best_threshold(cases: Sequence[Case], method: Callable[[Case], list[Guess]]) -> float:
    """Return the score below which calling a line extra gives the best F1."""
    scored = sorted(
        (score, index in case.extra)
        for case in cases
        for index, (score, _) in enumerate(method(case))
        if index not in case.undecided
    )
    extra = sum(is_extra for _, is_extra in scored)
    best, threshold, hits = 0.0, 0.0, 0
    for called, (score, is_extra) in enumerate(scored, start=1):
        hits += is_extra
        if (f1 := 2 * hits / (called + extra)) > best:
            best, threshold = f1, score
    return threshold


def score(cases: Sequence[Case], method: Callable[[Case], list[Guess]], threshold: float) -> Papers:
    """Score a method that calls a line extra whose score is not above the threshold."""
    result = Papers()
    for case in cases:
        for index, (likeness, place) in enumerate(method(case)):
            if index in case.undecided:
                continue
            called, is_extra = likeness <= threshold, index in case.extra
            result.hits += called and is_extra
            result.false += called and not is_extra
            result.missed += is_extra and not called
            if case.kinds:
                easily = case.kinds[index] in {"note", "part", "alternative"}
                result.wrong_kinds = (result.wrong_kinds or 0) + (called and easily)
            if places := case.places[index]:
                result.total += 1
                result.right += place in places
    return result
