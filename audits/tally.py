"""Counting what the rules said of one target: its findings, and how often each rule passed, failed and was skipped, with why."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from audits.audit import RuleCount
from audits.procedure import Fail, Pass

if TYPE_CHECKING:
    from audits.judge import Outcome
    from audits.lawful import Recognised
    from audits.store import NewFinding


class Tally:
    """The findings of one source, and how often each rule passed, failed and was skipped there."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._passed: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._reasons: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.findings: list[NewFinding] = []
        self.recognised: list[Recognised] = []

    def add(self, outcome: Outcome) -> None:
        """Count one outcome."""
        slug = outcome.rule.slug
        if isinstance(outcome.verdict, Pass):
            self._passed[slug] += 1
        elif isinstance(outcome.verdict, Fail):
            self._failed[slug] += 1
        else:
            # The template, not the filled sentence: reasons are counted by kind.
            self._reasons[slug][outcome.verdict.reason.template] += 1
        if outcome.recognised is not None:
            self.recognised.append(outcome.recognised)

    def counts(self) -> list[RuleCount]:
        """Return one count a rule, by its id."""
        slugs = sorted({*self._passed, *self._failed, *self._reasons})
        return [
            RuleCount(
                self._target, slug, self._passed[slug], self._failed[slug], tuple(sorted(self._reasons[slug].items()))
            )
            for slug in slugs
        ]
