"""Two texts side by side with the words that differ marked, for a person to see at a glance."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup, escape
from rapidfuzz.distance import Indel

if TYPE_CHECKING:
    from collections.abc import Sequence

# A number, a document number or a code is one word ("3.500.000", "66/NQ-CP"); so is every punctuation mark.
# Combining marks belong to their letter where no composed letter exists.
_WORD = re.compile(r"\d(?:[\w.,/-]*\w)?|[\w\u0300-\u036f]+|[^\w\s]")

# Comparing costs words x words / 64 steps; above this many pairs only what the two ends share is left unmarked.
_MOST_PAIRS = 25_000_000

# With less than this share in common, single common words are chance, and the texts count as different altogether.
_LEAST_SHARED = 0.25


class _Run(NamedTuple):
    """`length` equal words, from `left` in the first text and `right` in the second."""

    left: int
    right: int
    length: int


def marked(expected: str, found: str) -> tuple[Markup, Markup]:
    """Return both texts as HTML, composed (NFC) and escaped: `<del>` is only in `expected`, `<ins>` only in `found`.

    Letter case and spacing are no difference. The cost is linear for texts beyond about 5,000 words each.
    """
    texts = unicodedata.normalize("NFC", expected), unicodedata.normalize("NFC", found)
    left, right = (list(_WORD.finditer(text)) for text in texts)
    runs = _shared([word[0].casefold() for word in left], [word[0].casefold() for word in right])
    if sum(run.length for run in runs) < _LEAST_SHARED * max(len(left), len(right)):
        runs = []
    return (
        _render(texts[0], left, [(run.left, run.length) for run in runs], Markup("<del>{}</del>")),
        _render(texts[1], right, [(run.right, run.length) for run in runs], Markup("<ins>{}</ins>")),
    )


def _shared(left: list[str], right: list[str]) -> list[_Run]:
    if len(left) * len(right) > _MOST_PAIRS:
        return _shared_ends(left, right)
    runs = [
        _Run(block.src_start, block.dest_start, block.src_end - block.src_start)
        for block in Indel.opcodes(left, right)
        if block.tag == "equal"
    ]
    return _without_chance(runs, len(left), len(right))


def _shared_ends(left: list[str], right: list[str]) -> list[_Run]:
    shorter = min(len(left), len(right))
    head = next((at for at in range(shorter) if left[at] != right[at]), shorter)
    tail = next((at for at in range(shorter - head) if left[-1 - at] != right[-1 - at]), shorter - head)
    return [_Run(0, 0, head), _Run(len(left) - tail, len(right) - tail, tail)]


def _without_chance(runs: list[_Run], left: int, right: int) -> list[_Run]:
    """Drop equal runs no longer than the changes on both their sides: marking around them would only be harder to read."""
    kept: list[_Run] = []
    for run, after in zip(runs, [*runs, _Run(left, right, 0)][1:], strict=True):
        before = kept[-1] if kept else _Run(0, 0, 0)
        change_before = max(run.left - before.left, run.right - before.right) - before.length
        change_after = max(after.left - run.left, after.right - run.right) - run.length
        if run.length > min(change_before, change_after):
            kept.append(run)
    return kept


def _render(text: str, words: Sequence[re.Match[str]], shared: list[tuple[int, int]], mark: Markup) -> Markup:
    parts, at, word = [], 0, 0
    for start, length in [*shared, (len(words), 0)]:
        if start > word:
            begin, end = words[word].start(), words[start - 1].end()
            parts += [escape(text[at:begin]), mark.format(text[begin:end])]
            at = end
        word = start + length
    return Markup().join([*parts, escape(text[at:])])
