"""The figures of an audit's visits to e-services: outcomes by target, what could not be looked at, and which visits are shown whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from audits.indicators import standings
from crawlers.service_visits import ARRIVED, FAILURES, UNSEEN, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audits.audit import Audit, AuditedVisit
    from audits.indicators import Measure, Standing
    from crawlers.service_visits import ServiceVisit

NOT_SEEN = UNSEEN | {Outcome.TIMEOUT}
"""Outcomes after which nothing is concluded about a service."""


@dataclass(frozen=True, slots=True)
class TargetFigures:
    """How the visits to one target ended; `refused` counts the requests that the guard did not let out.

    `standings` is how its services stand to the questions of public measures.
    """

    target: str
    agency: str
    outcomes: Mapping[Outcome, int]
    refused: int
    standings: tuple[Standing, ...] = ()

    @property
    def visits(self) -> int:
        """Return how many services were tried."""
        return sum(self.outcomes.values())

    @property
    def measures(self) -> tuple[tuple[Measure, tuple[Standing, ...]], ...]:
        """Return the standings by the measure they are of, in order."""
        groups = groupby(self.standings, lambda standing: standing.indicator.measure)
        return tuple((measure, tuple(group)) for measure, group in groups)


@dataclass(frozen=True, slots=True)
class Tried:
    """All figures: `outcomes` are those that occur, the mildest first; `shown` the visits a reader may want to see whole.

    `unseen` could not be looked at, `unrepeated` failed only once, `national` failed at a system of the whole country.
    """

    targets: tuple[TargetFigures, ...]
    outcomes: tuple[Outcome, ...]
    shown: tuple[AuditedVisit, ...]
    unseen: tuple[AuditedVisit, ...]
    unrepeated: tuple[AuditedVisit, ...]
    national: tuple[AuditedVisit, ...]

    @property
    def visits(self) -> int:
        """Return how many services were tried in all."""
        return sum(target.visits for target in self.targets)

    @property
    def refused(self) -> int:
        """Return how many requests the guard did not let out in all."""
        return sum(target.refused for target in self.targets)


def tried(audit: Audit) -> Tried:
    """Return the figures of the audit's visits; all empty where there were none."""
    agencies = {item.target: item.agency for item in audit.visits}
    by_target: dict[str, Counter[Outcome]] = {target: Counter() for target in agencies}
    refused: Counter[str] = Counter()
    for item in audit.visits:
        by_target[item.target][item.visit.outcome] += 1
        refused[item.target] += len(item.visit.refused)
    with_signs = {(item.target, item.finding.visit) for item in audit.findings if item.finding.visit is not None}
    failed = [item for item in audit.visits if item.visit.outcome in FAILURES]
    return Tried(
        targets=tuple(
            TargetFigures(
                target,
                agencies[target],
                outcomes,
                refused[target],
                standings(item.visit for item in audit.visits if item.target == target),
            )
            for target, outcomes in by_target.items()
        ),
        outcomes=tuple(outcome for outcome in Outcome if any(counts[outcome] for counts in by_target.values())),
        shown=tuple(
            item
            for item in audit.visits
            if item.visit.outcome not in ARRIVED or item.earlier or (item.target, item.place) in with_signs
        ),
        unseen=tuple(item for item in audit.visits if item.visit.outcome in NOT_SEEN),
        unrepeated=tuple(item for item in failed if not item.visit.confirmed and item.visit.outcome not in NOT_SEEN),
        national=tuple(item for item in failed if item.visit.confirmed and item.visit.attributed_to == "national"),
    )


def visit_moment(visit: ServiceVisit) -> datetime | None:
    """Return when a visit was made, with its time zone; None: it does not say."""
    try:
        at = datetime.fromisoformat(visit.at or "")
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
