"""The form an office hands out is the one of the act that sets it today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.gates import no_documents
from audits.kept import kept
from audits.law import acts, numbers_in
from audits.matching.documents import SURE, LineKind
from audits.procedure import Citation, Fail, Pass, Sentence, Severity, Skip
from audits.reading.text import Guarded, fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import Procedure, RequiredDocument, Verdict

TITLE = "Biểu mẫu cũ, sai"
REMEDY = "Thay bằng biểu mẫu ban hành kèm theo văn bản đang có hiệu lực như danh mục quốc gia."
SEVERITY = Severity.MEDIUM
VERSION = 4
CITATIONS = (Citation("nd-63-2010", "điểm h khoản 2 Điều 8"), Citation("nd-63-2010", "Điều 25"))

_FORM = Guarded(r"\bmẫu\b", "mẫu")


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict a line that names the act of its form; one skip when no line does."""
    if reason := no_documents(pair):
        yield reason
        return
    compared = False
    for document, line in zip(pair.published.documents or (), pair.lines, strict=True):
        if line.kind is not LineKind.MATCHED or line.score < SURE:
            continue
        if published := _acts_of_form(document):
            compared = True
            yield _compared(pair, document, published)
    if not compared:
        yield Skip(Sentence("không có giấy tờ nào nêu văn bản ban hành biểu mẫu để so sánh"))


def _compared(pair: Pair, document: RequiredDocument, published: frozenset[str]) -> Verdict:
    papers = pair.official_documents(document.index)
    official = frozenset().union(*(_acts_of_form(paper) for paper in papers))
    if published & official:
        return Pass()
    bases = _bases(pair.official) if pair.official else frozenset()
    if any(published & _acts_of_form(paper) for paper in (pair.official and pair.official.documents) or ()):
        return Skip(Sentence("danh mục quốc gia cũng dùng biểu mẫu này cho giấy tờ khác của thủ tục, cần người xem"))
    ended = [act for number in published if (act := acts().get(number)) and act.until and act.until < pair.on]
    if len(ended) == len(published) and not any(act.unverified for act in ended) and not published & bases:
        name, day = ended[0].name, ended[0].until
        return _fail(
            document,
            papers,
            Sentence(
                "Biểu mẫu của “{paper}” là biểu mẫu kèm theo {act}, đã hết hiệu lực từ sau ngày {day}.",
                {"paper": document.name.strip(), "act": name, "day": day.strftime("%d/%m/%Y") if day else ""},
            ),
        )
    if not official:
        return Skip(Sentence("danh mục quốc gia không nêu văn bản ban hành biểu mẫu của giấy tờ này"))
    # The catalogue may be late itself: only a form of an older act, on which the procedure no longer rests, is outdated.
    if max(map(_year, published)) >= min(map(_year, official)) or published & bases:
        return Skip(Sentence("biểu mẫu theo văn bản khác danh mục quốc gia nhưng không cũ hơn, cần người xem"))
    return _fail(
        document,
        papers,
        Sentence(
            "Biểu mẫu của “{paper}” là của văn bản cũ, trong khi danh mục quốc gia dùng biểu mẫu theo văn bản số {official}.",
            {"paper": document.name.strip(), "official": ", ".join(sorted(official)).upper()},
        ),
    )


def _acts_of_form(document: RequiredDocument) -> frozenset[str]:
    """Return the numbers of the acts that a line names for its form; empty where it names none or speaks of no form."""
    name, form = document.name, document.form
    if "/" not in name and "/" not in form:
        return frozenset()
    if not _FORM.search(fold(name)) and not _FORM.search(fold(form)):
        return frozenset()
    return frozenset(numbers_in(name) + numbers_in(form))


@kept
def _bases(official: Procedure) -> frozenset[str]:
    """Return the numbers of the acts that the procedure rests on."""
    return frozenset().union(*map(numbers_in, official.legal_bases or ()))


def _year(number: str) -> int:
    return int(number.split("/")[1])


def _fail(document: RequiredDocument, papers: tuple[RequiredDocument, ...], why: Sentence) -> Fail:
    return Fail(
        expected="; ".join(dict.fromkeys(paper.name for paper in papers)),
        found=document.name,
        where=f"documents[{document.index}].name",
        document=document.index,
        why=why,
    )
