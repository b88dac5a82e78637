"""Every reader over the real records that may lie beside the checkout: nothing raises, little stays unreadable."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from audits.procedure import CopyForm, Stated, Unit
from audits.reading.codes import is_well_formed, read_code
from audits.reading.money import official_fees, read_fees, split_description
from audits.reading.quantities import accepted_forms, quantity_in_name, read_quantity
from audits.reading.terms import official_terms, read_terms
from audits.reading.text import clean, fold, unaccented

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
READABLE = 0.97

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"không có dữ liệu thật ở {DATA}")


@pytest.fixture(scope="module")
def official() -> list[dict[str, Any]]:
    with gzip.open(DATA / "national-catalogue.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def local() -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for path in sorted((DATA / "local").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def share(states: list[Stated]) -> float:
    assert states
    return sum(state is not Stated.UNREADABLE for state in states) / len(states)


def test_official_terms(official: list[dict[str, Any]]) -> None:
    rows = [row for record in official for row in record["executionMethods"]]
    read = [(row, official_terms(row)) for row in rows]
    # The number of unit OTHER means nothing: such a row is readable only where its description says more.
    assert share([terms.stated for row, terms in read if row["processingTimeUnit"] != "OTHER"]) >= READABLE
    for row, terms in read:
        if row["processingTimeUnit"] in {"WORKING_DAY", "DAY", "MONTH"}:
            assert (terms.options[0].number, terms.options[0].unit) == (
                row["processingTime"],
                row["processingTimeUnit"],
            )
        assert all(term.number > 0 and term.unit in Unit for term in terms.options)


def test_official_descriptions_as_published_terms(official: list[dict[str, Any]]) -> None:
    texts = {split_description(row).rest for record in official for row in record["executionMethods"]}
    limits = [text for text in texts if re.search(r"[0-9] ngày (?:làm việc )?kể từ ngày nhận", text)]
    assert share([terms.stated for text in limits if (terms := read_terms(text))]) >= READABLE


def test_official_fees(official: list[dict[str, Any]]) -> None:
    rows = [row for record in official for row in record["executionMethods"]]
    read = [(row, official_fees(row)) for row in rows]
    assert share([fees.stated for row, fees in read if row["feeText"]]) >= READABLE
    for row, fees in read:
        amounts = {fee.amount for fee in fees.options}
        assert not {amount for amount in amounts if 0 < amount < 100}, row["description"]
        for fee in row["fees"]:
            if re.fullmatch(r"[0-9,]+,000", fee["value"]):
                assert int(fee["value"].replace(",", "")) in amounts


def test_fee_texts(official: list[dict[str, Any]]) -> None:
    texts = {row["feeText"] for record in official for row in record["executionMethods"] if row["feeText"]}
    assert share([fees.stated for text in texts if (fees := read_fees(text))]) == 1


def test_local_methods(local: list[dict[str, Any]]) -> None:
    methods = [method for record in local for method in record.get("methods") or []]
    times = [terms for method in methods if (terms := read_terms(method["time"])) and terms.raw]
    fees = [read for method in methods if (read := read_fees(method["fee"])) and read.raw]
    assert share([terms.stated for terms in times]) >= READABLE
    assert share([read.stated for read in fees]) >= READABLE
    # No step, date, clause number or hour of the clock became a limit, no threshold or number of a law a fee.
    assert all(1 <= term.number <= 90 for terms in times for term in terms.options)
    assert all(fee.amount == 0 or 100 <= fee.amount <= 100_000_000 for read in fees for fee in read.options)


def test_codes(official: list[dict[str, Any]], local: list[dict[str, Any]]) -> None:
    assert all((code := read_code(record["code"])) and code.national == record["code"] for record in official)
    assert all(is_well_formed(record["code"]) and read_code(record["code"]) for record in local if record["code"])


def test_papers(official: list[dict[str, Any]], local: list[dict[str, Any]]) -> None:
    papers = [
        paper
        for record in official
        for case in record["executionCases"]
        for paper in case["profileComponents"]
        if paper is not None
    ]
    agree = asked = 0
    for paper in papers:
        name = paper["name"] or ""
        quantity, forms = quantity_in_name(name), accepted_forms(name)
        for read, stated in ((quantity.originals, paper["originalQty"]), (quantity.copies, paper["copyQty"])):
            if read is not None and paper["originalQty"] + paper["copyQty"] > 0:
                asked += 1
                agree += read == stated
        if fold(name).startswith("bản sao ") and "chính" not in fold(name) and "chứng" not in fold(name):
            assert forms <= {CopyForm.PLAIN_COPY, CopyForm.CERTIFIED_COPY}, name
    assert agree / asked > 0.8  # the catalogue's own columns and names differ now and then
    for record in local:
        for line in record.get("documents") or []:
            read_quantity(line["quantity"])
            quantity_in_name(line["name"])
            accepted_forms(line["name"])


def test_text(official: list[dict[str, Any]]) -> None:
    for record in official:
        for text in (record["name"], *(step["description"] for step in record["executionSteps"] if step)):
            folded = fold(text or "")
            assert len(folded) == len(clean(text or ""))
            assert fold(folded) == folded
            assert not re.search(r"[đăâêôơưáàảãạ]", unaccented(folded))
