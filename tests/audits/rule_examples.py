"""The examples of the rules under fixtures/rules, one case a line, and what the judge says of a case."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from audits.audit import CatalogueVersion
from audits.catalogue import build_catalogue, with_earlier
from audits.judge import Judge, Outcome
from audits.listings import Listings, listing_of
from audits.pair import Coverage, PublishedSource, possible_codes, shown_codes
from audits.procedure import Fail, Skip
from crawlers.records import PublishedProcedure, Source
from crawlers.service_visits import ServiceVisit

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "rules"
KEYS = frozenset(
    "why on published official catalogue coverage scope whole verdict document code also as_of earlier visit target".split()  # noqa: SIM905 - a list to read
)


@dataclass(frozen=True)
class Example:
    """One case of one rule; `line` counts from 1."""

    slug: str
    line: int
    case: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.slug}:{self.line}:{self.case['verdict']}"


def examples(slug: str | None = None) -> list[Example]:
    """Every example, or those of one rule."""
    return [
        Example(path.stem, number, json.loads(line))
        for path in sorted(FOLDER.glob("*.jsonl"))
        if slug in {None, path.stem}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    ]


def judged(example: Example) -> list[Outcome]:
    """What every rule says of the case; `published` is one record, or a list where a whole source is judged.

    With `visit` the rules for online services judge it beside the record (null: none is published), at the `target`'s address.
    """
    case = example.case
    side = case.get("catalogue", {})
    catalogue = build_catalogue(
        CatalogueVersion("sha256:example", date.fromisoformat(case.get("as_of", case["on"])), "example", 1),
        [record for record in (case["official"], *side.get("records", ())) if record is not None],
        repealed=side.get("repealed", ()),
        specific=side.get("specific", ()),
        fees=side.get("fees", ()),
    )
    earlier = [
        build_catalogue(
            CatalogueVersion("sha256:earlier", date.fromisoformat(row["as_of"]), "earlier", 1), row["records"]
        )
        for row in case.get("earlier", ())
    ]
    judge = Judge(with_earlier(catalogue, earlier))
    on = date.fromisoformat(case["on"])
    if "visit" in case:
        return _of_visit(judge, case, on)
    whole_source = isinstance(case["published"], list)
    rows = case["published"] if whole_source else [case["published"]]
    records = [PublishedProcedure.from_json(row) for row in rows]
    shown = _coverage(case["coverage"]) if "coverage" in case else judge.coverage(records)
    pairs = [judge.pair(record, on, shown) for record in records]
    outcomes = [outcome for line, pair in enumerate(pairs) for outcome in judge.judge(pair, line)]
    if not whole_source:
        return outcomes
    # The records of an example may be those of several targets of one unit; the last one is looked at.
    targets = list(dict.fromkeys(record.source.target for record in records))
    listings = Listings({record.source.agency or "" for record in records} if len(targets) > 1 else ())
    for record, pair in zip(records, pairs, strict=True):
        listings.add(record.source.target, record.source, listing_of(pair))
    source = PublishedSource(
        published=frozenset().union(*map(shown_codes, pairs)),
        maybe=frozenset().union(*map(possible_codes, pairs)),
        scope=None if case["scope"] is None else frozenset(case["scope"]),
        catalogue=catalogue,
        on=on,
        whole=case["whole"],
        repeated=listings.repeated(targets[-1] if targets else None),
        across=listings.across(targets[-1]) if len(targets) > 1 else None,
    )
    return list(judge.judge_source(source))


def _of_visit(judge: Judge, case: dict[str, Any], on: date) -> list[Outcome]:
    visit = ServiceVisit.from_json({"target": "t", "why": "", **case["visit"]})
    record = None if case["published"] is None else PublishedProcedure.from_json(case["published"])
    visited = judge.visited(visit, on, record, source=Source(url=case.get("target")))
    return [outcome for _, outcome in judge.judge_visits([visited])]


def verdict(outcomes: list[Outcome], slug: str) -> str:
    """What one rule says in all: fail before skip before pass; "nothing" when it did not speak at all."""
    verdicts = [outcome.verdict for outcome in outcomes if outcome.rule.slug == slug]
    if any(isinstance(each, Fail) for each in verdicts):
        return "fail"
    if any(isinstance(each, Skip) for each in verdicts):
        return "skip"
    return "pass" if verdicts else "nothing"


def _coverage(stated: dict[str, Any]) -> Coverage:
    return Coverage(stated["records"], Counter(stated.get("stated", {})), stated["known"])
