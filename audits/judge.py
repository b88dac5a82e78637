"""Judging: match one published record, align its papers, and put every rule to it. Pure: no clock, network or database."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from audits.law import cite
from audits.lawful import Lawful, Recognised
from audits.matching.documents import align, align_all
from audits.matching.official import OfficialPapers
from audits.matching.papers import Paper, read_paper
from audits.matching.procedures import MatchKind, ProcedureMatcher, owner_code
from audits.matching.similarity import Vocabulary
from audits.pair import Coverage, Pair, PublishedSource, unit_names
from audits.procedure import Fail, Finding, Procedure, Quantity, RequiredDocument, Sentence, Skip, Verdict
from audits.published import read_published
from audits.reading.codes import read_code
from audits.rules import Rule, checks, rules
from audits.visited import Visited
from crawlers.records import PublishedProcedure, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from audits.catalogue import Catalogue
    from audits.lawful import LawfulDifference
    from crawlers.service_visits import ServiceVisit, Upload

_TOLD = "đã nêu một lần cho cả cổng ở lượt thử dịch vụ khác"


class Outcome(NamedTuple):
    """What one rule said of one record (`line`) or of a whole source (`line` None), with the finding if it failed.

    `recognised` is the finding that was passed over because of a lawful difference; the verdict is then a Skip.
    """

    rule: Rule
    verdict: Verdict
    finding: Finding | None = None
    recognised: Recognised | None = None


def stated_parts(record: PublishedProcedure) -> Iterator[str]:
    """Yield the parts a published record states with any text at all."""
    for part in ("name", "steps", "subjects", "agency", "result", "conditions", "code"):
        if (getattr(record, part) or "").strip():
            yield part
    if record.documents:
        yield "documents"
    methods = record.methods or ()
    if any((method.channel or "").strip() for method in methods):
        yield "methods"
    if any((method.time or "").strip() for method in methods):
        yield "time"
    if any((method.fee or "").strip() for method in methods):
        yield "fee"


def coverage_of(contents: Counter[tuple[frozenset[str], bool]]) -> Coverage:
    """Return what a source shows, from how many of its records state these parts and are known to the catalogue or not."""
    stated: Counter[str] = Counter()
    known = 0
    for (parts, is_known), count in contents.items():
        known += count * is_known
        for part in parts:
            stated[part] += count
    return Coverage(contents.total(), stated, known)


class Judge:
    """One catalogue made ready to judge records against; the same records and rule versions give the same outcomes.

    A finding that one of the `lawful` differences covers becomes a Skip that tells why.
    """

    def __init__(self, catalogue: Catalogue, lawful: Iterable[LawfulDifference] = ()) -> None:
        self.catalogue = catalogue
        self._lawful = Lawful(lawful)
        self._matcher = ProcedureMatcher(catalogue)
        self._papers: dict[str, Paper] = {}
        self._vocabulary = Vocabulary(
            self._paper(document.name)
            for procedure in catalogue.procedures.values()
            for document in procedure.documents or ()
        )
        self._official: dict[str, OfficialPapers] = {}

    def knows(self, record: PublishedProcedure) -> bool:
        """Tell whether the catalogue, its repealed and its specific procedures have the record's code or name."""
        code = read_code(record.code)
        return self._matcher.knows(code.national if code else None, record.name or "")

    def coverage(self, records: Iterable[PublishedProcedure]) -> Coverage:
        """Return what one source shows: counts over all its records."""
        return coverage_of(Counter((frozenset(stated_parts(record)), self.knows(record)) for record in records))

    def pair(self, record: PublishedProcedure, on: date, shown: Coverage) -> Pair:
        """Match and align one published record, to be judged as of `on`."""
        (pair,) = self.pairs([(record, on, shown)])
        return pair

    def pairs(self, asked: Iterable[tuple[PublishedProcedure, date, Coverage]]) -> list[Pair]:
        """Match and align many published records, each as of its day; many together take less time than one by one."""
        pairs = [self._matched(record, on, shown) for record, on, shown in asked]
        comparable = {
            place: (pair.published.documents, self._official_papers(owner_code(pair.official)))
            for place, pair in enumerate(pairs)
            if pair.official is not None
            and pair.official.documents is not None
            and pair.published.documents is not None
        }
        lines = dict(zip(comparable, align_all(list(comparable.values())), strict=True))
        return [replace(pair, lines=lines.get(place, ())) for place, pair in enumerate(pairs)]

    def _matched(self, record: PublishedProcedure, on: date, shown: Coverage) -> Pair:
        """Match one published record, its papers not aligned yet."""
        published = read_published(record)
        territory = record.source.territory or (published.code.agency if published.code else None)
        match = self._matcher.match(published, territory)
        units, suspect = unit_names(record.source), frozenset(record.source.suspect)
        return Pair(published, match, (), self.catalogue, shown, on, territory, units, suspect)

    def judge(self, pair: Pair, line: int | None = None) -> Iterator[Outcome]:
        """Yield what every rule for one procedure says of a pair; `line` is the record's place in its file."""
        for rule, check in checks():
            for verdict in check(pair):
                if isinstance(verdict, Fail):
                    outcome = self._failed(rule, verdict, pair.on, pair, line)
                    yield recognise(outcome, self._lawful, pair, pair.published)
                else:
                    yield Outcome(rule, verdict)

    def judge_source(self, source: PublishedSource) -> Iterator[Outcome]:
        """Yield what every rule for a whole source says of it."""
        for rule in rules().values():
            if rule.check_source is not None:
                for outcome in self._outcomes(rule, rule.check_source(source), source.on, None):
                    yield recognise(outcome, self._lawful, source, None)

    def visited(
        self,
        visit: ServiceVisit,
        on: date,
        record: PublishedProcedure | None = None,
        shown: Coverage | None = None,
        source: Source | None = None,
    ) -> Visited:
        """Match one visit and align what its e-form asks to attach, to be judged as of `on`.

        `record` is what the same target publishes of the procedure; without it the visit's own code and name are matched
        with the catalogue, as of the `source` visited.
        """
        told = record or PublishedProcedure(
            source=source or Source(target=visit.target),
            code=visit.code,
            name=visit.name,
            service_level=visit.service_level,
        )
        pair = self.pair(told, on, shown or Coverage())
        uploads = None
        if visit.uploads is not None and pair.official is not None and pair.official.documents:
            papers = self._official_papers(owner_code(pair.official))
            uploads = align([_as_document(index, upload) for index, upload in enumerate(visit.uploads)], papers)
        return Visited(visit, pair, record is not None, uploads, told.source.url)

    def judge_visits(self, visits: Iterable[Visited]) -> Iterator[tuple[int, Outcome]]:
        """Yield what every rule for online services says of the visits to one target, each with the visit's place from 0.

        What is wrong with the whole site is one sign: further visits that show the same are skipped.
        """
        told: set[tuple[str, str]] = set()
        for place, visited in enumerate(visits):
            pair = visited.pair
            for rule in rules().values():
                if rule.check_visit is None:
                    continue
                for outcome in self._outcomes(rule, rule.check_visit(visited), pair.on, pair, visit=place):
                    finding = outcome.finding
                    if rule.of_site and finding is not None:
                        if (rule.slug, finding.found) in told:
                            yield place, outcome._replace(verdict=Skip(Sentence(_TOLD)), finding=None)
                            continue
                        told.add((rule.slug, finding.found))
                    yield place, recognise(outcome, self._lawful, pair, pair.published)

    def _paper(self, name: str) -> Paper:
        paper = self._papers.get(name)
        if paper is None:
            paper = self._papers[name] = read_paper(name)
        return paper

    def _official_papers(self, code: str) -> OfficialPapers:
        official = self._official.get(code)
        if official is None:
            procedure = self.catalogue.procedures[code]
            documents = procedure.documents or ()
            papers = [self._paper(document.name) for document in documents]
            official = self._official[code] = OfficialPapers(procedure.name, documents, papers, self._vocabulary)
        return official

    def _outcomes(
        self,
        rule: Rule,
        verdicts: Iterable[Verdict],
        on: date,
        pair: Pair | None,
        *,
        visit: int | None = None,
    ) -> Iterator[Outcome]:
        for verdict in verdicts:
            if isinstance(verdict, Fail):
                yield self._failed(rule, verdict, on, pair, visit=visit)
            else:
                yield Outcome(rule, verdict)

    def _failed(
        self, rule: Rule, fail: Fail, on: date, pair: Pair | None, line: int | None = None, *, visit: int | None = None
    ) -> Outcome:
        """Return the finding of a failed rule, or a skip where it may not be made."""
        law = cite(rule.citations, on)
        if not law:
            # An accusation needs a text that was in force on the day.
            day = {"day": on.strftime("%d/%m/%Y")}
            return Outcome(rule, Skip(Sentence("không có căn cứ pháp lý có hiệu lực tại ngày {day}", day)))
        if pair is not None and pair.doubts(fail.where):
            return Outcome(rule, Skip(Sentence("giá trị công khai bị nghi là đọc nhầm hoặc không ổn định")))
        code = fail.code or (pair and _national_code(pair)) or None
        return Outcome(rule, fail, _finding(rule, fail, law, code, line, visit))


def recognise(outcome: Outcome, lawful: Lawful, judged: Pair | PublishedSource, published: Procedure | None) -> Outcome:
    """Return the outcome, or a Skip in its place where a lawful difference covers its finding on the day judged."""
    finding = outcome.finding
    if finding is None:
        return outcome
    code = finding.code or (published.code.national if published and published.code else None)
    documents = (published.documents if published else None) or ()
    difference = lawful.find(
        finding.rule,
        code,
        units=judged.units,
        paper=finding.paper if finding.document is None else documents[finding.document].name,
        on=judged.on,
    )
    if difference is None:
        return outcome
    reason = Sentence("được công nhận là khác biệt hợp pháp: {reason}", {"reason": difference.reason})
    return outcome._replace(verdict=Skip(reason), finding=None, recognised=Recognised(difference, finding))


def _national_code(pair: Pair) -> str | None:
    if pair.official is not None:
        return owner_code(pair.official)
    if pair.match.kind is MatchKind.REPEALED and pair.match.repealed is not None:
        return pair.match.repealed.code
    return None


def _finding(  # noqa: PLR0917 - a finding names all of these
    rule: Rule, fail: Fail, law: tuple[str, ...], code: str | None, line: int | None, visit: int | None
) -> Finding:
    return Finding(
        rule=rule.slug,
        rule_version=rule.version,
        severity=rule.severity,
        code=code,
        line=line,
        document=fail.document,
        expected=fail.expected,
        found=fail.found,
        where=fail.where,
        law=law,
        why=fail.why,
        visit=visit,
        paper=fail.paper,
    )


def _as_document(index: int, upload: Upload) -> RequiredDocument:
    """Return a paper that an e-form asks to attach as a line of required papers."""
    return RequiredDocument(name=upload.name, quantity=Quantity(), index=index)
