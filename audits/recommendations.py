"""Faults of the official catalogue itself: recommendations to the ministry, never findings against a province."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits.authorities import DISTRICTS_UNTIL, names_district
from audits.connected import connected
from audits.law import acts, numbers_in
from audits.matching.documents import is_catch_all
from audits.matching.papers import plain_text
from audits.matching.procedures import name_key
from audits.procedure import Level, Sentence, Stated
from audits.reading.codes import read_code
from audits.reading.text import fold
from audits.rules.expired_paper import PAPERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from audits.catalogue import Catalogue
    from audits.procedure import Procedure
    from crawlers.records import PublishedProcedure

KINDS = {
    "abolished_level": Sentence("Còn ghi cấp huyện"),
    "expired_paper": Sentence("Còn yêu cầu giấy tờ hết giá trị"),
    "open_ended_document": Sentence("Thành phần hồ sơ chung chung"),
    "connected_paper": Sentence("Còn yêu cầu giấy tờ đã kết nối dữ liệu"),
    "expired_legal_basis": Sentence("Dẫn văn bản hết hiệu lực"),
    "missing_part": Sentence("Thiếu bộ phận tạo thành"),
    "missing_time": Sentence("Không nêu thời hạn"),
}
"""What the catalogue can be wrong in, by the kind's id."""

# The parts every procedure must have (NĐ 63/2010 Điều 8 khoản 2), by their field.
_PARTS = {
    "steps": "trình tự thực hiện",
    "methods": "cách thức thực hiện",
    "documents": "thành phần hồ sơ",
    "subjects": "đối tượng thực hiện",
    "agency": "cơ quan giải quyết",
}


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One fault of an official procedure: its national code and name, the kind, the words it stands in, and why."""

    code: str
    name: str
    kind: str
    found: str
    why: Sentence


def recommendations(procedure: Procedure, on: date) -> list[Recommendation]:
    """Return what should be put right in one official procedure, judged as of a day; empty where nothing is certain."""
    code = procedure.code.national if procedure.code else ""
    return [
        Recommendation(code, procedure.name, kind, found.strip(), why)
        for kind, found, why in (
            *_authority(procedure, on),
            *_papers(procedure, on),
            *_bases(procedure, on),
            *_parts(procedure),
        )
    ]


def recommendations_for(
    catalogue: Catalogue, published: Iterable[PublishedProcedure], on: date
) -> tuple[Recommendation, ...]:
    """Return the recommendations on those official procedures that published records show, by code or else by name."""
    by_name = {name_key(procedure.name): code for code, procedure in catalogue.procedures.items()}
    shown = {
        code.national if (code := read_code(record.code)) else by_name.get(name_key(record.name or ""))
        for record in published
    }
    return tuple(
        each
        for code in sorted(code for code in shown if code is not None and code in catalogue.procedures)
        for each in recommendations(catalogue.procedures[code], on)
    )


# A whole line that names no paper; a longer one may end so after it has named some.
_UNNAMED = re.compile(
    r"^(?:[-+*•]|\(?\w{1,2}[.)])?\s*(?:và )?(?:các |những )?(?:loại )?(?:giấy tờ|tài liệu|hồ sơ|văn bản|chứng từ)\b"
)
_BEGINNING = 8
_LETTERS = re.compile(r"[^\W\d_]")

_Found = tuple[str, str, Sentence]


def _authority(procedure: Procedure, on: date) -> Iterator[_Found]:
    agency = procedure.agency or ""
    if on > DISTRICTS_UNTIL and (names_district(agency) or Level.DISTRICT in procedure.levels):
        yield (
            "abolished_level",
            agency,
            Sentence("Danh mục còn ghi cấp huyện, trong khi cấp huyện đã kết thúc hoạt động từ ngày 01/07/2025."),
        )


def _papers(procedure: Procedure, on: date) -> Iterator[_Found]:
    for name in dict.fromkeys(document.name for document in procedure.documents or ()):
        text = fold(name)
        for pattern, since in PAPERS:
            # "Nơi đăng ký hộ khẩu thường trú" is a fact that a paper states, not a paper.
            if on >= since and (found := pattern.search(text)) and found[0].startswith("sổ"):
                yield (
                    "expired_paper",
                    name,
                    Sentence(
                        "Danh mục còn yêu cầu “{paper}”, giấy tờ không còn giá trị sử dụng từ ngày {since}.",
                        {"paper": found[0], "since": since.strftime("%d/%m/%Y")},
                    ),
                )
        if _UNNAMED.match(text) and is_catch_all(" ".join(text.split()[:_BEGINNING])):
            yield (
                "open_ended_document",
                name,
                Sentence("Thành phần hồ sơ ghi chung chung, không nêu rõ giấy tờ phải nộp."),
            )
        if paper := connected(plain_text(name), on):
            yield (
                "connected_paper",
                name,
                Sentence(
                    "Danh mục còn yêu cầu {paper}, trong khi dữ liệu này đã có trong {database} theo {source}.",
                    {"paper": paper.name, "database": paper.database, "source": paper.source},
                ),
            )


def _bases(procedure: Procedure, on: date) -> Iterator[_Found]:
    for basis in procedure.legal_bases or ():
        for number in numbers_in(basis)[:1]:
            act = acts().get(number)
            if act is not None and act.until is not None and not act.unverified and on > (act.transition or act.until):
                yield (
                    "expired_legal_basis",
                    basis,
                    Sentence(
                        "Danh mục dẫn {act}, đã hết hiệu lực từ sau ngày {day}.",
                        {"act": act.name, "day": act.until.strftime("%d/%m/%Y")},
                    ),
                )


def _parts(procedure: Procedure) -> Iterator[_Found]:
    if procedure.documents is None:
        # A catalogue imported from a list of names says nothing about the parts.
        return
    missing = [name for part, name in _PARTS.items() if not getattr(procedure, part)]
    if missing:
        names = ", ".join(missing)
        yield ("missing_part", "", Sentence("Danh mục để trống {parts}.", {"parts": names}))
    terms = [method.terms for method in procedure.methods or ()]
    # A number whose unit is OTHER means nothing without a text beside it.
    if terms and all(each is None or each.stated is Stated.NONE or not _LETTERS.search(each.raw) for each in terms):
        yield (
            "missing_time",
            "",
            Sentence("Không cách thức nào nêu thời hạn giải quyết bằng số hay bằng chữ."),
        )
