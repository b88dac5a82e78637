"""An office asks citizens for no procedure that neither the nation nor the province has lawfully set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.gates import UNCERTAIN, cites_decision, is_archived, is_internal, is_linked
from audits.matching.procedures import MatchKind
from audits.pair import FEW, MOSTLY_KNOWN, NEARLY_ALL_KNOWN
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import Verdict

TITLE = "Tự đặt ra TTHC"
REMEDY = "Ngừng thực hiện và gỡ thủ tục này, hoặc xuất trình văn bản quy định cùng quyết định công bố của người có thẩm quyền."
SEVERITY = Severity.HIGH
VERSION = 4
CITATIONS = (
    Citation("nd-63-2010", "khoản 1 Điều 8"),
    Citation("nd-63-2010", "Điều 13"),
    Citation("nd-63-2010", "khoản 6 Điều 18"),
)


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict for the procedure."""
    if reason := _lawful(pair):
        yield reason
    elif pair.match.kind is MatchKind.UNCERTAIN:
        yield Skip(Sentence(UNCERTAIN, {"candidates": ", ".join(pair.match.candidates) or "không có"}))
    elif pair.match.kind is not MatchKind.UNKNOWN:
        yield Pass()
    else:
        yield Fail(
            expected="",
            found=pair.published.name,
            where="name",
            why=Sentence(
                "Thủ tục “{name}” không có trong danh mục quốc gia, không phải thủ tục đặc thù của địa phương và không dẫn quyết định công bố nào.",
                {"name": pair.published.name.strip()},
            ),
        )


def _lawful(pair: Pair) -> Skip | None:
    if is_archived(pair):
        return Skip(Sentence("nguồn ghi rõ thủ tục đã hết hiệu lực hoặc chỉ lưu trữ"))
    if pair.match.kind is MatchKind.UNKNOWN and is_internal(pair):
        return Skip(Sentence("thủ tục nội bộ giữa các cơ quan"))
    if pair.match.kind is MatchKind.UNKNOWN and is_linked(pair):
        return Skip(Sentence("thủ tục liên thông, gồm nhiều thủ tục của danh mục"))
    if pair.match.kind is MatchKind.UNKNOWN and cites_decision(pair):
        return Skip(
            Sentence("có dẫn quyết định công bố hoặc nghị quyết của Hội đồng nhân dân, cần người kiểm tra văn bản")
        )
    if pair.match.kind is MatchKind.UNKNOWN and not _within_reach(pair):
        return Skip(Sentence("danh mục đã nhập không bao quát lĩnh vực của thủ tục này"))
    return None


def _within_reach(pair: Pair) -> bool:
    """Tell whether the catalogue reaches so far that a procedure it lacks can be called invented."""
    known = pair.coverage.share_known
    if pair.published.code is not None and not pair.match.in_reach:
        # National codes are given out one by one: an unknown one speaks for a gap in the catalogue first.
        return known >= NEARLY_ALL_KNOWN
    return known >= MOSTLY_KNOWN or (pair.match.in_reach and pair.coverage.records < FEW)
