"""How alike published lines and the official papers of a procedure are: by the kind of each paper, and the words they share, weighed."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import chain, count, islice, repeat
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from audits.matching.papers import KINDS, VAGUE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from audits.matching.papers import Paper, Segment

    Integers = NDArray[np.int64]
    Places = NDArray[np.int32]
    Floats = NDArray[np.float64]
    Booleans = NDArray[np.bool_]

BARE = 0.55
"""The score of two certificates where one says no more than that it is one."""
MATCHED = 0.5
"""A line whose best similarity reaches this is taken for the official paper."""
DIM = 3
"""Tenths of its weight that a word keeps which the procedure's own name has."""
UNIT = 1000
"""Weights are whole numbers of thousandths: their sum is the same in any order."""
_AT_ONCE = 2_000
"""Comparisons of a line with a paper that are made at once, so that what they need stays in the processor's cache."""
_SLOTS = 1 << 18
"""Marks by which most keys that are not among others are told without a search."""
_PORTRAIT = "=portrait"
_NOWHERE: Places = np.zeros(0, np.int32)


class Vocabulary:
    """The words and pairs of words that official papers use, and how telling each is; words never seen tell most.

    A weight is the smoothed inverse document frequency, in units of 1/`UNIT`.
    """

    def __init__(self, papers: Iterable[Paper]) -> None:
        places: defaultdict[str, int] = defaultdict(count().__next__)
        times: Counter[str] = Counter()
        self._read: dict[str, Places] = {}
        once = []  # the words of each different paper, none of them twice
        for paper in papers:
            times[paper.text] += 1
            if paper.text not in self._read:
                words = _words(paper.segments)
                read = np.fromiter(map(places.__getitem__, words), np.int32, len(words))
                self._read[paper.text] = read
                once.append(read if len(paper.segments) == 1 else np.unique(read))
        self._places = dict(places)
        self.portrait = places.get(_PORTRAIT, len(places))
        total = times.total()
        repeated = np.repeat([*times.values()], [len(words) for words in once])
        used = _sums(np.concatenate([_NOWHERE, *once]), repeated, len(places)).astype(np.int64)
        telling = {times: UNIT * math.log1p((total + 1) / (times + 1)) for times in np.unique(used).tolist()}
        # Bigrams carry the same words once more, so they count half.
        known = [
            round(telling[times] * (0.5 if " " in word else 1.0))
            for word, times in zip(places, used.tolist(), strict=True)
        ]
        unseen = round(UNIT * math.log1p(total + 1) * 0.7)
        self._by_place: Integers = np.array([*known, unseen], np.int64)

    def __len__(self) -> int:
        """Return how many words and pairs there are."""
        return len(self._places)

    def __contains__(self, word: str) -> bool:
        """Tell whether any official paper uses the word."""
        return word in self._places

    def weight(self, word: str) -> int:
        """Return how telling a word or pair is."""
        return int(self._by_place[self._places.get(word, -1)])

    def sorted_places(self, words: Iterable[str]) -> Places:
        """Return the places of the words among all, sorted; those never seen have none."""
        get = self._places.get
        return np.array(sorted([place for word in words if (place := get(word)) is not None]), np.int32)

    def places(self, paper: Paper) -> Places:
        """Return the places of the words of a paper's segments among all words; -1 for one never seen."""
        known = self._read.get(paper.text)
        return self._look_up(paper) if known is None else known

    def weigh(self, places: Places, segments: Iterable[Segment]) -> Integers:
        """Return what the words of the segments, of which these are the places, weigh where they stand, in tenths of their weights."""
        return self._by_place[places] * np.frombuffer(b"".join([segment.tenths for segment in segments]), np.uint8)

    def weights(self, paper: Paper) -> dict[str, int]:
        """Return what the words of a paper weigh where they stand; of those in two segments the later one has the say."""
        weights = self.weigh(self.places(paper), paper.segments).tolist()
        return dict(zip(_words(paper.segments), weights, strict=True))

    def _look_up(self, paper: Paper) -> Places:
        words = _words(paper.segments)
        return np.fromiter(map(self._places.get, words, repeat(-1)), np.int32, len(words))


def _words(segments: Iterable[Segment]) -> list[str]:
    return list(chain.from_iterable([segment.words for segment in segments]))


class Question(NamedTuple):
    """Published lines, and the different official papers of the procedure that they are to be compared with.

    `dimmed` words tell little here: they name the procedure, so that a paper invented for it has them as well.
    """

    lines: Sequence[Paper]
    official: Sequence[Paper]
    dimmed: frozenset[str] = frozenset()


def similarities(questions: Sequence[Question], vocabulary: Vocabulary) -> Iterator[list[list[float]]]:
    """Yield for every question, for each line and paper, how surely (0 to 1) one asks for the other, a part of it or an alternative.

    Many questions are answered at once, since that takes hardly longer than one.
    """
    rows = chain.from_iterable(_answers(batch, vocabulary) for batch in _batches(questions))
    for question in questions:
        yield list(islice(rows, len(question.lines)))


def _batches(questions: Iterable[Question]) -> Iterator[list[Question]]:
    """Yield the questions so many at once as memory allows, the longest ones in pieces."""
    batch: list[Question] = []
    comparisons = 0
    for question in questions:
        most = max(1, _AT_ONCE // max(1, len(question.official)))
        for start in range(0, len(question.lines), most):
            piece = question._replace(lines=question.lines[start : start + most])
            comparisons += len(piece.lines) * len(piece.official)
            if batch and comparisons > _AT_ONCE:
                yield batch
                batch, comparisons = [], len(piece.lines) * len(piece.official)
            batch.append(piece)
    if batch:
        yield batch


@dataclass(frozen=True, slots=True)
class _Segments:
    """The segments of some papers, which belong to one question after the other.

    `papers` and `owner` tell how many papers each question has, and which paper each segment is of. An entry a segment: the weight of
    its head and of all its words, its kind (its place in `KINDS`), and whether it is bare or names a portrait. An entry a word: its place in
    the vocabulary, its weight here, its segment, and whether it is in that segment's head.
    """

    papers: Integers
    owner: Integers
    question: Integers
    head: Floats
    whole: Floats
    kind: Integers
    bare: Booleans
    portrait: Booleans
    places: Places
    weights: Integers
    segment: Integers
    in_head: Booleans


def _segments(groups: Sequence[Sequence[Paper]], dimmed: Sequence[frozenset[str]], vocabulary: Vocabulary) -> _Segments:
    papers = list(chain.from_iterable(groups))
    segments = list(chain.from_iterable([paper.segments for paper in papers]))
    in_group = np.array([len(group) for group in groups], np.int64)
    owner = np.arange(len(papers)).repeat(np.array([len(paper.segments) for paper in papers], np.int64))
    question = np.arange(len(groups)).repeat(in_group)[owner]
    lengths = np.array([len(segment.words) for segment in segments], np.int64)
    segment = np.arange(len(segments)).repeat(lengths)
    heads = np.cumsum(lengths) - lengths + np.array([segment.head for segment in segments], np.int64)
    places = np.concatenate([vocabulary.places(paper) for paper in papers]) if papers else _NOWHERE
    in_head = np.arange(len(places)) < heads[segment]
    weights = vocabulary.weigh(places, segments)
    keys = question[segment] * (len(vocabulary) + 1) + places
    dim = np.concatenate(
        [number * (len(vocabulary) + 1) + vocabulary.sorted_places(words) for number, words in enumerate(dimmed)]
    )
    is_dim = _is_among(keys, dim)
    unseen = np.flatnonzero(places < 0)
    if len(unseen):
        words = _words(segments)
        for index, of in zip(unseen.tolist(), question[segment[unseen]].tolist(), strict=True):
            is_dim[index] = words[index] in dimmed[of]
    weights[is_dim] = weights[is_dim] * DIM // 10
    return _Segments(
        in_group,
        owner,
        question,
        head=_sums(segment, weights * in_head, len(segments)),
        whole=_sums(segment, weights, len(segments)),
        kind=np.array([_PLACE_OF_KIND[one.kind] for one in segments], np.int64),
        bare=np.array([one.bare for one in segments], np.bool_),
        portrait=np.bincount(segment, places == vocabulary.portrait, len(segments)) > 0,
        places=places,
        weights=weights,
        segment=segment,
        in_head=in_head,
    )


@dataclass(frozen=True, slots=True)
class _Grid:
    """One cell for each published segment (its row) and each official one (its column) of the same question, row by row.

    `offset`: what a column of a row is to be moved by to be a cell.
    """

    row: Integers
    column: Integers
    offset: Integers

    @classmethod
    def of(cls, published: _Segments, official: _Segments) -> _Grid:
        """Lay out the cells."""
        columns = np.bincount(official.question, minlength=len(official.papers))
        width = columns[published.question]
        row = np.arange(len(width)).repeat(width)
        offset = np.cumsum(width) - width - (np.cumsum(columns) - columns)[published.question]
        return cls(row, np.arange(len(row)) - offset[row], offset)

    def cell(self, rows: Integers, columns: Integers) -> Integers:
        """Return the cells of rows and columns of the same questions."""
        return columns + self.offset[rows]


def _answers(questions: Sequence[Question], vocabulary: Vocabulary) -> Iterator[list[float]]:
    """Yield the row of every line of all the questions."""
    dimmed = [question.dimmed for question in questions]
    published = _segments([question.lines for question in questions], dimmed, vocabulary)
    official = _segments([question.official for question in questions], dimmed, vocabulary)
    grid = _Grid.of(published, official)
    alike = _alike(published, official, grid, _met(published, official, len(vocabulary) + 1))
    # One cell for each line and each paper of the same question: the best of their segments.
    size = published.papers * official.papers
    ends = np.cumsum(size)
    line, paper = published.owner[grid.row], official.owner[grid.column]
    of = published.question[grid.row]
    first_line, first_paper = (
        np.cumsum(published.papers) - published.papers,
        np.cumsum(official.papers) - official.papers,
    )
    cell = (ends - size)[of] + (line - first_line[of]) * official.papers[of] + paper - first_paper[of]
    best = np.zeros(int(size.sum()))
    np.maximum.at(best, cell, alike)
    for question, end, cells in zip(questions, ends.tolist(), size.tolist(), strict=True):
        yield from best[end - cells : end].reshape(len(question.lines), len(question.official)).tolist()


def _is_among(keys: Integers, those: Integers) -> Booleans:
    """Tell of each key whether it is one of those, which are sorted."""
    found = np.zeros(len(keys), np.bool_)
    maybe = _may_be_among(keys, those)
    if len(maybe):
        found[maybe] = those[np.searchsorted(those, keys[maybe]).clip(max=len(those) - 1)] == keys[maybe]
    return found


def _may_be_among(keys: Integers, those: Integers) -> Integers:
    """Return the indices of all keys that are one of those, and of a few others, without a search for each."""
    marked = np.zeros(_SLOTS, np.bool_)
    marked[those & (_SLOTS - 1)] = True
    return np.flatnonzero(marked[keys & (_SLOTS - 1)])


def _met(published: _Segments, official: _Segments, size: int) -> tuple[Integers, Integers]:
    """Return every pair of a published and an official entry where a question has the same word."""
    mine = published.question[published.segment] * size + published.places
    theirs = official.question[official.segment] * size + official.places
    maybe = _may_be_among(theirs, mine)
    maybe = maybe[official.places[maybe] >= 0]
    maybe = maybe[np.argsort(theirs[maybe], kind="stable")]
    theirs = theirs[maybe]
    first = np.searchsorted(theirs, mine, "left")
    count = np.searchsorted(theirs, mine, "right") - first
    one = np.arange(len(mine)).repeat(count)
    begun = np.cumsum(count) - count
    return one, maybe[np.arange(len(one)) + (first - begun)[one]]


def _alike(published: _Segments, official: _Segments, grid: _Grid, met: tuple[Integers, Integers]) -> Floats:
    """Return how alike the two segments of each cell are."""
    mine, theirs = met
    row, column = grid.row, grid.column
    cell = grid.cell(published.segment[mine], official.segment[theirs])
    both_in_head = published.in_head[mine] & official.in_head[theirs]
    my_weights, their_weights = published.weights[mine], official.weights[theirs]
    wholes = _share(
        _sums(cell, my_weights, len(row)) / published.whole[row],
        _sums(cell, their_weights, len(row)) / official.whole[column],
    )
    heads = _share(
        _sums(cell, my_weights * both_in_head, len(row)) / published.head[row],
        _sums(cell, their_weights * both_in_head, len(row)) / official.head[column],
    )
    my_kind, their_kind = published.kind[row], official.kind[column]
    alike: Floats = _KINSHIP[my_kind, their_kind] * (0.6 * heads + 0.4 * wholes)
    # One asks for the applicant's picture, in whatever words.
    portrait = published.portrait[row] & official.portrait[column] & ((my_kind == _PHOTO) | (their_kind == _PHOTO))
    alike[portrait] = np.maximum(alike[portrait], BARE)
    bare = published.bare[row] != official.bare[column]
    alike[bare] = np.where(my_kind[bare] == their_kind[bare], BARE, 0.0)
    return alike


def _sums(groups: Integers, values: Integers, count: int) -> Floats:
    """Return the sum of the values of each group, of which there are so many."""
    return np.bincount(groups, values, count).astype(np.float64, copy=False)


def _share(first: Floats, second: Floats) -> Floats:
    """Weigh the share of the one that is common against that of the other: the larger counts three fifths."""
    return 0.6 * np.maximum(first, second) + 0.4 * np.minimum(first, second)


def _kinship(one: str | None, other: str | None) -> float:
    """Return how well two kinds of paper go together: a document of no telling kind may be nearly anything."""
    if one == other:
        return 1.0
    if "residence" in {one, other}:
        return 0.3  # a household book is nothing but itself
    if one in VAGUE or other in VAGUE:
        return 0.8 if "application" in {one, other} else 0.9
    return 0.6 if "application" in {one, other} else 0.7


_PLACE_OF_KIND = {kind: place for place, kind in enumerate(KINDS)}
_PHOTO = _PLACE_OF_KIND["photo"]
_KINSHIP: Floats = np.array([[_kinship(one, other) for other in KINDS] for one in KINDS])
