"""The official papers of one procedure, weighed once, for published lines to be held against."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from audits.matching.papers import Paper, read_paper
from audits.matching.similarity import DIM, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from audits.procedure import RequiredDocument

_WORD = re.compile(r"\w+")


class OfficialPapers:
    """The official papers of one procedure, and how its published lines are told to be one of them.

    They are weighed once, when they are first looked at.
    """

    def __init__(
        self, name: str, documents: Sequence[RequiredDocument], papers: Sequence[Paper], vocabulary: Vocabulary
    ) -> None:
        self.documents = tuple(documents)
        self.papers = tuple(papers)
        self.vocabulary = vocabulary
        self._name = name
        self._weights: dict[int, dict[str, int]] = {}
        self.by_core = _grouped(paper.core for paper in self.papers)
        self.by_text = {paper.text: self.by_core[paper.core] for paper in self.papers}

    @cached_property
    def dimmed(self) -> frozenset[str]:
        """The words of the procedure's own name, which tell little of its papers."""
        return read_paper(self._name).words

    @cached_property
    def different(self) -> tuple[Paper, ...]:
        """The papers, each once: what stands in several cases is one and the same."""
        return tuple({paper.text: paper for paper in self.papers}.values())

    @cached_property
    def guidance(self) -> frozenset[int]:
        """The places of what stands among the papers and is asked for in no number: guidance that speaks of papers."""
        asked = ((index, document.quantity) for index, document in enumerate(self.documents))
        return frozenset(index for index, quantity in asked if quantity.originals == quantity.copies == 0)

    @cached_property
    def cases(self) -> tuple[Paper, ...]:
        """The headings of the cases, read as papers."""
        return tuple(map(read_paper, dict.fromkeys(document.case for document in self.documents if document.case)))

    @cached_property
    def order(self) -> tuple[int, ...]:
        """For each paper its place among the different ones."""
        places = {paper.text: place for place, paper in enumerate(self.different)}
        return tuple(places[paper.text] for paper in self.papers)

    def weights(self, paper: Paper) -> dict[str, int]:
        """Return what the words of a paper weigh for this procedure; of those in two segments the later one has the say."""
        weights = self.vocabulary.weights(paper)
        for word in self.dimmed & weights.keys():
            weights[word] = weights[word] * DIM // 10
        return weights

    def weights_of(self, index: int) -> dict[str, int]:
        """Return the same of an official paper."""
        place = self.order[index]
        if place not in self._weights:
            self._weights[place] = self.weights(self.different[place])
        return self._weights[place]

    @cached_property
    def spaced(self) -> tuple[str, ...]:
        """The words of each paper, all of them, with a space before and behind each."""
        return tuple(f" {' '.join(_WORD.findall(paper.text))} " for paper in self.papers)

    @cached_property
    def known(self) -> frozenset[str]:
        """Every word the papers use."""
        return frozenset(word for text in self.spaced for word in text.split())


def _grouped(keys: Iterable[str]) -> dict[str, tuple[int, ...]]:
    groups: dict[str, tuple[int, ...]] = {}
    for index, key in enumerate(keys):
        groups[key] = (*groups.get(key, ()), index)
    return groups
