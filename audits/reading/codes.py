"""Codes of procedures as published -> the national code `X.NNNNNN` and the agency's suffix."""

from __future__ import annotations

import re

from audits.procedure import Code
from audits.reading.text import clean, look_alikes, remembered

_SUFFIX = r"(?:\.[0-9]{3}\.[0-9]{2}\.[0-9]{2})?(?:\.(?P<agency>[A-Za-z][0-9]{2}))?"
_WRITTEN = re.compile(rf"[1-9]\.[0-9]{{6}}{_SUFFIX.replace('A-Za-z', 'A-Z')}")
_WHOLE = re.compile(rf"(?P<national>[1-9]\.[0-9]{{6}}){_SUFFIX}")
_AMONG_WORDS = re.compile(rf"(?<![\w.,])(?P<national>[1-9]\.[0-9]{{6}}){_SUFFIX}(?!\w|[.,-]?\s*[0-9]|\.[A-Za-z])")
_LIKE_A_CODE = re.compile(r"(?<![\w.,])[0-9]{1,2}\.[0-9]{5,8}(?![0-9])")
_FOOTNOTE = re.compile(r"\[[0-9*]{1,3}\]|\((?:[0-9]{1,2}|\*+)\)|[⁰¹²³⁴-⁹*]+")
_OLD = re.compile(r"(?:[A-Z]-)?[A-ZĐ]{2,6}-[0-9]{5,6}(?:-TT)?")


@remembered
def read_code(text: str | None) -> Code | None:
    """Read the one code a field holds; None where no code can be read with certainty.

    Readable: `1.012784`, with `.H19` or `.000.00.00.H19`, with spaces or line breaks inside, a footnote mark behind, words
    around it. Not readable: too many or too few digits, letters for digits, two different codes, codes of before 2019.
    """
    if not text:
        return None
    match = _WHOLE.fullmatch(text)
    if match is None:
        plain = _FOOTNOTE.sub("", look_alikes(clean(text)))
        match = _WHOLE.fullmatch("".join(plain.split()).strip(".,;:"))
    if match is None:
        found = list(_AMONG_WORDS.finditer(plain))
        if not found or len(set(_LIKE_A_CODE.findall(plain))) > 1:
            return None
        match = found[0]
    agency = match["agency"]
    return Code(national=match["national"], agency=agency.upper() if agency else None, raw=text)


def is_well_formed(text: str) -> bool:
    """Tell whether the trimmed text is a code exactly as codes are written: `1.012784`, `1.012784.H19`, `1.012784.000.00.00.H19`.

    Stricter than `read_code`: a code that can be read but is written with spaces, footnotes or words is not well formed,
    which is untidy, but not the sign malformed_code (that one is: nothing can be read).
    """
    return _WRITTEN.fullmatch(text.strip()) is not None


def old_style(text: str) -> bool:
    """Tell whether the text is a code as given out before 2019, such as `T-HNO-123456-TT` or `BTP-276093`."""
    return _OLD.fullmatch("".join(look_alikes(clean(text)).upper().split())) is not None
