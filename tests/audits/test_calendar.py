"""Working days: weekends, holidays and their make-up days, exchanged Saturdays, and years nobody has announced yet."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib import resources

import pytest

from audits.calendar import holidays, is_working_day, working_days_after


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 23), True),
        (date(2026, 11, 22), False),  # a Sunday
        (date(2024, 2, 8), False),  # the eve of Tết
        (date(2024, 4, 29), False),  # exchanged for Saturday 4/5
        (date(2024, 5, 4), True),
        (date(2025, 4, 26), True),
        (date(2023, 5, 3), False),  # made up for 29/4, a Saturday
        (date(2026, 1, 10), False),  # an exchange nobody saw announced makes no Saturday a working day
        (date(2027, 5, 3), False),  # made up for 1/5, a Saturday
    ],
)
def test_working_days(day: date, works: bool) -> None:
    assert is_working_day(day) is works


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 11, 16), 5, date(2026, 11, 23)),
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # over a weekend
        (date(2026, 11, 22), 1, date(2026, 11, 23)),  # from a Sunday
        (date(2024, 2, 7), 1, date(2024, 2, 15)),  # over Tết
        (date(2024, 4, 26), 5, date(2024, 5, 7)),  # the exchanged Saturday counts
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
        (date(2027, 12, 30), 5, None),
        (date(2022, 12, 30), 1, None),
        (date(2022, 12, 31), 1, date(2023, 1, 3)),
        (date(2019, 8, 11), 5, None),
    ],
)
def test_counting_working_days(day: date, count: int, expected: date | None) -> None:
    assert working_days_after(day, count) == expected


def test_an_unknown_year_is_no_guess() -> None:
    with pytest.raises(ValueError, match="chưa có ngày nghỉ của năm 2031"):
        is_working_day(date(2031, 1, 6))


def test_the_data_is_in_order() -> None:
    rows = tomllib.loads(resources.files("audits").joinpath("holidays.toml").read_text(encoding="utf-8"))["holiday"]
    off = [day for row in rows for day in row["off"]]
    worked = [day for row in rows for day in row.get("worked", ())]
    assert all(row["source"] and row["name"] for row in rows)
    assert len(off) == len(set(off))
    assert all(day.weekday() < 5 for day in off), "a holiday on a weekend is made up on a weekday"
    assert all(day.weekday() == 5 for day in worked)
    assert {day.year for day in off} == holidays().years
    # Eleven days of the law a year since 2021, one more of the culture day since 2026; unverified years may hold more.
    for year in (2023, 2024, 2025):
        own = [row for row in rows if row["off"][0].year == year]
        assert sum(len(row["off"]) - len(row.get("worked", ())) for row in own) == 11
