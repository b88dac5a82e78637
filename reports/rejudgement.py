"""Telling what judging again gave: the changes because of the rules and those because of the portal, in two lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from audits.lawful import lawful_record
from audits.rejudge import Cause, digest
from reports.formats.jsonl import finding_record
from reports.labels import rule_title

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audits.rejudge import Change, PortalChanges, Rejudgement, Sign

Translate = Callable[[str], str]

_OURS = {
    Cause.RULE: "because_of_rules",
    Cause.UNVERSIONED: "because_of_rules_without_new_version",
    Cause.READER: "because_of_readers",
    Cause.LAWFUL: "because_of_lawful_differences",
}


def rejudgement_record(result: Rejudgement, portal: PortalChanges | None) -> dict[str, Any]:
    """Return everything as one JSON object; `because_of_portal` stands apart, null where no earlier audit was asked for."""
    return {
        "audit": result.audit.id,
        "on": result.audit.on.isoformat(),
        "catalogue": result.audit.catalogue.digest,
        "identical": result.identical,
        "stored": {"findings": result.stored.count(b"\n"), "sha256": digest(result.stored)},
        "now": {"findings": result.now.count(b"\n"), "sha256": digest(result.now)},
        "rules": {slug: {"then": then, "now": now} for slug, (then, now) in sorted(result.versions.items())},
        **{name: [_change(change) for change in result.because_of(cause)] for cause, name in _OURS.items()},
        "recognised": [{**_sign(sign), "lawful": lawful_record(item)} for sign, item in result.recognised],
        "unread": [
            {
                "target": lost.target,
                "faults": [{"kind": fault.kind, "url": fault.url, "why": fault.why} for fault in lost.faults],
                "findings": [_sign(sign) for sign in lost.findings],
            }
            for lost in result.unread
        ],
        "because_of_portal": None
        if portal is None
        else {
            "against": portal.earlier,
            **{name: [_sign(sign) for sign in getattr(portal, name)] for name in ("new", "gone", "kept", "unseen")},
            "not_compared": list(portal.apart),
        },
    }


def change_rows(changes: Iterable[Change], _: Translate) -> list[tuple[str, ...]]:
    """Return one row a change: target, code, procedure, sign, paper, what happened, the rule's versions then and now."""
    words = {
        (False, True): _("mới xuất hiện"),
        (True, False): _("không còn"),
        (True, True): _("nội dung khác đi"),
    }
    return [
        (
            *sign_row(change.sign, _),
            words[change.before is not None, change.after is not None],
            f"{_number(change.version_before)} → {_number(change.version_after)}",
        )
        for change in changes
    ]


def sign_row(sign: Sign, _: Translate) -> tuple[str, ...]:
    """Return the target, code, procedure, title and paper of a sign."""
    finding = sign.new.finding
    code = sign.new.published_code or finding.code or ""
    return sign.target, code, sign.new.procedure, rule_title(finding.rule, _), sign.paper or ""


def _number(version: int | None) -> str:
    return "–" if version is None else str(version)


def _change(change: Change) -> dict[str, Any]:
    return {
        **_sign(change.sign),
        "version_then": change.version_before,
        "version_now": change.version_after,
        "before": None if change.before is None else finding_record(change.before.new.finding),
        "after": None if change.after is None else finding_record(change.after.new.finding),
    }


def _sign(sign: Sign) -> dict[str, Any]:
    finding = sign.new.finding
    return {
        "target": sign.target,
        "rule": finding.rule,
        "code": finding.code,
        "published_code": sign.new.published_code,
        "procedure": sign.new.procedure,
        "paper": sign.paper,
        "severity": finding.severity,
        "why": str(finding.why),
    }
