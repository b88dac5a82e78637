"""Good practice: a dossier handed in online costs certainly less than one handed in at the counter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.gates import not_comparable
from audits.procedure import Channel, Citation, Fail, Pass, Sentence, Skip, Stated
from audits.reading.money import DOUBTFUL, write_amount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import Fee, Method, Procedure, Verdict

TITLE = "Giảm phí khi nộp trực tuyến"
REMEDY = "Biểu dương đơn vị và phổ biến mức giảm để người dân chọn nộp trực tuyến."
SEVERITY = None
VERSION = 2
CITATIONS = (Citation("nd-63-2010", "điểm a khoản 2 Điều 13"),)


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict for the procedure: praise where the catalogue itself sets no lower fee online."""
    if reason := not_comparable(pair):
        yield reason
        return
    assert pair.official is not None  # noqa: S101 - not_comparable has seen to it
    online, direct = _fee(pair.published, Channel.ONLINE), _fee(pair.published, Channel.DIRECT)
    if online is None or direct is None:
        yield Skip(Sentence("nguồn không nêu một mức thu đọc được cho cả nộp trực tuyến và nộp trực tiếp"))
        return
    (index, less), (_, more) = online, direct
    official = _fee(pair.official, Channel.ONLINE)
    if less.amount >= more.amount or (less.unit != more.unit and less.amount and None not in {less.unit, more.unit}):
        yield Pass()
    elif official is None:
        yield Skip(Sentence("danh mục quốc gia không nêu mức thu đọc được khi nộp trực tuyến"))
    elif less.amount >= official[1].amount:
        yield Pass()
    else:
        yield Fail(
            expected=_written(official[1]),
            found=_written(less),
            where=f"methods[{index}].fee",
            why=Sentence(
                "Đơn vị thu {online} khi nộp trực tuyến, thấp hơn {direct} khi nộp trực tiếp.",
                {"online": _written(less), "direct": _written(more)},
            ),
        )


def _fee(procedure: Procedure, channel: Channel) -> tuple[int, Fee] | None:
    """Return the place and the fee of the one method of a channel that states exactly one amount."""
    rows: list[tuple[int, Method]] = [
        (index, method) for index, method in enumerate(procedure.methods or ()) if method.channel is channel
    ]
    if len(rows) != 1:
        return None
    index, method = rows[0]
    if method.fees is None or method.fees.stated is not Stated.VALUES or len(method.fees.options) != 1:
        return None
    fee = method.fees.options[0]
    return None if 0 < fee.amount < DOUBTFUL else (index, fee)


def _written(fee: Fee) -> str:
    if fee.amount == 0:
        return "0 đồng"
    return write_amount(fee.amount) + (f"/{fee.unit}" if fee.unit else "")
