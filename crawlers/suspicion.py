"""Values that stand in the wrong field: what a reader took for a fee but is an agency, a time, or the field's own label.

Nothing is changed or thrown away here. The text stays as it was published; the reason stands beside it, and whoever judges
takes such a value as unread.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from crawlers.page import key_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crawlers.records import PublishedProcedure

_MONEY = re.compile(r"(?i)\b(phí|đồng|vnđ|vnd|miễn|tiền)\b|\d\s?(đ|vnđ|vnd|đồng)\b|\d([.,]\d{3})+|^\s*không\b")
_TIME = re.compile(r"(?i)\d+([.,]\d+)?\s*(?:\([^)]*\)\s*)?(ngày|giờ|phút|tuần|tháng|năm)\b")
_TIME_WORD = re.compile(r"(?i)\b(ngày|giờ|phút|tuần|tháng|năm|quý|ngay|trong buổi|thời hạn|thời gian)\b")
_SUM = re.compile(r"(?i)\d+([.,]\d{3})*\s*(đồng|vnđ|vnd|đ)\b")
_AGENCY = re.compile(
    r"(?i)^\s*[-+•]?\s*(ubnd|ủy ban|uỷ ban|sở|bộ|cục|chi cục|phòng|trung tâm|ban quản lý|công an|cơ quan|văn phòng|tòa án|thanh tra|bảo hiểm xã hội)\s"
)
_BARE = re.compile(r"\s*(\d{1,3})\s*")
_LABELS: Mapping[str, frozenset[str]] = {
    field: frozenset(words)
    for field, words in {
        "name": ("tên thủ tục", "tên tthc", "tên thủ tục hành chính"),
        "sector": ("lĩnh vực",),
        "agency": ("cơ quan thực hiện", "cơ quan giải quyết", "cơ quan có thẩm quyền"),
        "conditions": ("yêu cầu, điều kiện", "yêu cầu, điều kiện thực hiện", "yêu cầu điều kiện"),
        "steps": ("trình tự thực hiện",),
        "result": ("kết quả thực hiện", "kết quả"),
        "subjects": ("đối tượng thực hiện",),
        "fee": ("phí", "lệ phí", "phí, lệ phí", "phí lệ phí", "mức phí", "phí (nếu có)", "mức thu"),
        "time": ("thời hạn", "thời hạn giải quyết", "thời gian", "thời gian giải quyết"),
        "channel": ("hình thức nộp", "hình thức", "cách thức thực hiện"),
        "document": ("tên giấy tờ", "thành phần hồ sơ", "giấy tờ"),
        "quantity": ("số lượng", "bản chính", "bản sao", "số bộ hồ sơ"),
    }.items()
}
_TEXTS = ("name", "sector", "agency", "conditions", "steps", "result", "subjects")


def suspicions(record: PublishedProcedure) -> dict[str, str]:
    """Return for each suspect value of a record, by its path ("methods[0].fee"), the reason in Vietnamese."""
    found = [(field, _label(field, getattr(record, field))) for field in _TEXTS]
    for index, method in enumerate(record.methods or ()):
        at = f"methods[{index}]"
        found += [
            (f"{at}.channel", _channel(method.channel)),
            (f"{at}.time", _time(method.time)),
            (f"{at}.fee", _fee(method.fee)),
        ]
    for index, document in enumerate(record.documents or ()):
        at = f"documents[{index}]"
        found += [
            (f"{at}.name", _document(document.name)),
            (f"{at}.quantity", _label("quantity", document.quantity)),
        ]
    return {path: why for path, why in found if why is not None}


def flagged(record: PublishedProcedure) -> PublishedProcedure:
    """Return the record with its suspect values named in its source."""
    found = suspicions(record)
    if not found:
        return record
    return replace(record, source=replace(record.source, suspect={**record.source.suspect, **found}))


def contents(record: PublishedProcedure) -> Iterator[str]:
    """Yield the name of every field of a record that holds anything: "steps", "methods.fee", "documents.form" …."""
    for field in (*_TEXTS, "code", "level", "service_level", "status"):
        if getattr(record, field):
            yield field
    if record.legal_bases:
        yield "legal_bases"
    rows = (("methods", record.methods or (), ("channel", "time", "fee")), ("documents", record.documents or (), ("name", "quantity", "form")))  # fmt: skip
    for part, items, fields in rows:
        for field in fields:
            if any(getattr(item, field) for item in items):
                yield f"{part}.{field}"


def _label(field: str, text: str | None) -> str | None:
    if text and len(text) < 80 and key_of(text) in _LABELS[field]:
        return f"giá trị chỉ lặp lại tên mục “{text.strip()}”"
    return None


def _fee(text: str | None) -> str | None:
    if not text or not text.strip():
        return None
    if why := _label("fee", text):
        return why
    bare = _BARE.fullmatch(text)
    if bare and int(bare[1]) > 0:
        return f"mức phí chỉ là số “{bare[1]}”, không có đơn vị"
    if _MONEY.search(text):
        return None
    if _TIME.search(text):
        return "ô phí, lệ phí chứa thời hạn"
    if _AGENCY.match(text) and not re.search(r"\d", text):
        return "ô phí, lệ phí chứa tên cơ quan"
    return None


def _time(text: str | None) -> str | None:
    if not text or not text.strip():
        return None
    if why := _label("time", text):
        return why
    if _TIME_WORD.search(text):
        return None
    if _SUM.search(text):
        return "ô thời hạn chứa mức phí"
    if _AGENCY.match(text):
        return "ô thời hạn chứa tên cơ quan"
    return None


def _channel(text: str | None) -> str | None:
    if text and (_TIME.search(text) or _SUM.search(text)):
        return "ô hình thức nộp chứa thời hạn hoặc mức phí"
    return _label("channel", text)


def _document(text: str | None) -> str | None:
    if text and re.fullmatch(r"[\W\d_]+", text):
        return f"tên giấy tờ chỉ gồm số hoặc dấu “{text.strip()[:20]}”"
    return _label("document", text)
