"""Good practice: an office offers a procedure fully online that the catalogue does not offer online at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.gates import not_comparable
from audits.procedure import Channel, Citation, Fail, Pass, Sentence, Skip
from audits.reading.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import Procedure, Verdict

TITLE = "Cung cấp trực tuyến toàn trình"
REMEDY = "Biểu dương đơn vị và kiến nghị Bộ bổ sung cách thức trực tuyến vào danh mục quốc gia."
SEVERITY = None
VERSION = 2
CITATIONS = (Citation("nd-42-2022", "Điều 11"), Citation("nd-224-2026", "Điều 14"))


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict for the procedure; where the catalogue offers it online too, full service is the duty, not praise."""
    if reason := not_comparable(pair):
        yield reason
        return
    assert pair.official is not None  # noqa: S101 - not_comparable has seen to it
    level = pair.published.service_level
    if not (level or "").strip():
        yield Skip(Sentence("nguồn không nêu mức độ cung cấp dịch vụ công trực tuyến"))
        return
    official = _channels(pair.official)
    if not official:
        yield Skip(Sentence("danh mục quốc gia không nêu cách thức thực hiện"))
    elif "toàn trình" not in fold(level or "") or Channel.ONLINE in official:
        yield Pass()
    elif Channel.ONLINE not in _channels(pair.published):
        yield Skip(Sentence("ghi là toàn trình nhưng không nêu cách thức nộp trực tuyến, cần người xem"))
    else:
        yield Fail(
            expected="Danh mục quốc gia không nêu cách thức trực tuyến",
            found=level or "",
            where="service_level",
            why=Sentence(
                "Đơn vị cung cấp thủ tục “{name}” trực tuyến toàn trình, trong khi danh mục quốc gia chưa nêu cách thức trực tuyến.",
                {"name": pair.published.name.strip()},
            ),
        )


def _channels(procedure: Procedure) -> frozenset[Channel]:
    return frozenset(method.channel for method in procedure.methods or () if method.channel is not None)
