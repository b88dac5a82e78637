"""Several values in one field: which of the words between them name the case each value is for."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from audits.reading.text import CAPITALS

if TYPE_CHECKING:
    from collections.abc import Sequence

    Span = tuple[int, int]

# Where one statement ends and the next begins. A full stop ends it only before a space, so 1.000 and 15.30 stay whole.
# Branches begin with single letters, which is what makes the search fast.
_LINE = "|".join(
    [r"\n|;|\.(?=\s|$)", *(rf"{word[0]}(?<!\w.){word[1:]}" for word in ("Lưu ý", "lưu ý", "Ghi chú", "ghi chú"))]
)
_LINE_END = re.compile(_LINE)
_END = re.compile("|".join([_LINE, *(rf"{bullet}(?<=\s.)(?=\s+[{CAPITALS}])" for bullet in ("-", r"\+", r"\*", "•"))]))
# Within a statement, a new case may begin after a comma.
_NEW_CASE = re.compile(r",\s*(?=(?:đối với|trường hợp|riêng|nếu|tối đa|từ|còn)\b)", re.IGNORECASE)
# Words after a value that belong to it.
_AFTER = re.compile(
    r"\s*(?:[:(]|,?\s*(?:kể từ|tính từ|sau khi|từ (?:ngày|khi|thời điểm)|đối với|trong trường hợp|trường hợp|nếu|khi|cho|với|áp dụng|tùy|theo)\b)",
    re.IGNORECASE,
)
_TRIMMED = " \n\t-+*•.,;:="
_LINK = re.compile(r"^\s*(?:và|hoặc|thì)\s|\s(?:và|hoặc|thì)$", re.IGNORECASE)
_LONGEST = 400


def contexts(text: str, spans: Sequence[Span]) -> list[tuple[str, str]]:
    """Return for each span, in the order of the text, the words before it and the words behind it that say what it is for."""
    before = [text[: spans[0][0]]] if spans else []
    behind = []
    for (_, end), (start, _) in pairwise(spans):
        between = text[end:start]
        cut = _belongs_behind(between)
        behind.append(between[:cut])
        before.append(between[cut:])
    if spans:
        tail = text[spans[-1][1] :]
        behind.append(tail[: _belongs_behind(tail, last=True)])
    return [(_last_statement(first), second) for first, second in zip(before, behind, strict=True)]


def joined(before: str, behind: str) -> str:
    """Return the words around a value as one context, without bullets, points and linking words at its ends."""
    text = " ".join(f"{before} {behind}".split())
    return _LINK.sub("", text.strip(_TRIMMED).lstrip(")"))[:_LONGEST].strip(_TRIMMED)


def enclosing_end(text: str, start: int) -> int | None:
    """Return where the parenthesis that is open at `start` closes; None if none is open there."""
    depth = text.count("(", 0, start) - text.count(")", 0, start)
    if depth <= 0:
        return None
    level = 0
    for index in range(start, len(text)):
        level += {"(": 1, ")": -1}.get(text[index], 0)
        if level < 0:
            return index
    return len(text)


def statement_start(text: str, place: int) -> int:
    """Return where the statement in which `place` stands begins."""
    start = 0
    for end in _END.finditer(text, 0, place):
        start = end.end()
    return start


def statement_end(text: str, place: int) -> int:
    """Return where the statement in which `place` stands ends."""
    match = _END.search(text, place)
    return match.start() if match else len(text)


def statements(text: str) -> list[str]:
    """Return the statements of a text, trimmed of bullets and points; empty ones left out."""
    return [statement for part in _END.split(text) if (statement := part.strip(_TRIMMED))]


def _belongs_behind(between: str, *, last: bool = False) -> int:
    """Return how much of the words behind a value belongs to it."""
    if not _AFTER.match(between):
        return 0
    if (opening := re.match(r"\s*\(", between)) and (closing := enclosing_end(between, opening.end())) is not None:
        if closing == len(between):
            return 0  # the parenthesis holds the next value too
        rest = closing + 1
        return rest + _belongs_behind(between[rest:], last=last)
    ends = [match.start() for pattern in (_END, _NEW_CASE) if (match := pattern.search(between, 1))]
    if not ends and not last and between.rstrip().endswith(":"):
        return 0  # one heading, and it opens the next value
    return min(ends, default=len(between))


def _last_statement(text: str) -> str:
    parts = [part for part in _LINE_END.split(text) if part.strip(_TRIMMED)]
    if not parts:
        return ""
    kept = [parts[-1]]
    # A heading ("Trường hợp cấp mới:") is part of what follows it.
    for part in reversed(parts[:-1]):
        if not part.rstrip().endswith(":"):
            break
        kept.insert(0, part)
    return " ".join(kept)
