"""Good practice: a province enters a procedure in the national database on the day its decision is signed or the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.calendar import working_days_after
from audits.gates import not_comparable
from audits.procedure import Citation, Fail, Pass, Sentence, Skip
from audits.procedures_of_provinces import entry_dates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import Verdict

TITLE = "Công khai sớm hơn quy định"
REMEDY = "Biểu dương đơn vị và giữ nếp nhập dữ liệu ngay khi ký quyết định công bố."
SEVERITY = None
VERSION = 2
CITATIONS = (Citation("nd-63-2010", "khoản 2 Điều 24"),)


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict for the procedure; a "fail" of a good practice is the praise itself."""
    dates = not_comparable(pair) or entry_dates(pair)
    if isinstance(dates, Skip):
        yield dates
        return
    decided, entered = dates
    soon = working_days_after(decided, 1)
    if soon is None:
        yield Skip(Sentence("chưa có ngày nghỉ lễ của năm đó để tính thời hạn"))
    elif entered > soon:
        yield Pass()
    else:
        yield Fail(
            expected="05 ngày làm việc kể từ ngày ký quyết định công bố",
            found=entered.strftime("%d/%m/%Y"),
            where="",
            why=Sentence(
                "Quyết định công bố ký ngày {decided} đã được đăng tải trên cơ sở dữ liệu quốc gia ngay ngày {entered}, sớm hơn hạn 05 ngày làm việc.",
                {"decided": decided.strftime("%d/%m/%Y"), "entered": entered.strftime("%d/%m/%Y")},
            ),
        )
