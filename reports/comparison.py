"""Writing a comparison: the findings file, the matches file, and what to tell at the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from audits.procedure import Fail, Severity, Skip
from reports.atomic import replacing
from reports.formats.jsonl import finding_record

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from audits.compare import Compared, Comparison
    from audits.judge import Outcome
    from audits.pair import Pair


@dataclass
class Summary:
    """What a comparison came to: lines judged, lines skipped with the first reasons, findings by rule and by severity."""

    judged: int = 0
    skipped: list[str] = field(default_factory=list)
    by_rule: Counter[str] = field(default_factory=Counter)
    by_severity: Counter[Severity | None] = field(default_factory=Counter)


def write_comparison(comparison: Comparison, findings: Path, matches: Path, *, with_skips: bool = False) -> Summary:
    """Write both files, whole or not at all; `with_skips` adds what could not be judged, and why, to the findings.

    Raises:
        WriteError: a file cannot be written.
        InputError: a published file cannot be read.

    """
    summary = Summary()
    with (
        replacing(findings) as findings_path,
        replacing(matches) as matches_path,
        findings_path.open("xb") as findings_file,
        matches_path.open("xb") as matches_file,
    ):
        for compared in comparison.lines:
            _write_line(compared, summary, findings_file, matches_file, with_skips=with_skips)
        for outcome in comparison.together():
            _write_outcome(outcome, None, summary, findings_file, with_skips=with_skips)
    return summary


def _write_line(
    compared: Compared, summary: Summary, findings: BinaryIO, matches: BinaryIO, *, with_skips: bool
) -> None:
    if compared.pair is None:
        summary.skipped.append(f"{compared.file}: dòng {compared.line + 1}: {compared.skipped}")
        if with_skips:
            _write(
                findings,
                {
                    "line": compared.line,
                    "file": str(compared.file),
                    "code": None,
                    "rule": None,
                    "skip": compared.skipped,
                },
            )
        return
    summary.judged += 1
    _write(matches, {"file": str(compared.file), **match_record(compared.pair, compared.line)})
    for outcome in compared.outcomes if with_skips else compared.findings:
        _write_outcome(outcome, compared, summary, findings, with_skips=with_skips)


def _write_outcome(
    outcome: Outcome, compared: Compared | None, summary: Summary, findings: BinaryIO, *, with_skips: bool
) -> None:
    file, line = (None, None) if compared is None else (str(compared.file), compared.line)
    if isinstance(outcome.verdict, Fail) and outcome.finding is not None:
        summary.by_rule[outcome.rule.slug] += 1
        summary.by_severity[outcome.rule.severity] += 1
        _write(findings, {"file": file, **finding_record(outcome.finding), "line": line})
    elif isinstance(outcome.verdict, Skip) and with_skips:
        skip = {"rule": outcome.rule.slug, "rule_version": outcome.rule.version, "skip": str(outcome.verdict.reason)}
        _write(findings, {"file": file, "line": line, "code": None, **skip})


def match_record(pair: Pair, line: int) -> dict[str, Any]:
    """Return one line of the matches file: the official code, how surely, and for each document the official papers it was
    taken for, what it was taken as, and the words on which that rests.
    """
    documents = pair.published.documents or ()
    lines = pair.lines or (None,) * len(documents)
    return {
        "line": line,
        "national_code": pair.official.code.national if pair.official and pair.official.code else None,
        "confidence": round(pair.match.confidence, 4),
        "documents": [
            [list(place) for place in line.components] if line and line.components else None for line in lines
        ],
        "taken_as": [line.kind if line else None for line in lines],
        "words": [list(line.shared) if line and line.shared else None for line in lines],
    }


def _write(file: BinaryIO, value: dict[str, Any]) -> None:
    file.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))
