"""Every published procedure carries a code that can be read as a national procedure code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.gates import cites_decision, is_internal
from audits.matching.procedures import MatchKind
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip
from audits.reading.codes import old_style

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import Verdict

TITLE = "Mã TTHC sai định dạng"
REMEDY = "Ghi lại mã thủ tục đúng như trong Cơ sở dữ liệu quốc gia về thủ tục hành chính."
SEVERITY = Severity.LOW
VERSION = 1
CITATIONS = (Citation("nd-63-2010", "Điều 24"),)


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict for the procedure; a source without codes, and a procedure without one yet, are skipped."""
    raw = (pair.published.raw_code or "").strip()
    if pair.published.code is not None:
        yield Pass()
    elif not raw:
        yield Skip(Sentence("nguồn không nêu mã thủ tục"))
    elif pair.match.kind is MatchKind.SPECIFIC or is_internal(pair):
        yield Skip(Sentence("thủ tục đặc thù hoặc nội bộ, có thể chưa được cấp mã quốc gia"))
    elif not any(map(str.isdigit, raw)) and cites_decision(pair):
        yield Skip(Sentence("chưa được cấp mã, có dẫn quyết định công bố"))
    elif old_style(raw):
        yield Skip(Sentence("mã theo cách đánh số trước năm 2019"))
    else:
        official = pair.official.code.national if pair.official and pair.official.code else ""
        yield Fail(
            expected=official,
            found=raw,
            where="code",
            why=Sentence(
                "Mã thủ tục công khai “{code}” không phải mã đúng định dạng của Cơ sở dữ liệu quốc gia.", {"code": raw}
            ),
        )
