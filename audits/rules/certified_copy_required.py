"""An office accepts a plain copy wherever the official procedure does; it demands no certified copy or original instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.gates import no_documents, repeats_catalogue
from audits.matching.documents import SURE, LineKind
from audits.matching.papers import read_paper
from audits.procedure import Citation, CopyForm, Fail, Pass, Sentence, Severity, Skip
from audits.reading.quantities import accepted_forms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audits.pair import Pair
    from audits.procedure import Quantity, RequiredDocument, Verdict

TITLE = "Đòi bản sao chứng thực, bản chính"
REMEDY = "Sửa thành phần hồ sơ để nhận bản sao như danh mục quốc gia, không đòi bản chính hay bản sao chứng thực."
SEVERITY = Severity.MEDIUM
VERSION = 4
CITATIONS = (Citation("nd-63-2010", "khoản 6 Điều 18"),)


_WRITTEN = {CopyForm.CERTIFIED_COPY: "bản sao có chứng thực", CopyForm.ORIGINAL: "bản chính"}


def check(pair: Pair) -> Iterator[Verdict]:
    """Yield one verdict a line whose official paper is a plain copy; one skip when there is none."""
    if reason := no_documents(pair):
        yield reason
        return
    compared = False
    for document, line in zip(pair.published.documents or (), pair.lines, strict=True):
        if line.kind is not LineKind.MATCHED or line.score < SURE:
            continue
        papers = pair.official_documents(document.index)
        demanded = demanded_instead(document, papers)
        if demanded is None:
            continue
        compared = True
        if demanded and not (accepted_forms(document.name) and _is_the_catalogues(pair, document, demanded)):
            yield Fail(
                expected=papers[0].name,
                found=document.name,
                where=f"documents[{document.index}].name",
                document=document.index,
                why=Sentence(
                    "Đơn vị đòi {form} của “{paper}”, trong khi danh mục quốc gia chỉ yêu cầu bản sao.",
                    {
                        "form": " hoặc ".join(_WRITTEN[form] for form in sorted(demanded, reverse=True)),
                        "paper": document.name.strip(),
                    },
                ),
            )
        else:
            yield Pass()
    if not compared:
        yield Skip(Sentence("không có giấy tờ nào mà danh mục quốc gia chỉ yêu cầu bản sao để so sánh"))


def _is_the_catalogues(pair: Pair, document: RequiredDocument, demanded: frozenset[CopyForm]) -> bool:
    """Tell whether the catalogue itself words it so, be it for another paper that the line names too."""
    if repeats_catalogue(pair, document.name):
        return True
    line = read_paper(document.name).core
    official = pair.official.documents or () if pair.official else ()
    cores = (read_paper(paper.name).core for paper in official if demanded & accepted_forms(paper.name))
    return any(core and core in line for core in cores)


def demanded_instead(document: RequiredDocument, papers: tuple[RequiredDocument, ...]) -> frozenset[CopyForm] | None:
    """Return the heavier forms demanded where every official paper is a plain copy; empty: none; None: not comparable.

    An official quantity without words ("0 bản chính, 1 bản sao") is held against words only where these demand certification.
    """
    if not papers or any(paper.quantity.originals for paper in papers):
        return None
    named = accepted_forms(document.name)
    heavier = (named or _by_quantity(document.quantity)) - {CopyForm.PLAIN_COPY}
    if not heavier or CopyForm.PLAIN_COPY in named:
        return frozenset()
    official = [accepted_forms(paper.name) for paper in papers]
    if all(forms == {CopyForm.PLAIN_COPY} for forms in official):
        return heavier
    if not any(official) and all(paper.quantity.originals == 0 and paper.quantity.copies for paper in papers):
        # "Bản gốc …" beside an official copy may be the same paper shown; only a demand for certification is plain.
        return frozenset() if CopyForm.ORIGINAL in named else heavier
    return None


def _by_quantity(quantity: Quantity) -> frozenset[CopyForm]:
    if quantity.originals and not quantity.copies:
        return frozenset({CopyForm.ORIGINAL})
    return accepted_forms(quantity.raw)
