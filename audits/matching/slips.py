"""The words of a published line put right by those of the official papers: misspelt, run together or shortened to first letters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from audits.matching.papers import KIND_WORDS, STOP
from audits.reading.spelling import may_be_a_syllable, meant_by

if TYPE_CHECKING:
    from audits.matching.official import OfficialPapers

VOCABULARY = 2000
"""Words and pairs of words from which a catalogue is large enough for a word it never uses to be suspect."""


def spelt(own: str, official: OfficialPapers) -> str:
    """Return the words with every slip put right for which one word of these papers fits, beside its neighbours or alone."""
    words = own.split()
    for place, word in enumerate(words):
        seen = any(word in known for known in (official.vocabulary, official.known, STOP, KIND_WORDS))
        if seen or (may_be_a_syllable(word) and len(official.vocabulary) < VOCABULARY):
            continue
        meant = meant_by(word, official.known)
        beside = [f" {before} {{}} " for before in words[max(0, place - 1) : place]]
        beside += [f" {{}} {behind} " for behind in words[place + 1 : place + 2]]
        fits = {other: sum(_stands(each.format(other), official) for each in beside) for other in meant}
        chosen = [other for other in meant if fits[other] == max(fits.values())]
        chosen = chosen or _shortened_by(word, official) or _run_together(word, official)
        if len(chosen) == 1:
            words[place] = chosen[0]
    return " ".join(words)


def _stands(words: str, official: OfficialPapers) -> bool:
    return any(words in text for text in official.spaced)


def _shortened_by(word: str, official: OfficialPapers) -> list[str]:
    """Return the words of these papers whose first letters, three at least, make up a word that is none itself."""
    if not 3 <= len(word) <= 8 or not word.isalpha():
        return []
    initials = re.compile(rf" ({' '.join(rf'{letter}[^ ]+' for letter in word)})(?= )")
    return sorted({meant for text in official.spaced for meant in initials.findall(text)})


def _run_together(word: str, official: OfficialPapers) -> list[str]:
    """Return the two words of these papers that make up a word, the space between them lost."""
    apart = [f"{word[:place]} {word[place:]}" for place in range(1, len(word))]
    return [words for words in apart if _stands(f" {words} ", official)]
