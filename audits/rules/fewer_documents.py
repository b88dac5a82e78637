"""Good practice: an office leaves out an official paper whose data it can look up itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.connected import connected
from audits.gates import no_documents
from audits.matching.documents import LineKind
from audits.matching.papers import plain_text
from audits.procedure import Citation, Fail, Pass, Sentence, Skip
from audits.reading.text import fold, has_any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import RequiredDocument, Verdict

TITLE = "Cắt giảm giấy tờ"
REMEDY = "Biểu dương đơn vị và kiến nghị Bộ bỏ giấy tờ này khỏi danh mục quốc gia để áp dụng chung."
SEVERITY = None
VERSION = 4
CITATIONS = (Citation("nd-63-2010", "điểm d khoản 2 Điều 8"),)


_CONDITIONS = ("nếu có", "trường hợp", "đối với", "khi ", "hoặc", "một trong")


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict for the procedure; a paper left out for no such reason may as well have been forgotten."""
    if reason := no_documents(pair):
        yield reason
        return
    left = _left_out(pair)
    spared = [paper for paper in left if connected(plain_text(paper.name), pair.on)]
    if not left:
        yield Pass()
    elif any(line.kind is LineKind.UNCERTAIN for line in pair.lines):
        yield Skip(Sentence("chưa xác định chắc các giấy tờ được công khai, cần người xem"))
    elif not spared:
        yield Skip(Sentence("công khai ít giấy tờ hơn danh mục, có thể là cắt giảm hoặc công khai sót, cần người xem"))
    else:
        names = "; ".join(paper.name.strip() for paper in spared)
        yield Fail(
            expected=names,
            found="",
            where="documents",
            why=Sentence(
                "Đơn vị không yêu cầu người dân nộp “{papers}” mà danh mục quốc gia còn ghi, vì dữ liệu này đã được kết nối.",
                {"papers": names},
            ),
        )


def _left_out(pair: Pair) -> list[RequiredDocument]:
    """Return the unconditional official papers that no published line asks for, of the cases that are published at all."""
    taken = {place for line in pair.lines for place in line.components}
    cases = {case for case, _ in taken}
    documents = (pair.official.documents or ()) if pair.official else ()
    return [
        document
        for document in documents
        if document.component is not None
        and document.component not in taken
        and document.component[0] in cases
        and (document.quantity.originals or document.quantity.copies)
        and not has_any(fold(document.name), _CONDITIONS)
    ]
