"""Differences that an inspector has found lawful: from then on they are passed over, and every use of them is told."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from audits.jsonl import BadLine, InputError, read_objects
from audits.reading.codes import read_code
from audits.reading.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from audits.procedure import Finding

KEYS = ("code", "rule", "unit", "paper", "reason", "from", "until", "ended", "id", "decision")
"""The keys of a lawful difference as JSON; the last three are the store's and may be missing."""


@dataclass(frozen=True, slots=True)
class LawfulDifference:
    """What one rule shall no longer accuse: a procedure (national code), at one unit and for one paper, or (None) at all.

    It holds on the days from `since` to `until`, both included, and no longer from the day `ended` on; None: no limit.
    `id` and `decision` are its number in the store and that of the decision it was made from.
    """

    code: str
    rule: str
    reason: str
    unit: str | None = None
    paper: str | None = None
    since: date | None = None
    until: date | None = None
    ended: date | None = None
    id: int | None = None
    decision: int | None = None

    @property
    def last(self) -> date | None:
        """Return the last day it holds on; None: no limit."""
        days = [self.until, None if self.ended is None else self.ended - timedelta(days=1)]
        return min((day for day in days if day is not None), default=None)

    def holds(self, on: date) -> bool:
        """Tell whether it holds on that day."""
        return (self.since is None or self.since <= on) and (self.last is None or on <= self.last)


@dataclass(frozen=True, slots=True)
class Recognised:
    """A finding that was not made, because this lawful difference covers it."""

    difference: LawfulDifference
    finding: Finding


def lawful_record(item: LawfulDifference) -> dict[str, Any]:
    """Return a lawful difference as one JSON object, days in ISO 8601; `read_lawful` reads it."""
    values = (
        *(item.code, item.rule, item.unit, item.paper, item.reason),
        *(None if day is None else day.isoformat() for day in (item.since, item.until, item.ended)),
        *(item.id, item.decision),
    )
    return dict(zip(KEYS, values, strict=True))


class Lawful:
    """Many lawful differences, found by rule and procedure; the same ones give the same answers in any order."""

    def __init__(self, differences: Iterable[LawfulDifference] = ()) -> None:
        self._by_place: defaultdict[tuple[str, str], list[LawfulDifference]] = defaultdict(list)
        for item in sorted(differences, key=_order):
            self._by_place[item.rule, item.code].append(item)

    def find(
        self, rule: str, code: str | None, *, units: frozenset[str], paper: str | None, on: date | None
    ) -> LawfulDifference | None:
        """Return the one that covers a finding of `rule` on the procedure `code` at a unit of those names, or None.

        `paper` is the published line the finding is about (None: it is about no line); `on` None asks for any day.
        """
        if code is None:
            return None
        for item in self._by_place.get((rule, code), ()):
            if (
                (item.unit is None or item.unit in units)
                and (item.paper is None or (paper is not None and fold(item.paper) == fold(paper)))
                and (on is None or item.holds(on))
            ):
                return item
        return None


def procedure_code(finding_code: str | None, published_code: str | None) -> str | None:
    """Return the national code a difference about this finding is kept under: the official one, else the published one."""
    if finding_code is not None:
        return finding_code
    code = read_code(published_code)
    return code.national if code else None


def read_lawful(path: Path) -> tuple[LawfulDifference, ...]:
    """Read lawful differences, one JSON object a line: code, rule, reason, and unit, paper, from, until where they limit it.

    Raises:
        InputError: the file or one of its lines cannot be used; the message names the line and the key.

    """
    found = []
    for line, item in read_objects(path):
        where = f"{path}: dòng {line + 1}"
        if isinstance(item, BadLine):
            raise InputError(f"{where}: {item.why}; sửa dòng này rồi chạy lại")
        found.append(_difference(where, item))
    return tuple(found)


def _difference(where: str, item: Mapping[str, Any]) -> LawfulDifference:
    if unknown := sorted(set(item) - set(KEYS)):
        raise InputError(f"{where}: khóa không biết: {', '.join(unknown)}; dùng {', '.join(KEYS)}")
    texts = {key: item.get(key) for key in ("code", "rule", "reason", "unit", "paper")}
    for key, text in texts.items():
        if (text is not None and not isinstance(text, str)) or (
            key in {"code", "rule", "reason"} and not (text or "").strip()
        ):
            raise InputError(
                f"{where}: “{key}” phải là một chuỗi ký tự{'' if key in {'unit', 'paper'} else ' không trống'}"
            )
    code = read_code(texts["code"])
    if code is None:
        raise InputError(f"{where}: “code” phải là mã thủ tục quốc gia dạng 1.012784, gặp “{texts['code']}”")
    return LawfulDifference(
        code=code.national,
        rule=str(texts["rule"]),
        reason=str(texts["reason"]),
        unit=texts["unit"],
        paper=texts["paper"],
        since=_day(where, item, "from"),
        until=_day(where, item, "until"),
        ended=_day(where, item, "ended"),
    )


def _day(where: str, item: Mapping[str, Any], key: str) -> date | None:
    if item.get(key) is None:
        return None
    try:
        return date.fromisoformat(item[key])
    except (TypeError, ValueError) as error:
        raise InputError(f"{where}: “{key}” phải là ngày dạng 2026-11-23, gặp “{item[key]}”") from error


def _order(item: LawfulDifference) -> tuple[str, ...]:
    # The narrowest first, so that the reason told is the one given for this very case.
    return tuple(
        "~" if value is None else str(value)
        for value in (item.unit, item.paper, item.since, item.until, item.reason, f"{item.id or 0:012}")
    )
