"""Every form an office offers can be downloaded and opened as the file it claims to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.gates import not_tried
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip
from crawlers.service_visits import FileState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.procedure import Verdict
    from audits.visited import Visited
    from crawlers.service_visits import FormFile

TITLE = "Biểu mẫu không tải được"
REMEDY = "Đăng lại biểu mẫu ở đúng định dạng và kiểm tra rằng liên kết tải mở được tệp."
SEVERITY = Severity.MEDIUM
VERSION = 1
CITATIONS = (Citation("nd-63-2010", "điểm h khoản 2 Điều 8"), Citation("nd-224-2026", "điểm b khoản 1 Điều 15"))


def check_visit(visited: Visited) -> Iterator[Verdict]:
    """Yield one verdict a form of the procedure's page; one skip where there is none or they were not looked at."""
    forms = visited.visit.forms
    if reason := not_tried(visited):
        yield reason
    elif forms is None:
        yield Skip(Sentence("chưa xem được các biểu mẫu của thủ tục"))
    elif not forms:
        yield Skip(Sentence("trang thủ tục không có biểu mẫu để tải"))
    else:
        for index, form in enumerate(forms):
            yield _verdict(index, form)


def _verdict(index: int, form: FormFile) -> Verdict:
    name = form.name.strip() or form.url
    match form.state:
        case FileState.OK:
            return Pass()
        case FileState.DEAD:
            why = Sentence("Biểu mẫu “{name}” không tải được: {why}.", _told(name, form, "liên kết không trả lời"))
        case FileState.EMPTY:
            why = Sentence("Biểu mẫu “{name}” tải về là tệp rỗng: {why}.", _told(name, form, "không có nội dung"))
        case FileState.WRONG_TYPE:
            why = Sentence(
                "Biểu mẫu “{name}” không mở được như loại tệp nó ghi: {why}.",
                _told(name, form, "nội dung khác loại tệp"),
            )
        case FileState.WRONG_FORM:
            return Skip(Sentence("tệp tải về có vẻ là biểu mẫu khác, cần người xem"))
        case FileState.TOO_LARGE | FileState.TIMEOUT | None:
            return Skip(
                Sentence("chưa tải được biểu mẫu để xem (quá lớn, quá lâu hoặc bị từ chối), không phải lỗi của đơn vị")
            )
    return Fail(
        expected="Biểu mẫu tải về và mở được",
        found=f"{form.url}: {form.why or form.state.value}",
        where=f"forms[{index}].state",
        why=why,
        paper=name,
    )


def _told(name: str, form: FormFile, otherwise: str) -> dict[str, str]:
    return {"name": name, "why": (form.why or otherwise).strip().rstrip(".")}
