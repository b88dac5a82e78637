"""The decision that a list belongs to: from the line below an annex's title, or from the head of the decision itself."""

from __future__ import annotations

import re
import unicodedata

_DATE = (
    r"ngày\s*(?:[\d.…/-]+|[\d.…\s]{0,6}tháng\s*[\d.…\s]{0,6}năm\s*[\d.…]{0,6})(?:\s*tháng\s*[\d.…]+\s*năm\s*[\d.…]+)?"
)
_ATTACHED = re.compile(
    rf"kèm theo\s+((?:Quyết định|Tờ trình|Công văn|Thông báo)\s+số\s*:?\s*[\w.…/ -]{{0,20}}?/[\w/.-]+(?:\s*,?\s*{_DATE})?)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\bSố\s*:\s*([\d.…\s]{0,12}/\s*QĐ\s*-\s*[\wĐ-]+)", re.IGNORECASE)
_DAY = re.compile(rf",\s*({_DATE})", re.IGNORECASE)


def decision_in(text: str) -> str | None:
    """Return number and date of the decision that a text says the list belongs to, as published; a draft has no number yet.

    "(Kèm theo Quyết định số 897/QĐ-UBND ngày 12/3/2025 của …)" -> "Quyết định số 897/QĐ-UBND ngày 12/3/2025"; the head of a
    decision, "Số: /QĐ-UBND … Hà Nội, ngày … tháng 3 năm 2025", gives the same words. None: it names none.
    """
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    if attached := _ATTACHED.search(plain):
        return attached[1].strip(" ,.")
    number = _NUMBER.search(plain)
    if number is None:
        return None
    day = _DAY.search(plain)
    return f"Quyết định số {number[1].strip()}" + (f" {day[1].strip(' ,.')}" if day else "")
