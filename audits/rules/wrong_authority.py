"""A published procedure names the authority that settles it today, not one that no longer exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.authorities import DISTRICTS_UNTIL, names_district, says_former, spelt_out
from audits.calendar import working_days_after
from audits.gates import not_comparable
from audits.procedure import Citation, Fail, Level, Pass, Sentence, Severity, Skip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import Verdict

TITLE = "Sai cơ quan giải quyết"
REMEDY = "Sửa cơ quan giải quyết theo danh mục quốc gia và hướng dẫn người dân nộp hồ sơ đúng nơi."
SEVERITY = Severity.MEDIUM
VERSION = 2
CITATIONS = (Citation("nd-63-2010", "điểm g khoản 2 Điều 8"),)
CLOCK = 5
"""Working days in which the published record may follow the change (NĐ 63 Điều 24 khoản 2)."""


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict for the procedure: a fail only for a level of government that was abolished."""
    if reason := not_comparable(pair):
        yield reason
        return
    assert pair.official is not None  # noqa: S101 - not_comparable has seen to it
    published, official = pair.published.agency or "", pair.official.agency or ""
    if not published.strip() or not official.strip():
        yield Skip(Sentence("thiếu tên cơ quan giải quyết ở một trong hai bên"))
    elif pair.on > DISTRICTS_UNTIL and names_district(published):
        yield _district(pair, published, official)
    elif spelt_out(official) in spelt_out(published):
        yield Pass()
    else:
        yield Skip(
            Sentence("tên cơ quan khác danh mục quốc gia, có thể do phân cấp, ủy quyền hoặc cách gọi, cần người xem")
        )


def _district(pair: Pair, published: str, official: str) -> Verdict:
    latest = working_days_after(DISTRICTS_UNTIL, CLOCK)
    if says_former(published):
        return Skip(Sentence("nguồn nhắc tới cấp huyện như cơ quan trước đây"))
    if names_district(official) or (pair.official and Level.DISTRICT in pair.official.levels):
        return Skip(Sentence("danh mục quốc gia cũng còn ghi cấp huyện (kiến nghị với Bộ, không phải lỗi của đơn vị)"))
    if latest is None or pair.on <= latest:
        return Skip(Sentence("còn trong thời hạn cập nhật sau khi kết thúc hoạt động của cấp huyện"))
    return Fail(
        expected=official,
        found=published,
        where="agency",
        why=Sentence(
            "Đơn vị công khai “{agency}” là cơ quan giải quyết, trong khi cấp huyện đã kết thúc hoạt động từ ngày 01/07/2025 và danh mục quốc gia ghi “{official}”.",
            {"agency": published.strip(), "official": official.strip()},
        ),
    )
