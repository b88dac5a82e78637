"""Internal processes annexed to a list: who does what in which time; the times of the steps must add up to the stated total."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from crawlers.lists.headers import fold, read_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crawlers.lists.grid import Row, Table

_STEP = ("trinh tu", "buoc", "noi dung cong viec", "noi dung thuc hien", "cong viec")
_WHO = (
    "trach nhiem",
    "nguoi thuc hien",
    "don vi thuc hien",
    "bo phan thuc hien",
    "nguoi chiu trach nhiem",
    "chuc danh",
)
_TIME = ("thoi gian", "thoi han")
_TOTAL = re.compile(r"tong (?:cong|so|thoi gian|thoi han)|(?:thoi han|thoi gian) (?:giai quyet|thuc hien)")
_STATED = re.compile(
    r"(?:tổng\s+)?th(?:ời|oi)\s+(?:gian|hạn)\s+(?:giải\s+quyết|thực\s+hiện)[^:\n]{0,80}:\s*([^\n]{1,80})", re.IGNORECASE
)
_CODE = re.compile(r"\d\.\d{6}(?:\.[\d.]*H\d{2})?")
_NAME = re.compile(
    r"^\s*(?:(?:quy trình|thủ tục|tthc|tên thủ tục|tên tthc)\s*(?:nội bộ\s*)?(?:số\s*)?[\d.]*\s*[:.–-]\s*|\d{1,3}[.)]\s*(?:(?:thủ tục|tthc)\s*(?:hành chính)?\s*:?\s*)?)",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"(\d+(?:[.,]\d+)?|½|¼|¾)\s*(?:\((?:[^()]*)\)\s*)?(ngày(?: làm việc)?|giờ(?: làm việc)?|buổi|phút)", re.IGNORECASE
)
_FRACTIONS = {"½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4)}


class Owner(NamedTuple):
    """The procedure that a process belongs to, as the lines before it name it."""

    code: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Process:
    """One process: its procedure, its total as stated, and what of its times does not add up (None: nothing, or no telling)."""

    owner: Owner
    total: str | None
    mismatch: str | None


def is_process(table: Table) -> bool:
    """Tell whether a table lists the steps of a process, not procedures."""
    heads = range(min(3, len(table.rows)))
    return _head(table) is not None and not any(read_header(table.rows, index) for index in heads)


def read_process(table: Table) -> Process:
    """Read a table of steps."""
    begin, time, who = _head(table) or (0, 0, 0)
    steps: list[str] = []
    total: str | None = None
    headers = [row.texts() for row in table.rows[:begin]]
    for row in table.rows[begin:]:
        if row.texts() in headers:
            continue  # repeated on the next page
        texts = row.texts()
        cell = row.cell(time)
        head = fold(" ".join(text for column, text in texts if column < time))
        if _TOTAL.match(head) or _TOTAL.match(fold(texts[0][1])):
            total = cell.text or texts[-1][1]
        elif cell.text and not cell.above and not cell.left and (row.cell(who).text or not _AMOUNT.fullmatch(head)):
            steps.append(cell.text)
    stated = _STATED.search("\n".join(table.captions))
    total = total or (stated[1].strip(" .;") if stated else None)
    return Process(_owner(table.captions), total, _mismatch(steps, total))


def _head(table: Table) -> tuple[int, int, int] | None:
    return next(
        (found for index, row in enumerate(table.rows[:3]) if (found := _columns(row, index)) is not None), None
    )


def _columns(row: Row, index: int) -> tuple[int, int, int] | None:
    """Return the row below the header, the column of times and that of who does it; None: the row heads no process."""
    labels = {column: fold(text) for column, text in row.texts()}

    def find(words: Sequence[str]) -> int | None:
        return next((column for column, label in labels.items() if label.startswith(tuple(words))), None)

    step, who, time = find(_STEP), find(_WHO), find(_TIME)
    return None if step is None or who is None or time is None else (index + 1, time, who)


def _owner(captions: Iterable[str]) -> Owner:
    """Return the procedure that the line nearest before the table names."""
    for caption in reversed(list(captions)):
        code, named = _CODE.search(caption), _NAME.match(caption)
        if code is None and named is None:
            continue
        name = _NAME.sub("", caption)
        name = re.sub(
            r"\s*[([–-]?\s*(?:mã(?: số)?(?: TTHC| thủ tục)?\s*:?\s*)?\d\.\d{6}[^)\]]*[)\]]?",
            "",
            name,
            flags=re.IGNORECASE,
        )
        return Owner(code[0] if code else None, " ".join(name.split()).strip(" .:;-–") or None)
    return Owner(None, None)


def _mismatch(steps: Sequence[str], total: str | None) -> str | None:
    """Return what the steps add up to where that is surely not the total; a day is 8 hours, or 24 where that fits."""
    if not steps or total is None:
        return None
    for hours in (8, 24):
        parts = [_hours(text, hours) for text in steps]
        whole = _hours(total, hours)
        if whole is None or None in parts:
            return None
        added = sum((part for part in parts if part is not None), Fraction(0))
        if added == whole:
            return None
    days = sum((_hours(text, 8) or Fraction(0) for text in steps), Fraction(0)) / 8
    return f"{float(days):.3g}".replace(".", ",") + " ngày"


def _hours(text: str, day: int) -> Fraction | None:
    """Return the one time that a text states, in hours; None where it states none, several, or a choice."""
    found = _AMOUNT.findall(text)
    if len(found) != 1 or re.search(r"\b(?:hoặc|đến|không quá .* và|mỗi)\b|\d\s*-\s*\d", text, re.IGNORECASE):
        return None
    number, unit = found[0]
    amount = _FRACTIONS.get(number) or Fraction(number.replace(",", "."))
    unit = unit.lower()
    return amount * (
        day if unit.startswith("ngày") else 4 if unit == "buổi" else Fraction(1, 60) if unit == "phút" else 1
    )
