"""A published record, text as it stood, read into a procedure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.procedure import Channel, Fees, Level, Method, Procedure, Quantity, RequiredDocument, Stated, Terms
from audits.reading.codes import read_code
from audits.reading.money import read_fees
from audits.reading.quantities import quantity_in_name, read_quantity
from audits.reading.terms import read_terms
from audits.reading.text import remembered_lately, unaccented

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawlers.records import PublishedDocument, PublishedMethod, PublishedProcedure

_CHANNELS = (
    ("truc tuyen", Channel.ONLINE),
    ("online", Channel.ONLINE),
    ("buu", Channel.POSTAL),
    ("truc tiep", Channel.DIRECT),
)
_LEVELS = (
    ("tinh", Level.PROVINCE),
    ("province", Level.PROVINCE),
    ("department", Level.PROVINCE),
    ("so ", Level.PROVINCE),
    ("xa", Level.COMMUNE),
    ("phuong", Level.COMMUNE),
    ("commune", Level.COMMUNE),
    ("huyen", Level.DISTRICT),
    ("district", Level.DISTRICT),
    ("bo", Level.MINISTRY),
    ("ministry", Level.MINISTRY),
    ("trung uong", Level.MINISTRY),
)


def read_published(record: PublishedProcedure) -> Procedure:
    """Read one published record; every value keeps its raw text, and parts the source does not have stay None.

    What the crawl found suspect says nothing: the text is kept, and no value is read from it.
    """
    suspect = record.source.suspect
    return Procedure(
        name=record.name or "",
        code=read_code(record.code),
        raw_code=record.code,
        levels=read_levels(record.level or record.source.level),
        sector=record.sector,
        agency=record.agency,
        methods=None
        if record.methods is None
        else tuple(_method(row, f"methods[{index}]", suspect) for index, row in enumerate(record.methods)),
        documents=None
        if record.documents is None
        else tuple(_document(index, document, suspect) for index, document in enumerate(record.documents)),
        steps=record.steps,
        conditions=record.conditions,
        result=record.result,
        subjects=record.subjects,
        legal_bases=record.legal_bases,
        service_level=record.service_level,
        status=record.status,
    )


@remembered_lately
def read_channel(text: str | None) -> Channel | None:
    """Return the one channel a text names; None when it names none or several."""
    plain = unaccented(text or "")
    found = {channel for word, channel in _CHANNELS if word in plain}
    return found.pop() if len(found) == 1 else None


@remembered_lately
def read_levels(text: str | None) -> frozenset[Level]:
    """Return the levels of government a text such as "Cấp tỉnh" or "commune" names."""
    plain = f"{unaccented(text or '')} "
    return frozenset(level for word, level in _LEVELS if f" {word}" in f" {plain}")


def _method(row: PublishedMethod, at: str, suspect: Mapping[str, str]) -> Method:
    """Read one way to submit; where the whole list varies, none of its values is believed."""
    if not suspect:
        return Method(read_channel(row.channel), read_terms(row.time), read_fees(row.fee))
    whole = "methods" in suspect
    channel = None if whole or f"{at}.channel" in suspect else read_channel(row.channel)
    terms, fees = read_terms(row.time), read_fees(row.fee)
    if row.time is not None and (whole or f"{at}.time" in suspect):
        terms = Terms(row.time, Stated.UNREADABLE)
    if row.fee is not None and (whole or f"{at}.fee" in suspect):
        fees = Fees(row.fee, Stated.UNREADABLE)
    return Method(channel, terms, fees)


def _document(index: int, document: PublishedDocument, suspect: Mapping[str, str]) -> RequiredDocument:
    name = document.name or ""
    if suspect and f"documents[{index}].quantity" in suspect:
        quantity = Quantity(document.quantity or "")
    else:
        quantity = read_quantity(document.quantity) if document.quantity else quantity_in_name(name)
    return RequiredDocument(name, quantity, document.case or "", document.form or "", index)
