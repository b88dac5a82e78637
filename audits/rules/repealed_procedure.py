"""An office no longer offers a procedure that has been abolished."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.gates import is_archived
from audits.matching.procedures import MatchKind
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import Verdict

TITLE = "Còn công khai TTHC đã bãi bỏ"
REMEDY = "Gỡ thủ tục khỏi nơi công khai, ngừng tiếp nhận hồ sơ và chỉ giữ lại trong mục lưu trữ có ghi rõ đã bãi bỏ."
SEVERITY = Severity.MEDIUM
VERSION = 2
CITATIONS = (Citation("nd-63-2010", "điểm c khoản 2 Điều 14"), Citation("nd-63-2010", "khoản 3 Điều 15"))


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict for the procedure."""
    repealed = pair.match.repealed
    if pair.match.kind is not MatchKind.REPEALED or repealed is None:
        yield Pass()
    elif is_archived(pair):
        yield Skip(Sentence("nguồn ghi rõ thủ tục đã hết hiệu lực hoặc chỉ lưu trữ"))
    elif repealed.repealed_on is None:
        yield Skip(Sentence("không rõ ngày bãi bỏ"))
    elif pair.on < repealed.repealed_on:
        yield Skip(Sentence("thủ tục chưa bị bãi bỏ tại ngày kiểm tra"))
    else:
        yield Fail(
            expected="",
            found=pair.published.name,
            where="name",
            code=repealed.code,
            why=Sentence(
                "Đơn vị vẫn công khai thủ tục “{name}” (mã {code}) đã bị bãi bỏ từ ngày {day} theo {decision}.",
                {
                    "name": pair.published.name.strip(),
                    "code": repealed.code,
                    "day": repealed.repealed_on.strftime("%d/%m/%Y"),
                    "decision": repealed.decision or "quyết định công bố",
                },
            ),
        )
