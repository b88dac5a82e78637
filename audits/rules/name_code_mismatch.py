"""The published code belongs to the published procedure, not to another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.gates import is_archived
from audits.matching.procedures import MatchKind
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import Verdict

TITLE = "Mã và tên không khớp"
REMEDY = "Đối chiếu lại với danh mục quốc gia và sửa mã hoặc tên để hai phần là của cùng một thủ tục."
SEVERITY = Severity.MEDIUM
VERSION = 2
CITATIONS = (Citation("nd-63-2010", "khoản 1 Điều 15"),)


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict for the procedure."""
    owner = pair.match.code_owner
    if pair.published.code is None or not pair.published.name.strip():
        yield Skip(Sentence("thiếu mã đọc được hoặc thiếu tên để đối chiếu"))
    elif is_archived(pair):
        yield Skip(Sentence("nguồn ghi rõ thủ tục đã hết hiệu lực hoặc chỉ lưu trữ"))
    elif owner is None:
        yield Pass()
    elif pair.match.kind is MatchKind.OFFICIAL:
        yield Fail(
            expected=owner.name,
            found=pair.published.name,
            where="name",
            why=Sentence(
                "Mã {code} trong danh mục quốc gia là của thủ tục “{owner}”, không phải của thủ tục “{name}” mà đơn vị công khai.",
                {"code": pair.published.code.national, "owner": owner.name, "name": pair.published.name.strip()},
            ),
        )
    else:
        yield Skip(Sentence("tên khác tên trong danh mục, có thể đã đổi tên theo quyết định mới, cần người xem"))
