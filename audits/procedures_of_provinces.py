"""What can be said of the decisions by which provinces publish their own procedures."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from audits.procedure import Sentence, Skip

if TYPE_CHECKING:
    from audits.pair import Pair
    from audits.procedure import Procedure

# Procedures that are older were carried over from the old portal in the spring of 2026: their day of entry is that of the
# move, not of the province's own work. (The last such day was not announced; the end of May is what saved records show.)
MOVED_UNTIL = date(2026, 5, 31)
FIVE_DAYS_SINCE = date(2017, 9, 25)
"""First day of the clocks of NĐ 92/2017."""


_MINISTRYS = Skip(
    Sentence("thủ tục do bộ công bố, thời hạn công bố và nhập dữ liệu không thuộc trách nhiệm của địa phương")
)


def by_this_province(pair: Pair) -> Procedure | Skip:
    """Return the official procedure where the province that publishes it has decided on it itself, else why not."""
    official = pair.official
    promulgator = (official and official.promulgator) or ""
    if official is None or not promulgator.startswith("H"):
        return _MINISTRYS
    if pair.territory is None or promulgator.split(".")[0] != pair.territory:
        return Skip(Sentence("thủ tục do địa phương khác công bố hoặc chưa rõ nguồn thuộc địa phương nào"))
    return official


def entry_dates(pair: Pair) -> tuple[date, date] | Skip:
    """Return the days on which the province's decision was signed and entered, else why they say nothing."""
    official = by_this_province(pair)
    if isinstance(official, Skip):
        return official
    decided, entered = official.decided_on, official.entered_on
    if decided is None or entered is None or entered < decided:
        return Skip(Sentence("danh mục quốc gia không nêu ngày ký quyết định công bố và ngày đăng tải"))
    if decided <= MOVED_UNTIL:
        return Skip(Sentence("ngày đăng tải là ngày chuyển dữ liệu sang cổng mới, không phải ngày đơn vị nhập"))
    return decided, entered
