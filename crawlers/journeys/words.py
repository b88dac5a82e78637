"""What a citizen types into a portal's search (the code, the exact name, the name without accents, the name with a likely slip),
and how texts and addresses are compared.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_CODE = re.compile(r"\d\s*\.\s*\d{6}")
LONGEST = 120  # characters; search boxes cut or refuse more


def queries(code: str | None, name: str | None) -> Iterator[tuple[str, str]]:
    """Yield (kind, query) for each way of asking: kind is code, name, unaccented or mistyped."""
    if (short := code_of(code)) is not None:
        yield "code", short
    if name and name.strip():
        text = " ".join(name.split())[:LONGEST].strip()
        yield "name", text
        yield "unaccented", unaccented(text)
        yield "mistyped", mistyped(text)


def code_of(text: str | None) -> str | None:
    """Return the national code in a published code ("1.012784.H19" has 1.012784), or None."""
    found = _CODE.search(text or "")
    return None if found is None else re.sub(r"\s", "", found[0])


def unaccented(text: str) -> str:
    """Return the text as typed without a Vietnamese keyboard."""
    plain = unicodedata.normalize("NFD", text).replace("đ", "d").replace("Đ", "D")
    return unicodedata.normalize("NFC", "".join(char for char in plain if not unicodedata.combining(char)))


def mistyped(text: str) -> str:
    """Return the text with two letters swapped inside its longest word: the commonest slip of fast fingers."""
    words = text.split(" ")
    place = max(range(len(words)), key=lambda index: (len(words[index]), -index))
    word = words[place]
    middle = max(1, len(word) // 2 - 1)
    if len(word) > 3:
        words[place] = word[:middle] + word[middle + 1] + word[middle] + word[middle + 2 :]
    return " ".join(words)


def folded(text: str) -> str:
    """Return the text for comparing: unaccented, lower case, words only, single spaces."""
    return " ".join(re.findall(r"[a-z0-9]+", unaccented(text).casefold()))


def names_it(text: str, code: str | None, name: str | None) -> bool:
    """Say whether a text names a procedure: by its national code, or by its whole name."""
    short = code_of(code)
    if short is not None and short in re.sub(r"\s", "", text):
        return True
    wanted = folded(name or "")
    return bool(wanted) and wanted in folded(text)


def bare_address(url: str) -> str:
    """Return the address for comparing: without its fragment and last slash."""
    return url.split("#", maxsplit=1)[0].rstrip("/")
