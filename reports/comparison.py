"""Writing a comparison: the findings file, the matches file, and what to tell at the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from audits.compare import REMEMBERED
from audits.pair import Pair
from audits.procedure import Fail, Severity, Skip
from reports.atomic import replacing
from reports.formats.jsonl import finding_record

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from audits.compare import Compared, Comparison
    from audits.judge import Outcome


@dataclass
class Summary:
    """What a comparison came to: lines judged, visits judged, lines skipped with the first reasons, findings by rule and severity."""

    judged: int = 0
    visited: int = 0
    skipped: list[str] = field(default_factory=list)
    by_rule: Counter[str] = field(default_factory=Counter)
    by_severity: Counter[Severity | None] = field(default_factory=Counter)


def write_comparison(
    comparison: Comparison, findings: Path, matches: Path, *, with_skips: bool = False, visits: Path | None = None
) -> Summary:
    """Write both files, whole or not at all; `with_skips` adds what could not be judged, and why, to the findings.

    `visits` is the file of the visits judged: their findings name it, and their `visit` is its line from 0.

    Raises:
        WriteError: a file cannot be written.
        InputError: a published file cannot be read.

    """
    summary = Summary()
    lines = _Lines()
    with (
        replacing(findings) as findings_path,
        replacing(matches) as matches_path,
        findings_path.open("xb") as findings_file,
        matches_path.open("xb") as matches_file,
    ):
        for compared in comparison.lines:
            if compared.pair is None:
                summary.skipped.append(f"{compared.file}: dòng {compared.line + 1}: {compared.skipped}")
                if with_skips:
                    findings_file.write(lines.of(compared, {"code": None, "rule": None, "skip": compared.skipped}))
                continue
            summary.judged += 1
            matches_file.write(lines.of(compared, compared.pair))
            for outcome in compared.outcomes if with_skips else compared.findings:
                _write_outcome(outcome, compared, summary, findings_file, lines, with_skips=with_skips)
        for outcome in comparison.together():
            _write_outcome(outcome, None, summary, findings_file, lines, with_skips=with_skips)
        for judged in comparison.visits():
            summary.visited += 1
            place = {"file": str(visits), "line": None, "target": judged.visited.visit.target, "visit": judged.place}
            for outcome in judged.outcomes:
                _write_outcome(outcome, place, summary, findings_file, lines, with_skips=with_skips)
    return summary


def _write_outcome(
    outcome: Outcome,
    compared: Compared | dict[str, Any] | None,
    summary: Summary,
    findings: BinaryIO,
    lines: _Lines,
    *,
    with_skips: bool,
) -> None:
    if isinstance(outcome.verdict, Fail) and outcome.finding is not None:
        summary.by_rule[outcome.rule.slug] += 1
        summary.by_severity[outcome.rule.severity] += 1
        findings.write(lines.of(compared, outcome))
    elif isinstance(outcome.verdict, Skip) and with_skips:
        skip = {"rule": outcome.rule.slug, "rule_version": outcome.rule.version, "skip": str(outcome.verdict.reason)}
        findings.write(lines.of(compared, {"code": None, **skip}))


class _Lines:
    """Writes JSON lines; what is said of a content is made once and repeated with every place it stands in."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[Pair | Outcome, bytes]] = {}

    def of(self, where: Compared | dict[str, Any] | None, what: Pair | Outcome | dict[str, Any]) -> bytes:
        """Return one line: where it stands (None: in no file), then what is said."""
        if isinstance(where, dict):
            place = where
        else:
            place = {"file": None, "line": None} if where is None else {"file": str(where.file), "line": where.line}
        said = orjson.dumps(what) if isinstance(what, dict) else self._said(what)
        return b"%b,%b\n" % (orjson.dumps(place)[:-1], said[1:])

    def _said(self, what: Pair | Outcome) -> bytes:
        kept = self._made.get(id(what))
        if kept is not None and kept[0] is what:
            return kept[1]
        if isinstance(what, Pair):
            record = match_record(what)
        else:
            assert what.finding is not None  # noqa: S101 - only outcomes with a finding are written
            record = finding_record(what.finding)
            record.pop("visit", None)
            del record["line"]  # a content stands on many lines
        said = orjson.dumps(record)
        if len(self._made) >= REMEMBERED:
            self._made.clear()
        self._made[id(what)] = (what, said)
        return said


def match_record(pair: Pair) -> dict[str, Any]:
    """Return what the matches file says of a record: the official code, how surely, and for each document the official papers it was
    taken for, what it was taken as, and the words on which that rests.
    """
    documents = pair.published.documents or ()
    lines = pair.lines or (None,) * len(documents)
    return {
        "national_code": pair.official.code.national if pair.official and pair.official.code else None,
        "confidence": round(pair.match.confidence, 4),
        "documents": [line.components or None if line else None for line in lines],
        "taken_as": [line.kind if line else None for line in lines],
        "words": [line.shared or None if line else None for line in lines],
    }
