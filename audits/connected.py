"""Papers whose data are announced as connected, so that offices look them up themselves; read from connected.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class ConnectedPaper:
    """One paper that is looked up in a database since `announced`; `source` names the announcement, "(?)" if not verified."""

    name: str
    pattern: re.Pattern[str]
    alternative: re.Pattern[str]
    database: str
    announced: date
    source: str


@cache
def connected_papers() -> tuple[ConnectedPaper, ...]:
    """Return every paper announced as connected."""
    data = tomllib.loads(resources.files("audits").joinpath("connected.toml").read_text(encoding="utf-8"))
    return tuple(
        ConnectedPaper(
            name=row["name"],
            pattern=re.compile(row["is"]),
            alternative=re.compile(row["alternative"]),
            database=row["database"],
            announced=row["announced"],
            source=row["announced_by"] + (" (?)" if row.get("unverified", False) else ""),
        )
        for row in data["paper"]
    )


def connected(text: str, on: date) -> ConnectedPaper | None:
    """Return the connected paper that a line, as plain text, asks for and nothing else; None: another paper, or not announced on that day."""
    for paper in connected_papers():
        if paper.pattern.match(text) and paper.announced <= on and not paper.alternative.search(text):
            return paper
    return None
