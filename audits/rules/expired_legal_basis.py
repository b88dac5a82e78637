"""A published procedure rests on acts that are in force on the day."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from audits.calendar import working_days_after
from audits.gates import not_comparable
from audits.law import acts, number_of
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip
from audits.reading.text import fold, has_any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.law import LegalText
    from audits.pair import Pair
    from audits.procedure import Verdict

TITLE = "Căn cứ hết hiệu lực"
REMEDY = "Thay căn cứ đã hết hiệu lực bằng văn bản đang có hiệu lực và rà soát lại nội dung thủ tục theo văn bản đó."
SEVERITY = Severity.MEDIUM
VERSION = 2
CITATIONS = (Citation("nd-63-2010", "điểm b khoản 1 Điều 15"),)
CLOCK = 5
"""Working days in which the published record may follow the end of an act (NĐ 63 Điều 24 khoản 2)."""

# The text itself says that the act no longer stands, or names it only beside the one that replaced it.
_SAYS_SO = re.compile(r"hết hiệu lực|thay thế|bãi bỏ|chuyển tiếp|trước ngày|đến ngày|đã được ")


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict for the procedure, naming the first act that had certainly expired."""
    if reason := not_comparable(pair):
        yield reason
        return
    bases = pair.published.legal_bases
    if not bases:
        yield Skip(Sentence("nguồn không công khai căn cứ pháp lý"))
        return
    if not has_any(fold("\n".join(bases)), _ended()):
        yield Pass()
        return
    skipped: Skip | None = None
    for index, basis in enumerate(bases):
        act = acts().get(number_of(basis) or "")
        if act is None or act.until is None or pair.on <= act.until:
            continue
        if reason := _excused(pair, basis, act):
            skipped = skipped or reason
            continue
        yield Fail(
            expected=f"Văn bản còn hiệu lực, thay cho {act.name}",
            found=basis,
            where=f"legal_bases[{index}]",
            why=Sentence(
                "Thủ tục công khai căn cứ vào {act}, đã hết hiệu lực từ sau ngày {day}.",
                {"act": act.name, "day": act.until.strftime("%d/%m/%Y")},
            ),
        )
        return
    yield skipped or Pass()


@cache
def _ended() -> tuple[str, ...]:
    """Return how the numbers of acts begin that have a last day, "61/2018/"."""
    return tuple(number[: number.rindex("/") + 1] for number, act in acts().items() if act.until is not None)


def _excused(pair: Pair, basis: str, act: LegalText) -> Skip | None:
    assert act.until is not None  # noqa: S101 - the caller has looked
    if _SAYS_SO.search(fold(basis)) or (act.transition is not None and pair.on <= act.transition):
        return Skip(Sentence("văn bản đã hết hiệu lực nhưng có thể còn áp dụng theo điều khoản chuyển tiếp"))
    if act.unverified:
        return Skip(Sentence("ngày hết hiệu lực của văn bản được dẫn chưa đối chiếu với bản ký, cần người xem"))
    latest = working_days_after(act.until, CLOCK)
    if latest is None or pair.on <= latest:
        return Skip(Sentence("còn trong thời hạn cập nhật sau khi văn bản hết hiệu lực"))
    number = number_of(act.name) or ""
    # Numbers in the catalogue often carry a few letters too many ("61/2018/NĐ-CPQ").
    if any(number.casefold() in fold(other) for other in (pair.official.legal_bases or () if pair.official else ())):
        return Skip(Sentence("danh mục quốc gia cũng dẫn văn bản này (kiến nghị với Bộ, không phải lỗi của đơn vị)"))
    return None
