"""The figures of one audit, counted once for every format: signs, good practice, and what could not be checked."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits.procedure import Severity
from crawlers.records import SourceState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audits.audit import Audit, AuditedFinding, AuditedSource

_JUDGED = {SourceState.OK, SourceState.PARTIAL}
_GRAVEST_FIRST = {severity: place for place, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class AgencyFigures:
    """One agency's signs, gravest first; `checked` is False when none of its sources could be judged."""

    name: str
    signs: tuple[AuditedFinding, ...]
    by_severity: Mapping[Severity, int]
    checked: bool


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """How one rule came out over all sources; `reasons` counts what it could not judge, the most frequent first."""

    slug: str
    by_severity: Mapping[Severity, int]
    passed: int
    failed: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def signs(self) -> int:
        """Return the number of signs; 0 for a rule of good practice."""
        return sum(self.by_severity.values())

    @property
    def skipped(self) -> int:
        """Return how often the rule could not be judged."""
        return sum(count for _, count in self.reasons)


@dataclass(frozen=True, slots=True)
class Overview:
    """All figures of one audit; good practice is never among the signs, an unchecked source never among the clean ones."""

    signs: tuple[AuditedFinding, ...]
    good_practices: tuple[AuditedFinding, ...]
    by_severity: Mapping[Severity, int]
    agencies: tuple[AgencyFigures, ...]
    rules: tuple[RuleFigures, ...]
    checked: tuple[AuditedSource, ...]
    unchecked: tuple[AuditedSource, ...]

    @property
    def read(self) -> int:
        """Return how many procedures were read at the sources that could be judged."""
        return sum(source.read for source in self.checked)


def overview(audit: Audit) -> Overview:
    """Return the audit's figures; agencies and rules with the most signs first."""
    signs = sorted((item for item in audit.findings if item.finding.severity is not None), key=_gravest_first)
    good = sorted((item for item in audit.findings if item.finding.severity is None), key=_gravest_first)
    return Overview(
        signs=tuple(signs),
        good_practices=tuple(good),
        by_severity=_by_severity(signs),
        agencies=_agencies(audit, signs),
        rules=_rules(audit, signs),
        checked=tuple(source for source in audit.sources if source.state in _JUDGED),
        unchecked=tuple(source for source in audit.sources if source.state not in _JUDGED),
    )


def _gravest_first(item: AuditedFinding) -> tuple[str, int, str, str, int]:
    severity = item.finding.severity
    place = len(Severity) if severity is None else _GRAVEST_FIRST[severity]
    return item.agency, place, item.finding.rule, item.procedure, item.id


def _by_severity(signs: list[AuditedFinding]) -> dict[Severity, int]:
    counted = Counter(item.finding.severity for item in signs)
    return {severity: counted[severity] for severity in Severity}


def _agencies(audit: Audit, signs: list[AuditedFinding]) -> tuple[AgencyFigures, ...]:
    by_agency: defaultdict[str, list[AuditedFinding]] = defaultdict(list)
    for item in signs:
        by_agency[item.agency].append(item)
    checked = {source.agency for source in audit.sources if source.state in _JUDGED} | by_agency.keys()
    figures = [
        AgencyFigures(name, tuple(by_agency[name]), _by_severity(by_agency[name]), name in checked)
        for name in {source.agency for source in audit.sources} | by_agency.keys()
    ]
    return tuple(sorted(figures, key=lambda agency: (-len(agency.signs), not agency.checked, agency.name)))


def _rules(audit: Audit, signs: list[AuditedFinding]) -> tuple[RuleFigures, ...]:
    by_rule: defaultdict[str, list[AuditedFinding]] = defaultdict(list)
    for item in signs:
        by_rule[item.finding.rule].append(item)
    passed: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    reasons: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for count in audit.counts:
        passed[count.rule] += count.passed
        failed[count.rule] += count.failed
        reasons[count.rule].update(dict(count.reasons))
    figures = [
        RuleFigures(slug, _by_severity(by_rule[slug]), passed[slug], failed[slug], tuple(reasons[slug].most_common()))
        for slug in {count.rule for count in audit.counts} | by_rule.keys()
    ]
    return tuple(sorted(figures, key=lambda rule: (-rule.signs, *(-n for n in rule.by_severity.values()), rule.slug)))
