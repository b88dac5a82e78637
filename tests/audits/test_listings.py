"""What several sources show of one procedure: each source against itself, each unit against itself, nobody against others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audits.judge import Judge
from audits.listings import Listings, listing_of
from audits.pair import Coverage
from tests.audits.sample import ON, catalogue, official, record

if TYPE_CHECKING:
    from collections.abc import Iterable

JUDGE = Judge(catalogue([official("1.000894", "Đăng ký kết hôn", ["Tờ khai"]), official("1.001193", "Khai sinh")]))
Row = tuple[str, str, str | None]  # place, unit, time limit


def listings(rows: Iterable[Row], several: Iterable[str] = ("UBND xã Mẫu",)) -> Listings:
    collected = Listings(several)
    for place, unit, time in rows:
        methods = None if time is None else [{"channel": "Trực tiếp", "time": time}]
        one = record("1.000894", "Đăng ký kết hôn", methods=methods, source={"agency": unit, "target": place})
        collected.add(place, one.source, listing_of(JUDGE.pair(one, ON, Coverage())))
    return collected


A, B, C = "cổng", "danh mục", "bảng niêm yết"
OURS, OTHERS = "UBND xã Mẫu", "UBND xã Khác"


@pytest.mark.parametrize(
    ("rows", "place", "repeated", "across"),
    [
        ([(A, OURS, "3 ngày"), (A, OURS, "5 ngày")], None, ["thời hạn 3 ngày | thời hạn 5 ngày"], []),
        ([(A, OURS, "3 ngày"), (A, OURS, "5 ngày")], B, [], []),
        ([(A, OURS, "3 ngày"), (B, OURS, "5 ngày")], None, [], ["thời hạn 5 ngày | thời hạn 3 ngày"]),
        ([(A, OURS, "3 ngày"), (B, OURS, "5 ngày")], B, [], ["thời hạn 3 ngày | thời hạn 5 ngày"]),
        ([(A, OURS, "3 ngày"), (B, OURS, "5 ngày")], A, [], ["thời hạn 5 ngày | thời hạn 3 ngày"]),
        ([(A, OURS, "3 ngày"), (B, OURS, "5 ngày"), (C, OURS, "3 ngày")], C, [], ["thời hạn 5 ngày | thời hạn 3 ngày"]),
        ([(A, OURS, "3 ngày"), (B, OTHERS, "5 ngày")], None, [], []),
        ([(A, OTHERS, "3 ngày"), (B, OTHERS, "5 ngày")], None, [], []),  # not named as publishing in several places
        ([(A, OURS, "3 ngày"), (A, OURS, None), (A, OURS, "theo quy định")], None, [], []),
        ([(A, OURS, "3 ngày"), (B, OURS, "3 ngày"), (B, OURS, "theo quy định")], None, [], []),
        ([(A, OURS, "3 ngày")] * 1000, None, [], []),
        ([], None, [], []),
    ],
)
def test_listings(rows: list[Row], place: str | None, repeated: list[str], across: list[str]) -> None:
    collected = listings(rows)
    assert [f"{each.first} | {each.other}" for each in collected.repeated(place)] == repeated
    assert [f"{each.first} | {each.other}" for each in collected.across(place)] == across


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (None, "Đăng ký kết hôn"),  # no code: nothing is listed under it
        ("1.001193", "Đăng ký kết hôn"),  # another procedure's code is name_code_mismatch, not a repeated listing
        ("1.0008940", "Đăng ký kết hôn"),
    ],
)
def test_what_is_not_listed_under_its_own_code(code: str | None, name: str) -> None:
    assert listing_of(JUDGE.pair(record(code, name), ON, Coverage())) is None
