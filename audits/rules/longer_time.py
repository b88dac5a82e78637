"""An office takes no longer than the official procedure allows, for the same case, channel and unit of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.durations import same_cases, within
from audits.gates import not_comparable
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip
from audits.reading.terms import bounds, certainly_longer, write_term
from audits.reading.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import Verdict

TITLE = "Thời hạn dài hơn"
REMEDY = "Sửa thời hạn giải quyết cho không dài hơn danh mục quốc gia và cấu hình lại quy trình xử lý theo thời hạn đó."
SEVERITY = Severity.HIGH
VERSION = 2
CITATIONS = (Citation("nd-63-2010", "điểm đ khoản 2 Điều 8"), Citation("nd-63-2010", "khoản 5 Điều 20"))


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict for the procedure: a fail only when a published limit certainly exceeds every official one."""
    if reason := not_comparable(pair):
        yield reason
        return
    compared = False
    for index, published, held_against in pair.comparable_terms:
        official = held_against.every
        cases = same_cases(published.options, official, land=_is_land(pair))
        if cases is None:
            if not all(certainly_longer(term, limit) for term in published.options for limit in official):
                compared = compared or within(published.options, official)
                continue
            cases = [(term, official) for term in published.options]
        # A limit that may or may not exceed an official one on the calendar proves nothing either way.
        compared = compared or all(
            any(certainly_longer(term, limit) is False for limit in limits) for term, limits in cases
        )
        for term, limits in cases:
            if all(certainly_longer(term, limit) for limit in limits):
                longest = max(limits, key=bounds)
                yield Fail(
                    expected=write_term(longest),
                    found=published.raw,
                    where=f"methods[{index}].time",
                    why=Sentence(
                        "Thời hạn giải quyết công khai là {found}, dài hơn thời hạn {expected} theo danh mục quốc gia.",
                        {"found": write_term(term), "expected": write_term(longest)},
                    ),
                )
                return
    yield (
        Pass() if compared else Skip(Sentence("không có thời hạn đọc được ở cả hai bên cho cùng trường hợp để so sánh"))
    )


def _is_land(pair: Pair) -> bool:
    return pair.official is not None and "đất đai" in fold(pair.official.sector or "")
