"""A province signs its publishing decision at the latest five days before the act that sets the procedure takes effect."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from audits.gates import not_comparable
from audits.law import acts, number_of
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip
from audits.procedures_of_provinces import FIVE_DAYS_SINCE, by_this_province

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from audits.pair import Pair
    from audits.procedure import Procedure, Verdict

TITLE = "Chậm công bố"
REMEDY = "Trình ký quyết định công bố cùng lúc với văn bản quy định thủ tục để kịp hạn 05 ngày trước ngày văn bản có hiệu lực."
SEVERITY = Severity.MEDIUM
VERSION = 2
CITATIONS = (Citation("nd-63-2010", "Điều 15"),)
DAYS_BEFORE = timedelta(days=5)


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict for the procedure; judged only where every act it rests on is known with its first day."""
    official = not_comparable(pair) or by_this_province(pair)
    if isinstance(official, Skip):
        yield official
        return
    decided = official.decided_on
    effective = None if decided is None else _effective(pair, official)
    if decided is None:
        yield Skip(Sentence("danh mục quốc gia không nêu ngày ký quyết định công bố"))
    elif effective is None:
        yield Skip(Sentence("chưa biết ngày có hiệu lực của mọi văn bản quy định thủ tục"))
    elif effective <= FIVE_DAYS_SINCE:
        yield Skip(Sentence("văn bản có hiệu lực trước khi có thời hạn công bố hiện hành"))
    elif decided <= effective - DAYS_BEFORE:
        yield Pass()
    else:
        latest = effective - DAYS_BEFORE
        yield Fail(
            expected=latest.strftime("%d/%m/%Y"),
            found=decided.strftime("%d/%m/%Y"),
            where="",
            why=Sentence(
                "Văn bản quy định thủ tục có hiệu lực từ ngày {effective}, hạn công bố là ngày {latest}, nhưng quyết định công bố ký ngày {decided}.",
                {
                    "effective": effective.strftime("%d/%m/%Y"),
                    "latest": latest.strftime("%d/%m/%Y"),
                    "decided": decided.strftime("%d/%m/%Y"),
                },
            ),
        )


def _effective(pair: Pair, official: Procedure) -> date | None:
    """Return the first day of the newest act the procedure rests on; None: one of them is not known."""
    local = {
        number_of(row.resolution): row.since
        for rows in pair.catalogue.resolutions.values()
        for row in rows
        if row.since
    }
    days = []
    for basis in official.legal_bases or ():
        number = number_of(basis)
        act = acts().get(number or "")
        since = act.since if act and not act.unverified else local.get(number)
        if since is None:
            return None
        days.append(since)
    return max(days, default=None)
