"""Which written words can be no Vietnamese syllable: a slip of the keyboard, or a foreign word."""

from __future__ import annotations

import re

from rapidfuzz.distance import Levenshtein

from audits.reading.text import unaccented

_SYLLABLE = re.compile(
    r"(?:ngh?|gh?|gi|kh?|[cnpt]h|tr|qu|[bcdhlmnprstvx])?"
    r"(?:oa[ioy]?|oeo?|oi|oo?|ie?u|ie|ia|iu?|uo[iu]?|uy[aeu]?|ua[iouy]?|ueo?|ui|uu?|a[iouy]?|e[ou]?|yeu?|y)"
    r"(?:ch|nh?g?|[cmpt])?"
)


def may_be_a_syllable(word: str) -> bool:
    """Tell whether a word is built as Vietnamese syllables are, whatever its diacritics; "traang" and "chng" are not."""
    return _SYLLABLE.fullmatch(unaccented(word)) is not None


def mended(word: str, known: frozenset[str]) -> str:
    """Return the one known word that a misspelt one is a letter away from, else the word as it is."""
    if word in known or len(word) < 3 or may_be_a_syllable(word):
        return word
    near = [other for other in known if len(other) > 2 and Levenshtein.distance(word, other, score_cutoff=1) <= 1]
    return near[0] if len(near) == 1 else word
