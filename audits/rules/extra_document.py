"""An office asks for no paper that the official procedure does not ask for in any of its cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.gates import no_documents
from audits.matching.documents import LineKind
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import Verdict

TITLE = "Giấy tờ ngoài quy định"
REMEDY = "Bỏ giấy tờ này khỏi thành phần hồ sơ và hướng dẫn bộ phận tiếp nhận không yêu cầu người dân nộp."
SEVERITY = Severity.HIGH
VERSION = 1
CITATIONS = (
    Citation("nd-63-2010", "điểm b khoản 1 Điều 6"),
    Citation("nd-63-2010", "khoản 6 Điều 18"),
    Citation("nd-63-2010", "khoản 2 Điều 21"),
)


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict a published line that asks for a paper; one pass when no line does."""
    if reason := no_documents(pair):
        yield reason
        return
    official = pair.official.documents or () if pair.official else ()
    silent = True
    for document, line in zip(pair.published.documents or (), pair.lines, strict=True):
        silent = silent and line.kind in {LineKind.NOTE, LineKind.CATCH_ALL}
        if line.kind is LineKind.EXTRA:
            yield Fail(
                expected="; ".join(paper.name for paper in official),
                found=document.name,
                where=f"documents[{document.index}].name",
                document=document.index,
                why=Sentence(
                    "Đơn vị yêu cầu “{paper}”, trong khi thủ tục {code} của danh mục quốc gia không yêu cầu giấy tờ này ở bất kỳ trường hợp nào.",
                    {"paper": document.name.strip(), "code": _code(pair)},
                ),
            )
        elif line.kind is LineKind.UNCERTAIN:
            yield Skip(Sentence("chưa đủ căn cứ để kết luận giấy tờ có trong danh mục hay không, cần người xem"))
        elif line.kind is LineKind.MATCHED:
            yield Pass()
    if silent:
        yield Pass()


def _code(pair: Pair) -> str:
    return pair.official.code.national if pair.official and pair.official.code else ""
