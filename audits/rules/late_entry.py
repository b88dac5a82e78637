"""A province enters its procedures in the national database within five working days of signing their decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.calendar import working_days_after
from audits.gates import not_comparable
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip
from audits.procedures_of_provinces import entry_dates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import Verdict

TITLE = "Chậm nhập cơ sở dữ liệu quốc gia"
REMEDY = "Phân công đầu mối nhập dữ liệu ngay khi ký quyết định công bố và theo dõi hạn 05 ngày làm việc."
SEVERITY = Severity.MEDIUM
VERSION = 2
CITATIONS = (Citation("nd-63-2010", "khoản 2 Điều 24"),)
CLOCK = 5
"""Working days from signing (NĐ 63 Điều 24 khoản 2, as amended by NĐ 92/2017)."""


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict for the procedure; only a province's own decision is judged."""
    dates = not_comparable(pair) or entry_dates(pair)
    if isinstance(dates, Skip):
        yield dates
        return
    decided, entered = dates
    latest = working_days_after(decided, CLOCK)
    if latest is None:
        yield Skip(Sentence("chưa có ngày nghỉ lễ của năm đó để tính thời hạn"))
    elif entered <= latest:
        yield Pass()
    else:
        yield Fail(
            expected=latest.strftime("%d/%m/%Y"),
            found=entered.strftime("%d/%m/%Y"),
            where="",
            why=Sentence(
                "Quyết định công bố ký ngày {decided}, hạn nhập cơ sở dữ liệu quốc gia là ngày {latest}, nhưng đến ngày {entered} mới đăng tải.",
                {
                    "decided": decided.strftime("%d/%m/%Y"),
                    "latest": latest.strftime("%d/%m/%Y"),
                    "entered": entered.strftime("%d/%m/%Y"),
                },
            ),
        )
