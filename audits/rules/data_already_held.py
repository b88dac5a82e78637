"""An office does not ask for papers whose data are announced as connected: it looks them up itself."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from audits.connected import connected
from audits.facts import plain_papers
from audits.gates import no_documents
from audits.matching.documents import LineKind
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import Verdict

TITLE = "Giấy tờ đã có trong cơ sở dữ liệu"
REMEDY = "Bỏ giấy tờ này khỏi thành phần hồ sơ và để bộ phận tiếp nhận tự khai thác dữ liệu đã được kết nối."
SEVERITY = Severity.HIGH
VERSION = 4
CITATIONS = (Citation("nd-118-2025", "khoản 2a Điều 4"),)
SINCE = date(2026, 8, 5)
"""First day of the duty (NĐ 309/2026)."""


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict a line that asks for a connected paper; one pass when no line does."""
    if reason := no_documents(pair):
        yield reason
        return
    if pair.on < SINCE:
        yield Skip(Sentence("nghĩa vụ tự khai thác dữ liệu đã kết nối chưa có hiệu lực tại ngày kiểm tra"))
        return
    clean = True
    texts = plain_papers(pair.published)
    for document, line, text in zip(pair.published.documents or (), pair.lines, texts, strict=True):
        paper = None if line.kind is LineKind.NOTE else connected(text, pair.on)
        if paper is None:
            continue
        clean = False
        if line.kind is LineKind.EXTRA:
            yield Fail(
                expected=f"Tự khai thác trong {paper.database}",
                found=document.name,
                where=f"documents[{document.index}].name",
                document=document.index,
                why=Sentence(
                    "Đơn vị yêu cầu “{paper}”, trong khi dữ liệu này đã có trong {database} theo {source} và danh mục quốc gia không yêu cầu.",
                    {"paper": document.name.strip(), "database": paper.database, "source": paper.source},
                ),
            )
        elif line.kind is LineKind.MATCHED:
            yield Skip(
                Sentence("danh mục quốc gia cũng yêu cầu giấy tờ này (kiến nghị với Bộ, không phải lỗi của đơn vị)")
            )
        else:
            yield Skip(Sentence("chưa đủ căn cứ để kết luận giấy tờ có trong danh mục hay không, cần người xem"))
    if clean:
        yield Pass()
