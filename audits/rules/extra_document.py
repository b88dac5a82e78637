"""An office asks for no paper that the official procedure does not ask for in any of its cases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from audits.gates import no_documents, no_papers_asked
from audits.matching.documents import LineKind
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip
from audits.reading.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import Verdict
    from audits.visited import Visited

TITLE = "Giấy tờ ngoài quy định"
REMEDY = "Bỏ giấy tờ này khỏi thành phần hồ sơ và hướng dẫn bộ phận tiếp nhận không yêu cầu người dân nộp."
SEVERITY = Severity.HIGH
VERSION = 4
CITATIONS = (
    Citation("nd-63-2010", "điểm b khoản 1 Điều 6"),
    Citation("nd-63-2010", "khoản 6 Điều 18"),
    Citation("nd-63-2010", "khoản 2 Điều 21"),
)

# A field that takes any file, whatever its label calls it: "Tài liệu đính kèm", "Hồ sơ", "Ảnh 1", "Tệp đính kèm khác".
_ANY_FILE = re.compile(
    r"\W*(?:(?:các|những|thành phần|bản|scan|chụp|tệp|tập tin|tệp tin|file|tài liệu|giấy tờ|hồ sơ|văn bản|chứng từ|minh chứng|ảnh|hình ảnh"
    r"|đơn|tờ khai|biểu mẫu|mẫu|đính kèm|kèm theo|khác|có|liên quan|cần thiết|bổ sung|tải lên|upload|pdf|số|điện tử)\b[\s/,]*|\d+)+\W*"
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


def check_visit(visited: Visited) -> Iterator[Verdict]:
    """Yield one verdict a paper that the e-form says must be attached; one pass when it names none."""
    if reason := no_papers_asked(visited):
        yield reason
        return
    official = visited.pair.official.documents or () if visited.pair.official else ()
    pairs = zip(visited.pair.published.documents or (), visited.pair.lines, strict=False)
    told = {fold(document.name) for document, line in pairs if line.kind is LineKind.EXTRA}
    silent = True
    for index, (upload, line) in enumerate(zip(visited.visit.uploads or (), visited.uploads or (), strict=True)):
        if not upload.required or line.kind is LineKind.NOTE:
            continue
        silent = False
        if line.kind is LineKind.MATCHED:
            yield Pass()
        elif line.kind is not LineKind.EXTRA or _ANY_FILE.fullmatch(fold(upload.name)):
            yield Skip(Sentence("ô đính kèm của biểu mẫu điện tử không nêu rõ giấy tờ nào, cần người xem"))
        elif fold(upload.name) in told:
            yield Skip(Sentence("giấy tờ này đã là một dấu hiệu ở thành phần hồ sơ công khai"))
        else:
            yield Fail(
                expected="; ".join(paper.name for paper in official),
                found=upload.name,
                where=f"uploads[{index}].name",
                paper=upload.name,
                why=Sentence(
                    "Biểu mẫu điện tử bắt buộc đính kèm “{paper}”, trong khi thủ tục {code} của danh mục quốc gia không yêu cầu giấy tờ này ở bất kỳ trường hợp nào.",
                    {"paper": upload.name.strip(), "code": _code(visited.pair)},
                ),
            )
    if silent:
        yield Pass()
