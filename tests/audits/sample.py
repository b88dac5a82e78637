"""Small catalogues and published records for the tests of judging."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from audits.audit import CatalogueVersion
from audits.catalogue import Catalogue, build_catalogue
from crawlers.records import PublishedProcedure

if TYPE_CHECKING:
    from collections.abc import Iterable

ON = date(2026, 11, 1)
Json = dict[str, Any]


def official(code: str, name: str, papers: Iterable[str] = (), **further: Any) -> Json:
    """A national record in the API's shape with one case; `further` adds or replaces keys."""
    components = [{"name": paper, "originalQty": 1, "copyQty": 0} for paper in papers]
    return {
        "code": code,
        "name": name,
        "executionCases": [{"name": "", "profileComponents": components}],
        **further,
    }


def catalogue(records: Iterable[Json], **sides: Iterable[Json]) -> Catalogue:
    """Those records as one catalogue; `sides` are repealed, specific and fees."""
    return build_catalogue(CatalogueVersion("sha256:sample", ON, "sample", 1), records, **sides)


def published(code: str | None, name: str | None, papers: Iterable[str] | None = None, **further: Any) -> Json:
    """A published record as JSON."""
    documents = None if papers is None else [{"name": paper} for paper in papers]
    return {"code": code, "name": name, "documents": documents, **further}


def record(
    code: str | None, name: str | None, papers: Iterable[str] | None = None, **further: Any
) -> PublishedProcedure:
    """A published record, read."""
    return PublishedProcedure.from_json(published(code, name, papers, **further))
