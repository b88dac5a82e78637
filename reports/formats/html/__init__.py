"""For people: one self-contained page with figures, charts and every finding; it asks the network for nothing."""

from __future__ import annotations

import base64
import hashlib
from functools import partial
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from audits.indicators import Light
from audits.procedure import Severity
from crawlers.settings import settings
from reports.atomic import replacing
from reports.differences import marked
from reports.formats.html.chart import bars
from reports.labels import (
    decision_text,
    file_label,
    light_label,
    outcome_label,
    reason_label,
    recommendation_title,
    rule_remedy,
    rule_title,
    severity_label,
    state_label,
    verified_label,
)
from reports.overview import overview
from reports.pictures import as_data
from reports.translation import date_text, number_text, sentence_text, time_text, translator
from reports.tried import tried, visit_moment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from audits.audit import Audit
    from crawlers.service_visits import ServiceVisit

SUFFIX = ".html"

# What one source's faults may take of the page; the workbook lists them all.
_FAULTS_SHOWN = 20
# Bytes that the pictures of visits may take of the page; the others are named by their file.
_PICTURES = 8 * 2**20


def write(audit: Audit, path: Path) -> None:
    """Write the audit as one page in the language of the settings.

    Raises:
        WriteError: the file cannot be written.

    """
    with replacing(path) as temporary, temporary.open("xb") as file:
        for chunk in page(audit, settings().language, settings().captures / f"audit-{audit.id}"):
            # Text from a portal may hold a lone surrogate, which UTF-8 cannot.
            file.write(chunk.encode("utf-8", "replace"))


def page(audit: Audit, language: str, captures: Path | None = None) -> Iterator[str]:
    """Return the page in pieces, in that language; times are Vietnamese. `captures`: the folder with the pictures of visits."""
    _ = translator(language)
    figures = tried(audit)
    places = {(item.target, item.place): number for number, item in enumerate(figures.shown, start=1)}
    environment = Environment(
        loader=PackageLoader("reports.formats.html", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "_": _,
        "number": partial(number_text, language=language),
        "day": partial(date_text, language=language),
        "moment": partial(time_text, language=language),
        "sentence": partial(sentence_text, language=language),
        "rule_title": partial(rule_title, _=_),
        "recommendation_title": partial(recommendation_title, _=_),
        "rule_remedy": partial(rule_remedy, _=_),
        "reason_label": partial(reason_label, _=_),
        "decision_text": partial(decision_text, language=language),
        "severity_label": partial(severity_label, _=_),
        "state_label": partial(state_label, _=_),
        "outcome_label": partial(outcome_label, _=_),
        "file_label": partial(file_label, _=_),
        "light_label": partial(light_label, _=_),
        "verified_label": partial(verified_label, _=_),
        "lights": tuple(Light),
        "visit_moment": visit_moment,
        "visit_number": lambda item: places.get((item.target, item.finding.visit)),
        "picture": _Pictures(captures),
        "marked": marked,
        "bars": bars,
        "Severity": Severity,
        "is_web": _is_web,
        "bare": _bare,
    }
    style, script = (_source(environment, name) for name in ("page.css", "page.js"))
    return environment.get_template("page.html").generate(
        audit=audit,
        figures=overview(audit),
        tried=figures,
        language=language,
        style=style,
        script=script,
        policy=f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'",
        faults_shown=_FAULTS_SHOWN,
    )


class _Pictures:
    """Gives the picture of a visit for the page, until the page has enough of them."""

    def __init__(self, captures: Path | None) -> None:
        self._captures = captures
        self._left = _PICTURES

    def __call__(self, visit: ServiceVisit) -> str | None:
        if self._captures is None or self._left <= 0:
            return None
        data = as_data(self._captures, visit.evidence.contact_sheet)
        self._left -= len(data or "")
        return data


def _source(environment: Environment, name: str) -> Markup:
    if environment.loader is None:  # pragma: no cover - set above
        raise LookupError(name)
    return Markup(environment.loader.get_source(environment, name)[0])  # noqa: S704 - our own file


def _hash(text: str) -> str:
    """Return the source expression by which a content security policy lets exactly this text run."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _is_web(url: str) -> bool:
    return url.startswith(("http://", "https://"))


def _bare(digest: str) -> str:
    return digest.removeprefix("sha256:")
