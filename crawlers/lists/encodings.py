"""Vietnamese from before Unicode: TCVN3 and VNI fonts and windows-1258, recognised by font or by spelling, and converted.

In these files a letter's code says what the font draws there, so that "M· TTHC" is "Mã TTHC" in .VnTime.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Scheme(StrEnum):
    """How letters are written; the capitals of TCVN3 are small letters in a font of capitals (.VnTimeH)."""

    TCVN3 = "TCVN3"
    TCVN3_CAPITALS = "TCVN3 (H)"
    VNI = "VNI"
    WINDOWS_1258 = "windows-1258"


# TCVN 5712:1993, VN3: one byte a letter, shown as Latin-1; the accented capitals have no codes of their own.
_TCVN3 = dict(
    zip(
        "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\xadõøö÷ùúýûüþ¡¢§£¤¥¦",
        "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ",
        strict=True,
    )
)
# VNI-Windows: most letters are a vowel and a code for its marks; a few have a code of their own.
_VNI_MARKS = {
    "a": dict(zip("ùøûõïêéèúüëâáàåãä", "áàảãạăắằẳẵặâấầẩẫậ", strict=True)),
    "e": dict(zip("ùøûõïâáàåãä", "éèẻẽẹêếềểễệ", strict=True)),
    "o": dict(zip("ùøûõïâáàåãä", "óòỏõọôốồổỗộ", strict=True)),
    "u": dict(zip("ùøûõï", "úùủũụ", strict=True)),
    "y": dict(zip("ùøûõ", "ýỳỷỹ", strict=True)),
    "ô": dict(zip("ùøûõï", "ớờởỡợ", strict=True)),
    "ö": dict(zip("ùøûõï", "ứừửữự", strict=True)),
}
_VNI = {"í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "ô": "ơ", "ö": "ư", "î": "ỵ", "ñ": "đ"}
for _vowel, _marks in _VNI_MARKS.items():
    _VNI |= {_vowel + mark: letter for mark, letter in _marks.items()}
_VNI |= {written.upper(): letter.upper() for written, letter in _VNI.items()}
# A capital vowel before a small mark, as some keyboards wrote it.
_VNI |= {w[0] + w[1].lower(): letter for w, letter in list(_VNI.items()) if len(w) == 2 and w.isupper()}
_VNI_LETTER = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))

_FONTS = (
    (re.compile(r"\.vn.*h"), Scheme.TCVN3_CAPITALS),
    (re.compile(r"\.vn.+"), Scheme.TCVN3),
    (re.compile(r"vni[- ].+"), Scheme.VNI),
)
# Letters that only Unicode text has; "Ð" (U+00D0) and the like are common to all.
_UNICODE = re.compile("[ăđĩũơưĂĐĨŨƠƯ\u0300-\u036f\u1ea0-\u1ef9]")
_FOREIGN = re.compile("[\x80-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\uf080-\uf0ff]")
_WORD = re.compile(r"[^\s.,;:!?()\[\]{}/\"'“”‘’…&+*=<>|\\-]+")
_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdđghklmnpqrstvx])?"
    r"(?:(?:[ou]?(?:[aăâeêioôơuưy])|ia|iê|ya|yê|uyê|uya|ua|uô|ưa|ươ)(?:(?P<stop>ch|[cpt])|ng|nh|[mniyou])?)"
)
_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
_ENOUGH = 3
_SAMPLE = 4000


def scheme_of_font(name: str) -> Scheme | None:
    """Return how text in a font is written; None for every other font than the old Vietnamese ones.

    `name` may bear a PDF's subset prefix ("ABCDEF+.VnTime") and what CSS adds (quotes, further families).
    """
    first = name.split(",", maxsplit=1)[0].strip(" \"'").lower()
    first = first.rpartition("+")[2].removesuffix("-bold").removesuffix("-italic")
    return next((scheme for pattern, scheme in _FONTS if pattern.fullmatch(first)), None)


def to_unicode(text: str, scheme: Scheme) -> str:
    """Return a text written in a scheme as Unicode, NFC; text that already holds Unicode's own Vietnamese letters is kept."""
    if _UNICODE.search(unicodedata.normalize("NFC", text)) and scheme is not Scheme.WINDOWS_1258:
        return text
    # Word stores symbol fonts' letters in the private area.
    plain = "".join(chr(ord(c) - 0xF000) if "\uf020" <= c <= "\uf0ff" else c for c in text)
    match scheme:
        case Scheme.TCVN3 | Scheme.TCVN3_CAPITALS:
            plain = "".join(_TCVN3.get(letter, letter) for letter in plain.replace("μ", "µ"))
            plain = plain.upper() if scheme is Scheme.TCVN3_CAPITALS else plain
        case Scheme.VNI:
            plain = _VNI_LETTER.sub(lambda match: _VNI[match[0]], plain)
        case Scheme.WINDOWS_1258:
            plain = plain.encode("cp1252", errors="replace").decode("cp1258", errors="replace")
    return unicodedata.normalize("NFC", plain)


def scheme_of_texts(texts: Iterable[str]) -> Scheme | None:
    """Return the scheme that texts without known fonts are written in; None: Unicode, or no telling.

    Nearly every word with a letter beyond ASCII must become a Vietnamese syllable by the scheme, and few be one already.
    """
    words = islice((word for text in texts for word in _words(text)), _SAMPLE)
    found = [word for word in words if not _UNICODE.search(unicodedata.normalize("NFC", word))]
    if len(found) < _ENOUGH or sum(map(_is_syllable, found)) > 0.4 * len(found):
        return None
    fits = {scheme: sum(_is_syllable(to_unicode(word, scheme)) for word in found) for scheme in _GUESSED}
    best = max(fits, key=lambda scheme: fits[scheme])
    return best if fits[best] >= max(_ENOUGH, 0.8 * len(found)) else None


_GUESSED = (Scheme.TCVN3, Scheme.VNI, Scheme.WINDOWS_1258)


def converted(text: str, scheme: Scheme) -> str:
    """Return a text of a document in a scheme as Unicode; a text that is spelled better without it is returned untouched."""
    words = _words(text)
    if not words:
        return text
    before, after = sum(map(_is_syllable, words)), sum(_is_syllable(to_unicode(word, scheme)) for word in words)
    return to_unicode(text, scheme) if after >= before and after > len(words) / 2 else text


def decode(body: bytes, charset: str | None = None) -> str:
    """Return a page's text: by its byte order mark, as UTF-16 without one, as UTF-8 where it is, else by the charset it states.

    Bytes that the charset does not know become U+FFFD.
    """
    for mark, codec in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, errors="replace")
    start = body[:512]
    if len(start) > 8 and start.count(0) > len(start) / 3:
        return body.decode("utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be", errors="replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    stated = (charset or "").strip().lower()
    if stated.startswith(("utf", "iso-8859", "latin", "us-ascii")) or not stated:
        # A mark that lies, or none: the codes mean letters as in windows-1252, whose fonts or spelling tell the rest.
        stated = "cp1252" if not stated.startswith("utf") else stated
    try:
        return _by_charset(body, stated)
    except (LookupError, ValueError):  # no charset, or none of text
        return _by_charset(body, "cp1252")


def _by_charset(body: bytes, charset: str) -> str:
    if charset in {"cp1252", "windows-1252"}:
        # Python leaves five codes of it undefined; browsers show them as Latin-1 does.
        return body.decode("cp1252", errors="surrogateescape").translate(_UNDEFINED)
    return unicodedata.normalize("NFC", body.decode(charset, errors="replace"))


_UNDEFINED = {0xDC00 + code: chr(code) for code in range(0x80, 0x100)}


def _words(text: str) -> list[str]:
    """Return the words that would tell: with a letter beyond ASCII, and not a sign that stands alone."""
    return [word for word in _WORD.findall(text) if len(word) > 1 and _FOREIGN.search(word)]


@lru_cache(maxsize=20_000)
def _is_syllable(word: str) -> bool:
    """Tell whether a word is spelled as a Vietnamese syllable: at most one tone, and a stop at the end only with its tones."""
    tones: list[str] = []
    bare: list[str] = []
    for letter in unicodedata.normalize("NFD", word.lower()):
        (tones if letter in _TONES else bare).append(letter)
    match = _SYLLABLE.fullmatch(unicodedata.normalize("NFC", "".join(bare)))
    if match is None or len(tones) > 1:
        return False
    return not match["stop"] or not tones or tones[0] in {"\u0301", "\u0323"}
