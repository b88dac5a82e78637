"""For programs: one finding a line in the findings format, with its agency, its target and its evidence."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC
from typing import TYPE_CHECKING, Any

from audits.indicators import Light
from reports.atomic import replacing
from reports.labels import outcome_label, rule_remedy
from reports.tried import tried

if TYPE_CHECKING:
    from pathlib import Path

    from audits.audit import Audit, AuditedFinding
    from audits.indicators import Standing
    from audits.procedure import Finding
    from crawlers.service_visits import ServiceVisit

SUFFIX = ".jsonl"


def write(audit: Audit, path: Path) -> None:
    """Write every finding, good practice included (severity null), in the audit's order; UTF-8, sentences in Vietnamese.

    One from a visit to an e-service has the visit's outcome and steps beside it, and how the target's services stand to the
    questions of public measures that the same part of a visit answers.

    Raises:
        WriteError: the file cannot be written.

    """
    visits = {(item.target, item.place): item.visit for item in audit.visits}
    standing = {target.target: target.standings for target in tried(audit).targets}
    with replacing(path) as temporary, temporary.open("xb") as file:
        for item in audit.findings:
            visit = None if item.finding.visit is None else visits.get((item.target, item.finding.visit))
            row = record(item)
            if visit is not None:
                row["visited"] = _visit_record(visit)
                row["indicators"] = [
                    _standing_record(one)
                    for one in standing[item.target]
                    if item.finding.where.startswith(one.indicator.check)
                ]
            # A lone surrogate has no UTF-8; its backslash form is the JSON escape for it.
            file.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")


def record(item: AuditedFinding) -> dict[str, Any]:
    """Return one finding with its agency, target and evidence as a JSON object; times in ISO 8601, UTC."""
    evidence = item.evidence
    return {
        **finding_record(item.finding),
        "id": item.id,
        "agency": item.agency,
        "target": item.target,
        "procedure": item.procedure,
        "published_code": item.published_code,
        "evidence": {
            "capture": evidence.capture,
            "url": evidence.url,
            "captured_at": evidence.captured_at.astimezone(UTC).isoformat(),
            "place": evidence.place,
            "catalogue_version": evidence.catalogue_version,
        },
    }


def _visit_record(visit: ServiceVisit) -> dict[str, Any]:
    return {
        "outcome": visit.outcome,
        "outcome_label": outcome_label(visit.outcome, str),
        "why": visit.why,
        "at": visit.at,
        "attempts": [asdict(attempt) for attempt in visit.attempts],
        "steps": [asdict(step) for step in visit.steps],
        "refused": len(visit.refused),
        "contact_sheet": visit.evidence.contact_sheet,
    }


def _standing_record(standing: Standing) -> dict[str, Any]:
    one = standing.indicator
    return {
        "measure": one.measure.title,
        "place": one.place,
        "text": one.text,
        "sees": one.sees,
        "verified": one.verified,
        "read_in": one.measure.seen,
        "services": {light.value: standing.counts[light] for light in Light},
    }


def finding_record(finding: Finding) -> dict[str, Any]:
    """Return the finding in the findings format, with the field `where` it stands and the remedy its rule suggests.

    One that was seen in a visit to an e-service has the visit's place, and the paper or form it is about.
    """
    seen = {} if finding.visit is None else {"visit": finding.visit, "paper": finding.paper}
    return {
        "line": finding.line,
        "code": finding.code,
        "rule": finding.rule,
        "rule_version": finding.rule_version,
        "document": finding.document,
        "severity": finding.severity,
        "expected": finding.expected,
        "found": finding.found,
        "law": list(finding.law),
        "why": str(finding.why),
        "remedy": rule_remedy(finding.rule, str),
        "where": finding.where,
        **seen,
    }
