"""One rule a file; the file's name is the rule's id. Adding a rule is adding its file and its examples, nothing else.

A rule's module docstring is the duty in one sentence. It states `TITLE` (the failing noun), `SEVERITY` (None: a good
practice), `VERSION`, `CITATIONS` and `REMEDY` (one sentence an inspector would suggest), and defines `check`, which looks at one
published procedure beside the official one, or `check_source`, which looks at all that one source publishes, or
`check_visit`, which looks at one visit to an online service; `check_visit` may stand beside `check`, where the e-form can
break the same duty. `OF_SITE` marks a `check_visit` about the whole site: one sign tells of all visits that show the same.
"""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from audits.pair import Pair, PublishedSource
    from audits.procedure import Citation, Severity, Verdict
    from audits.visited import Visited


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as its module states it; `check` and `check_source` are never both set, and one of the three is."""

    slug: str
    title: str
    duty: str
    severity: Severity | None
    version: int
    citations: tuple[Citation, ...]
    remedy: str
    check: Callable[[Pair], Iterable[Verdict]] | None
    check_source: Callable[[PublishedSource], Iterable[Verdict]] | None
    check_visit: Callable[[Visited], Iterable[Verdict]] | None
    of_site: bool


@cache
def checks() -> tuple[tuple[Rule, Callable[[Pair], Iterable[Verdict]]], ...]:
    """Return the rules that look at one published procedure, each with its check, in alphabetical order."""
    return tuple((rule, rule.check) for rule in rules().values() if rule.check is not None)


@cache
def rules() -> dict[str, Rule]:
    """Return every rule in this folder by its id, in alphabetical order."""
    found = {}
    for info in pkgutil.iter_modules(__path__):
        module = import_module(f"{__name__}.{info.name}")
        found[info.name] = Rule(
            slug=info.name,
            title=module.TITLE,
            duty=(module.__doc__ or "").strip(),
            severity=module.SEVERITY,
            version=module.VERSION,
            citations=module.CITATIONS,
            remedy=module.REMEDY,
            check=getattr(module, "check", None),
            check_source=getattr(module, "check_source", None),
            check_visit=getattr(module, "check_visit", None),
            of_site=getattr(module, "OF_SITE", False),
        )
    return found
