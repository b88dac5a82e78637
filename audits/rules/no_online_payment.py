"""Where an online service costs something, it can be paid online."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.facts import as_published
from audits.gates import not_tried
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.procedure import Procedure, Verdict
    from audits.visited import Visited

TITLE = "Không thanh toán được trực tuyến"
REMEDY = "Kết nối nền tảng thanh toán trực tuyến cho thủ tục này và hiện lựa chọn đó ở bước nộp phí, lệ phí."
SEVERITY = Severity.MEDIUM
VERSION = 1
CITATIONS = (Citation("nd-42-2022", "Điều 12"), Citation("nd-224-2026", "điểm đ khoản 1 Điều 15"))


def check_visit(visited: Visited) -> Iterator[Verdict]:
    """Yield one verdict for the visit: a fail only where a fee is certainly due and the step where it stands was seen."""
    due, paid = visited.fee_due, visited.visit.checks.payment
    if reason := not_tried(visited):
        yield reason
    elif due is False or paid:
        yield Pass()
    elif due is None:
        yield Skip(Sentence("không chắc thủ tục này có thu phí, lệ phí khi nộp trực tuyến"))
    elif paid is None:
        yield Skip(Sentence("lượt thử dừng trước bước thanh toán nên không biết có thanh toán trực tuyến không"))
    else:
        fee = next(filter(None, (as_published(side, "fee") for side in _sides(visited))), "")
        yield Fail(
            expected="Thanh toán trực tuyến được phí, lệ phí",
            found="Bước nộp phí, lệ phí không có thanh toán trực tuyến",
            where="checks.payment",
            why=Sentence(
                "Thủ tục “{name}” có thu phí, lệ phí ({fee}) nhưng bước nộp phí không cho thanh toán trực tuyến.",
                {"name": visited.pair.published.name.strip(), "fee": fee},
            ),
        )


def _sides(visited: Visited) -> Iterator[Procedure]:
    yield visited.pair.published
    if visited.pair.official is not None:
        yield visited.pair.official
