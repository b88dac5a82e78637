"""Which written words can be no Vietnamese syllable (a slip of the keyboard, or foreign), and which words a slip may mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rapidfuzz.distance import Levenshtein

from audits.reading.text import unaccented

if TYPE_CHECKING:
    from collections.abc import Iterable

_SYLLABLE = re.compile(
    r"(?:ngh?|gh?|gi|kh?|[cnpt]h|tr|qu|[bcdhlmnprstvx])?"
    r"(?:oa[ioy]?|oeo?|oi|oo?|ie?u|ie|ia|iu?|uo[iu]?|uy[aeu]?|ua[iouy]?|ueo?|ui|uu?|a[iouy]?|e[ou]?|yeu?|y)"
    r"(?:ch|nh?g?|[cmpt])?"
)


def may_be_a_syllable(word: str) -> bool:
    """Tell whether a word is built as Vietnamese syllables are, whatever its diacritics; "traang" and "chng" are not."""
    return _SYLLABLE.fullmatch(unaccented(word)) is not None


def meant_by(word: str, known: Iterable[str]) -> list[str]:
    """Return the known words of at least three letters that are one letter away from a word, in alphabetical order."""
    if len(word) < 3:
        return []
    return sorted(other for other in known if len(other) > 2 and Levenshtein.distance(word, other, score_cutoff=1) == 1)
