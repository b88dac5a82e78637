"""Working days of Vietnamese offices, with the holidays of holidays.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Holidays:
    """The years whose holidays are known, the weekdays off, and the Saturdays worked in exchange."""

    years: frozenset[int]
    off: frozenset[date]
    worked: frozenset[date]


@cache
def holidays() -> Holidays:
    """Return the known holidays; an exchange of days that nobody saw announced makes no Saturday a working day."""
    data = tomllib.loads(resources.files("audits").joinpath("holidays.toml").read_text(encoding="utf-8"))
    rows = data["holiday"]
    return Holidays(
        years=frozenset(data["years"]),
        off=frozenset(day for row in rows for day in row["off"]),
        worked=frozenset(day for row in rows if not row.get("unverified", False) for day in row.get("worked", ())),
    )


def is_working_day(day: date) -> bool:
    """Tell whether offices work on that day.

    Raises:
        ValueError: the holidays of that year are not known.

    """
    known = holidays()
    if day.year not in known.years:
        raise ValueError(f"holidays.toml: chưa có ngày nghỉ của năm {day.year}; bổ sung năm này rồi chạy lại")
    return day in known.worked or (day.weekday() < 5 and day not in known.off)


def working_days_after(day: date, count: int) -> date | None:
    """Return the `count`-th working day after a day, which is itself not counted; None: holidays on the way are not known."""
    while count:
        day += timedelta(days=1)
        if day.year not in holidays().years:
            return None
        count -= is_working_day(day)
    return day
