"""How right soát is: on real pairs labelled by reading and on generated provinces, beside two plain methods in the same run.

python -m tests.bench.accuracy [--count 2000] [--seed 20261101]

Thresholds of the plain methods are chosen on the part of the procedures that soát is tuned on; all figures are of the other part.
Without the real data beside the checkout the sample catalogue is used, and there are no labelled pairs.
"""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from audits.audit import CatalogueVersion
from audits.catalogue import Catalogue, build_catalogue, with_earlier
from audits.measure import Measurement, measure, read_truth
from fixtures.drafts import components
from fixtures.generate import AS_OF, MEASURE, TUNE, Province, generate, read_catalogue
from fixtures.province import FOLDER
from tests.bench._baselines import Case, Papers, TfIdf, best_threshold, score, token_set
from tests.real_data import SHARED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.bench._baselines import Guess

Json = dict[str, Any]
ON = date(2026, 11, 1)
PAIRS = SHARED / "labelled-pairs.jsonl"


def main(argv: Sequence[str] | None = None) -> None:
    """Print all figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=2000)
    arguments.add_argument("--seed", type=int, default=20261101)
    given = arguments.parse_args(argv)
    path = SHARED / "national-catalogue.jsonl.gz"
    if not path.is_file():
        print(f"   (no {path}: the sample province's catalogue instead)")
        path = FOLDER / "catalogue.jsonl"
    records = read_catalogue(path)
    provinces = {part: generate(records, seed=given.seed, count=given.count, part=part) for part in (TUNE, MEASURE)}
    cases = {part: cases_of(province) for part, province in provinces.items()}
    tfidf = TfIdf(component.name for record in records for component in components(record))
    methods: dict[str, Callable[[Case], list[Guess]]] = {
        "token_set_ratio, best threshold": token_set,
        "char TF-IDF cosine + Hungarian": tfidf,
    }
    thresholds = {name: best_threshold(cases[TUNE], method) for name, method in methods.items()}

    print(f"-- generated province: {len(provinces[MEASURE].published)} records of procedures not tuned on")
    whole = measured(provinces[MEASURE])
    table(
        {
            **{name: score(cases[MEASURE], method, thresholds[name]) for name, method in methods.items()},
            "soát, procedure given": papers(measured(given_procedures(provinces[MEASURE]))),
            "soát, from the record alone": papers(whole),
        }
    )
    print_measurement(whole)
    if not PAIRS.is_file():
        print(f"   (no {PAIRS}: no labelled pairs)")
        return
    pairs = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    print(f"-- real pairs labelled by reading: {len(pairs)} records")
    catalogue = catalogue_of(Province(records))
    labelled = labelled_cases(pairs, {record["code"]: record for record in records})
    table(
        {
            **{name: score(labelled, method, thresholds[name]) for name, method in methods.items()},
            **{
                f"{name} (threshold chosen on these pairs)": score(labelled, method, best_threshold(labelled, method))
                for name, method in methods.items()
            },
            "soát, procedure given": papers(measured_pairs(catalogue, pairs, procedure_given=True)),
            "soát, from the record alone": papers(measured_pairs(catalogue, pairs, procedure_given=False)),
        }
    )
    print_measurement(measured_pairs(catalogue, pairs, procedure_given=False))


def cases_of(province: Province) -> list[Case]:
    """Return the papers of every generated record with an official counterpart."""
    official = {record["code"]: record for record in province.catalogue}
    cases = []
    for row in province.truth:
        if row["line"] is None or "documents" not in row:
            continue
        published = province.published[row["line"]]
        cases.append(
            Case(
                lines=tuple(document["name"] for document in published["documents"]),
                components=tuple((paper.place, paper.name) for paper in components(official[row["national_code"]])),
                extra=frozenset(sign["document"] for sign in row["signs"] if sign["rule"] == "extra_document"),
                places=tuple(places and tuple(map(tuple, places)) for places in row["documents"]),
            )
        )
    return cases


def labelled_cases(pairs: Sequence[Json], official: dict[str, Json]) -> list[Case]:
    """Return the labelled pairs whose official record is at hand."""
    cases = []
    for pair in pairs:
        labels = pair["labels"]["documents"]
        if (record := official.get(pair["labels"]["national_code"])) is not None:
            kinds = tuple(label["kind"] for label in labels)
            cases.append(
                Case(
                    lines=tuple(document["name"] for document in pair["local"]["documents"]),
                    components=tuple((paper.place, paper.name) for paper in components(record)),
                    extra=frozenset(index for index, kind in enumerate(kinds) if kind == "extra"),
                    places=tuple(tuple(map(tuple, label["national"])) for label in labels),
                    kinds=kinds,
                    undecided=frozenset(index for index, kind in enumerate(kinds) if kind == "missing-detail"),
                )
            )
    return cases


def catalogue_of(province: Province) -> Catalogue:
    """Return the province's official side."""
    version = CatalogueVersion("sha256:bench", date.fromisoformat(AS_OF), "bench", len(province.catalogue))
    catalogue = build_catalogue(
        version, province.catalogue, repealed=province.repealed, specific=province.specific, fees=province.fees
    )
    return with_earlier(catalogue, [build_catalogue(version, province.earlier)] if province.earlier else [])


def measured(province: Province) -> Measurement:
    """Measure soát on a generated province, through the files that `soat measure` reads."""
    with TemporaryDirectory() as folder:
        province.write(Path(folder))
        truth = read_truth(Path(folder) / "truth.jsonl")
        return measure(
            catalogue_of(province),
            truth,
            Path(folder) / "published.jsonl",
            today=ON,
            scope=frozenset(province.scope) or None,
        )


def measured_pairs(catalogue: Catalogue, pairs: Sequence[Json], *, procedure_given: bool) -> Measurement:
    """Measure soát on labelled pairs, with the official code and name written into the records or without."""
    rows = pairs
    if procedure_given:
        rows = [
            {**pair, "local": {**pair["local"], "code": code, "name": catalogue.procedures[code].name}}
            if (code := pair["labels"]["national_code"]) in catalogue.procedures
            else pair
            for pair in pairs
        ]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "pairs.jsonl"
        path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")
        return measure(catalogue, read_truth(path), path, today=ON)


def given_procedures(province: Province) -> Province:
    """Return the province with the official code and name in every record that has a counterpart: papers are what is left."""
    official = {record["code"]: record for record in province.catalogue}
    published = list(province.published)
    for row in province.truth:
        if row["line"] is not None and row["national_code"] is not None:
            code = row["national_code"]
            published[row["line"]] = {**published[row["line"]], "code": code, "name": official[code]["name"]}
    return Province(
        province.catalogue,
        published,
        province.truth,
        province.repealed,
        province.specific,
        province.fees,
        province.scope,
        province.earlier,
    )


def papers(result: Measurement) -> Papers:
    """Return what a measurement says of papers alone."""
    extra = result.rules["extra_document"]
    share = result.right_component
    return Papers(
        extra.hits,
        extra.false,
        extra.missed,
        share.right,
        share.total,
        sum(result.called_extra.values()) if result.called_extra else None,
    )


def table(rows: dict[str, Papers]) -> None:
    """Print the methods side by side."""
    width = max(map(len, rows))
    labelled = any(row.wrong_kinds is not None for row in rows.values())
    last = "   notes, parts, alternatives called extra" if labelled else ""
    print(f"{'papers':{width}}  extra: precision  recall     F1   right component{last}")
    for name, row in rows.items():
        precision = row.hits / max(1, row.hits + row.false)
        recall = row.hits / max(1, row.hits + row.missed)
        component = f"{row.right / max(1, row.total):.3f} of {row.total}"
        last = f"   {row.wrong_kinds}" if labelled else ""
        print(f"{name:{width}}         {precision:9.3f} {recall:7.3f} {row.f1:6.3f}   {component:>15}{last}")


def print_measurement(result: Measurement) -> None:
    """Print what soát reaches on the whole task."""
    for how, share in sorted(result.matching.items()):
        print(f"matching, {how.replace('_', ' ')}: {share.value:.4f} of {share.total}")
    score_ = result.alignment
    print(f"alignment: precision {_rate(score_.precision)}, recall {_rate(score_.recall)}, F1 {_rate(score_.f1)}")
    for slug, row in sorted(result.rules.items()):
        counts = f"{row.hits} found, {row.false} false, {row.missed} missed"
        print(f"{slug:26} precision {_rate(row.precision)}  recall {_rate(row.recall)}  F1 {_rate(row.f1)}  ({counts})")
    for name, verdicts in sorted(result.verdicts.items()):
        told = ", ".join(f"{truth} read as {found}: {count}" for (truth, found), count in sorted(verdicts.items()))
        print(f"{name}: {told}")
    if result.clean:
        print(f"false signs per 1,000 clean records: {result.false_per_thousand:.2f} ({result.clean} clean records)")


def _rate(value: float | None) -> str:
    return "    –" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    main()
