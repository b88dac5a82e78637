"""A published procedure states all seven constituent parts, and the further ones wherever the official procedure has them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from audits.gates import not_comparable
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip, Stated
from audits.reading.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import Procedure, Verdict

TITLE = "Thiếu bộ phận tạo thành"
REMEDY = "Bổ sung đầy đủ các bộ phận còn trống theo đúng nội dung của danh mục quốc gia."
SEVERITY = Severity.MEDIUM
VERSION = 2
CITATIONS = (Citation("nd-63-2010", "khoản 2 Điều 8"), Citation("nd-63-2010", "điểm a khoản 1 Điều 15"))

# The part, its name in the decree, and its field in the published record.
PARTS = {
    "steps": "trình tự thực hiện",
    "methods": "cách thức thực hiện",
    "documents": "thành phần hồ sơ",
    "time": "thời hạn giải quyết",
    "subjects": "đối tượng thực hiện",
    "agency": "cơ quan giải quyết",
    "result": "kết quả thực hiện",
    "conditions": "yêu cầu, điều kiện",
    "fee": "phí, lệ phí",
}
_NOTHING = re.compile(
    r"(?:không có thông tin|chưa có thông tin|đang cập nhật|chưa cập nhật|chưa có dữ liệu|n/a|[\W_]*)\.?"
)
_LONGEST_NOTHING = 60
_WHERE = {"time": "methods", "fee": "methods"}


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict for the procedure, naming every empty part."""
    if reason := not_comparable(pair):
        yield reason
        return
    assert pair.official is not None  # noqa: S101 - not_comparable has seen to it
    empty, unseen = [], 0
    for part in PARTS:
        state = _state(pair.published, part)
        if state is True or not _official_has(pair.official, part):
            continue
        if state is False or pair.coverage.shows(part):
            empty.append(part)
        else:
            unseen += 1
    if empty:
        names = ", ".join(PARTS[part] for part in empty)
        yield Fail(
            expected=names,
            found="",
            where=_WHERE.get(empty[0], empty[0]),
            why=Sentence(
                "Thủ tục công khai để trống {parts}, trong khi danh mục quốc gia có nội dung này.", {"parts": names}
            ),
        )
    elif unseen:
        yield Skip(Sentence("nguồn không trình bày một số bộ phận của thủ tục (ví dụ danh mục chỉ có tên, thời hạn)"))
    else:
        yield Pass()


def _state(procedure: Procedure, part: str) -> bool | None:
    """Tell whether a part is stated (True), shown but empty (False), or not shown by the source (None)."""
    if part in {"methods", "time", "fee", "documents"}:
        return _table_state(procedure, part)
    text = getattr(procedure, part)
    return None if text is None else _says_something(text)


def _table_state(procedure: Procedure, part: str) -> bool | None:
    if part == "documents":
        documents = procedure.documents
        return None if documents is None else any(document.name.strip() for document in documents)
    methods = procedure.methods
    if methods is None:
        return None
    if part == "methods":
        return bool(methods)
    values = [method.terms if part == "time" else method.fees for method in methods]
    stated = [value for value in values if value is not None]
    if not stated:
        return None if methods else False
    return any(value.stated is not Stated.NONE or _says_something(value.raw) for value in stated)


def _official_has(official: Procedure, part: str) -> bool:
    if part == "time":
        return any(method.terms and method.terms.stated is Stated.VALUES for method in official.methods or ())
    if part == "fee":
        return any(method.fees and method.fees.stated is not Stated.NONE for method in official.methods or ())
    value = getattr(official, part)
    return _says_something(value) if isinstance(value, str) else bool(value)


def _says_something(text: str) -> bool:
    return len(text) > _LONGEST_NOTHING or not _NOTHING.fullmatch(fold(text))
