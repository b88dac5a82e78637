"""Good practice: an office settles the procedure certainly faster than the official limit, in every case and channel."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from audits.gates import not_comparable
from audits.procedure import Citation, Fail, Pass, Sentence, Skip
from audits.reading.terms import certainly_shorter, write_term
from audits.reading.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import Verdict

TITLE = "Rút ngắn thời hạn"
REMEDY = "Biểu dương đơn vị và xem xét nhân rộng thời hạn rút ngắn ở các đơn vị cùng loại."
SEVERITY = None
VERSION = 2
CITATIONS = (Citation("nd-63-2010", "điểm đ khoản 2 Điều 8"),)

_CASE = re.compile(r"trường hợp|đối với|\bbước\b")


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict for the procedure; a "fail" of a good practice is the praise itself."""
    if reason := not_comparable(pair):
        yield reason
        return
    shortest = None
    for index, published, held_against in pair.comparable_terms:
        official = held_against.whole
        # Several limits in one field may be steps or cases: only a single one, of no case, says how long the whole takes.
        of_a_case = len(published.options) > 1 or _CASE.search(fold(published.options[0].context))
        if of_a_case or not all(certainly_shorter(published.options[0], limit) for limit in official):
            yield Pass()
            return
        shortest = shortest or (index, published, official)
    if shortest is None:
        yield Skip(Sentence("không có thời hạn đọc được ở cả hai bên để so sánh"))
        return
    index, published, official = shortest
    yield Fail(
        expected=write_term(official[0]),
        found=published.raw,
        where=f"methods[{index}].time",
        why=Sentence(
            "Đơn vị rút ngắn thời hạn giải quyết còn {found}, so với {expected} theo danh mục quốc gia.",
            {"found": write_term(published.options[0]), "expected": write_term(official[0])},
        ),
    )
