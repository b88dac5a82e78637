"""Vietnamese text as published -> text that can be read and compared; the meaning is never changed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_REMEMBERED = 1 << 16
"""How many texts a reader remembers: the papers of the whole catalogue, and as many published ones."""
_SHORT, _LONG, _LONG_REMEMBERED = 1_000, 20_000, 64
"""Up to what length texts are remembered: short ones as many as there are, long ones the last few, which several rules read."""
TOKENS, LONGEST_TOKEN = 1 << 16, 40
"""How many tokens are remembered, and of what length at most; a language has no more."""

_CLEANED = {
    "Ð": "Đ",  # the Icelandic letter, typed for the Vietnamese one
    "ð": "đ",
    "\u2028": "\n",
    "\u2029": "\n",
    "\x0b": "\n",
    "\x0c": "\n",
    "\x85": "\n",
}
_ODD = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\xa0\xad\xd0\xf0\u0300-\u036f\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ue000-\uf8ff\U000f0000-\U0010fffd]"
)
_GLYPHS = re.compile(r"[\ue000-\uf8ff\U000f0000-\U0010fffd]")
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
_UNTIDY = ("  ", "\n ", " \n", "\n\n")
_BLANKS = re.compile(r"[^\S\n]+")

_LOOK_ALIKES = str.maketrans(
    dict(
        zip(
            "АВЕЗКМНОРСТУХІЈЅԌԚԜаеорсухіјѕԛԝгΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
            "ABE3KMHOPCTYXIJSGQWaeopcyxijsqwrABEZHIKMNOPTYXo",
            strict=True,
        )
    )
)
_LOOK_ALIKE = re.compile(f"[{''.join(map(chr, _LOOK_ALIKES))}]")

_PUNCTUATION = {
    **dict.fromkeys("“”„‟«»″〝〞", '"'),
    **dict.fromkeys("‘’‚‛`´′", "'"),
    **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
    **dict(zip("：；，．（）／％＋", ":;,.()/%+", strict=True)),
    "\n": " ",
}
_PUNCTUATED = re.compile(f"[{''.join(re.escape(letter) for letter in _PUNCTUATION)}]")

# Vietnamese capitals, for the inside of a character class: À-Ỹ would take in small letters.
CAPITALS = "A-ZÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬĐÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"

_TONES = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")  # none, huyền, sắc, hỏi, ngã, nặng


_Value = TypeVar("_Value")
_Text = TypeVar("_Text", str, str | None)


class _Memory(dict[_Text, _Value]):
    """What a reader made of the texts it read last; those not met again since the memory was half full are forgotten."""

    def __init__(self, read: Callable[[_Text], _Value], texts: int) -> None:
        super().__init__()
        self._read: Callable[[_Text], _Value] = read
        self._read_lately = lru_cache(maxsize=_LONG_REMEMBERED)(read)
        self._texts = texts
        self._older: dict[_Text, _Value] = {}

    def __missing__(self, text: _Text) -> _Value:
        if text is not None and len(text) > _SHORT:
            return self._read_lately(text) if len(text) <= _LONG else self._read(text)
        value = self._older.pop(text) if text in self._older else self._read(text)
        if len(self) >= self._texts // 2:
            self._older = dict(self)
            self.clear()
        self[text] = value
        return value


def remembered(read: Callable[[_Text], _Value]) -> Callable[[_Text], _Value]:
    """Make a reader of one text remember what it read last: published texts repeat a million times, long ones seldom."""
    return _Memory(read, _REMEMBERED).__getitem__


def has_any(text: str, words: Iterable[str]) -> bool:
    """Tell whether a text has one of the words."""
    for word in words:  # noqa: SIM110 - a loop takes a third of the time of `any`
        if word in text:
            return True
    return False


def remembered_lately(read: Callable[[_Text], _Value]) -> Callable[[_Text], _Value]:
    """Make a reader of parts of texts remember what it read last: the same few phrases stand in most texts."""
    return _Memory(read, _REMEMBERED >> 4).__getitem__


class Guarded:
    """A pattern with words without one of which it cannot match, so that few texts need to be searched for it.

    The words must be looked for where the pattern is: in a folded text, if it is written for one.
    """

    def __init__(self, pattern: str, *words: str) -> None:
        self.pattern = re.compile(pattern)
        self.words = words

    def may_match(self, text: str) -> bool:
        """Tell whether the text has one of the words."""
        return has_any(text, self.words)

    def search(self, text: str) -> re.Match[str] | None:
        """Search the text as `re.Pattern.search` does."""
        return self.pattern.search(text) if self.may_match(text) else None

    def sub(self, by: str, text: str) -> str:
        """Replace in the text as `re.Pattern.sub` does."""
        return self.pattern.sub(by, text) if self.may_match(text) else text


def _toned(letter: str, tone: str) -> str:
    return unicodedata.normalize("NFC", letter + tone)


# Syllables whose tone mark, or i/y, is written two ways: the written form -> one form. Only open syllables ("hoà",
# never "hoàn"), so that no two different words become one.
_SPELLINGS = {
    **{
        first + _toned(second, tone): _toned(first, tone) + second
        for first, second in ("oa", "oe", "uy")
        for tone in _TONES[1:]
    },
    **{"q" + _toned("u", tone) + "y": "qu" + _toned("y", tone) for tone in _TONES[1:]},
    **{"qu" + _toned(vowel, tone): "qu" + _toned("y", tone) for vowel, tone in product("iy", _TONES)},
    **{"q" + _toned("u", tone) + "i": "qu" + _toned("y", tone) for tone in _TONES[1:]},
    **{"g" + _toned("i", tone) + "a": "gi" + _toned("a", tone) for tone in _TONES[1:]},
}
_ONE_CONSONANT = {start + _toned("i", tone): start + _toned("y", tone) for start, tone in product("hklmst", _TONES)}
_ONE_SPELLING = {**_SPELLINGS, **_ONE_CONSONANT}
# Branches begin with single letters, which is what makes the search fast.
_SPELT_TWO_WAYS = re.compile(
    "(?:o[àáảãạèéẻẽẹ]|u[ỳýỷỹỵ]|q[uùúủũụ][iìíỉĩịyỳýỷỹỵ]|g[ìíỉĩị]a|[hklmst](?<![^\\W\\d_].)[iìíỉĩị])(?![^\\W\\d_])"
)


def clean(text: str) -> str:
    """Return the text in NFC without invisible and private-use characters, one space between words, empty lines dropped."""
    if not unicodedata.is_normalized("NFC", text) or _ODD.search(text):
        text = _GLYPHS.sub(" ", _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
        for odd, plain in _CLEANED.items():
            text = text.replace(odd, plain)
        text = unicodedata.normalize("NFC", text)
    elif not any(pair in text for pair in _UNTIDY):
        return text.strip()
    lines = (_BLANKS.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def look_alikes(text: str) -> str:
    """Return the text with Cyrillic and Greek letters that look Latin replaced, as in the number `66/NQ-СР`."""
    return text.translate(_LOOK_ALIKES) if _LOOK_ALIKE.search(text) else text


class _Folded(dict[str, str]):
    """Every written token seen so far with its folded form: a language has few tokens, so almost all are met again."""

    def __missing__(self, token: str) -> str:
        folded = look_alikes(clean(token))
        folded = unicodedata.normalize("NFC", folded.lower())
        folded = _SPELT_TWO_WAYS.sub(_respelt, _PUNCTUATED.sub(_plain_mark, folded))
        if len(self) < TOKENS and len(token) <= LONGEST_TOKEN:
            self[token] = folded
        return folded


_FOLDED = _Folded()


@remembered
def fold(text: str) -> str:
    """Return the text for comparing: clean, lower case, one spelling of tone marks and punctuation, on one line.

    Letter by letter it is as long as `clean(text)`, so that a place found in one is the same place in the other
    (save for rare foreign capitals whose lower case is longer).
    """
    folded = " ".join(map(_FOLDED.__getitem__, text.split()))
    # A token of invisible characters alone leaves nothing, and no second space either.
    return " ".join(folded.split()) if "  " in folded or folded[:1] == " " or folded[-1:] == " " else folded


@remembered
def unaccented(text: str) -> str:
    """Return the folded text without any diacritics, đ as d: what people type into a search box."""
    letters = unicodedata.normalize("NFD", fold(text).replace("đ", "d"))
    # Folded once more, for a foreign letter may have hidden one of the syllables that are spelt two ways ("sî").
    return fold("".join(letter for letter in letters if not unicodedata.combining(letter)))


def _plain_mark(match: re.Match[str]) -> str:
    return _PUNCTUATION[match[0]]


def _respelt(match: re.Match[str]) -> str:
    return _ONE_SPELLING.get(match[0], match[0])  # two tones in one syllable: a slip, left as it is
