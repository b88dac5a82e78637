"""Stacked bars as inline SVG: one row a name, one segment a severity. The figures beside them say the same in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audits.procedure import Severity

_WIDTH, _HEIGHT = 100, 10

# A segment of one sign stays visible beside one of thousands.
_LEAST = 0.8


def bars(by_severity: Mapping[Severity, int], longest: int) -> Markup:
    """Return one bar as SVG; a bar of `longest` signs fills the width, whatever that is on screen or paper."""
    widths = [(severity, max(_LEAST, _WIDTH * count / longest)) for severity, count in by_severity.items() if count]
    scale = min(1.0, _WIDTH / sum(width for _, width in widths)) if widths else 1.0
    segments, at = [], 0.0
    for severity, width in widths:
        segments.append(
            Markup('<rect class="severity-{}" x="{:.2f}" y="0" width="{:.2f}" height="{}"/>').format(
                severity.value, at, width * scale, _HEIGHT
            )
        )
        at += width * scale
    return Markup(
        '<svg class="bar" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true" focusable="false">{}</svg>'
    ).format(_WIDTH, _HEIGHT, Markup().join(segments))
