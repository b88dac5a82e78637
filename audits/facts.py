"""What a procedure promises in values that can be held against another record of it: limits, amounts, papers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from audits.kept import kept
from audits.matching.papers import plain_text
from audits.procedure import Stated
from audits.reading.text import fold, has_any, remembered

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

    from audits.procedure import Procedure, Unit

_WORD = re.compile(r"\w+")
_NOTE = re.compile(r"(?:lưu ý|ghi chú|chú ý|số lượng hồ sơ|khi nộp|trường hợp hồ sơ)\b")
_CASES = ("trường hợp", "đối với", "vùng", "miền núi", "hải đảo", "địa bàn", "khu vực", "tùy theo", "hạng ", "loại ", "nhóm ")  # fmt: skip


@kept
def folded_papers(procedure: Procedure) -> tuple[str, ...]:
    """Return the names of the papers folded, in the order of the record."""
    return tuple([fold(document.name) for document in procedure.documents or ()])


@kept
def plain_papers(procedure: Procedure) -> tuple[str, ...]:
    """Return the names of the papers as plain text, in the order of the record."""
    return tuple([plain_text(document.name) for document in procedure.documents or ()])


Limits = frozenset[tuple["Fraction", "Unit"]]


def limits(procedure: Procedure) -> Limits | None:
    """Return the time limits over all channels, one a channel; None: none stated, or one that cannot be read or has cases."""
    terms = [method.terms for method in procedure.methods or () if method.terms is not None]
    if not terms or any(each.stated is not Stated.VALUES or len(each.options) != 1 for each in terms):
        return None
    if any(has_any(fold(each.raw), _CASES) for each in terms):
        return None
    return frozenset((each.options[0].number, each.options[0].unit) for each in terms)


def amounts(procedure: Procedure) -> frozenset[int] | None:
    """Return the fees in đồng over all channels, one a channel; None: none stated, or one that cannot be read or has cases."""
    fees = [method.fees for method in procedure.methods or () if method.fees is not None]
    if not fees or any(each.stated is not Stated.VALUES or len(each.options) != 1 for each in fees):
        return None
    if any(has_any(fold(each.raw), _CASES) for each in fees):
        return None
    return frozenset(each.options[0].amount for each in fees)


def papers(procedure: Procedure) -> frozenset[str] | None:
    """Return the papers as words without numbering, punctuation, headings and notes; None: no list of papers, or an empty one."""
    if not procedure.documents:
        return None
    return frozenset([words for text in plain_papers(procedure) if (words := _words(text))])


@remembered
def _words(text: str) -> str:
    """Return a paper's words; "" where the line is none."""
    return "" if text.endswith(":") or _NOTE.match(text) else " ".join(_WORD.findall(text))


def as_published(procedure: Procedure, field: str) -> str:
    """Return one of the fields `time`, `fee`, `documents` as it is written in the record."""
    if field == "documents":
        return "; ".join(document.name.strip() for document in procedure.documents or ())
    stated = (method.terms if field == "time" else method.fees for method in procedure.methods or ())
    return "; ".join(dict.fromkeys(value.raw.strip() for value in stated if value is not None and value.raw.strip()))


FIELDS: dict[str, tuple[str, str, Callable[[Procedure], frozenset[object] | None]]] = {
    "time": ("thời hạn giải quyết", "methods[0].time", limits),
    "fee": ("phí, lệ phí", "methods[0].fee", amounts),
    "documents": ("thành phần hồ sơ", "documents", papers),
}
"""The fields that can be compared: name in Vietnamese, place in a published record, and how the values are read."""
