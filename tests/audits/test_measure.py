"""What soat measure counts, on truth made by hand; and what a generated province promises."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from audits.jsonl import InputError
from audits.measure import Measurement, measure, read_truth
from audits.reading.codes import read_code
from audits.rules import rules
from fixtures.drafts import components, words
from fixtures.generate import MEASURE, TUNE, Province, generate, part_of, read_catalogue
from fixtures.province import FOLDER
from fixtures.seeds import covered
from tests.audits.sample import ON, catalogue, official, published
from tests.commands import soat

if TYPE_CHECKING:
    from pathlib import Path

Json = dict[str, Any]
FORM, PLAN, MAP = (
    "Đơn đề nghị cấp giấy phép khai thác cát",
    "Phương án khai thác cát lòng sông",
    "Bản đồ khu vực khai thác",
)
OFFICIAL = [
    official("1.000001", "Cấp giấy phép khai thác cát", [FORM, PLAN, MAP]),
    official("1.000002", "Đăng ký kết hôn có yếu tố nước ngoài", ["Tờ khai đăng ký kết hôn"]),
]
EXTRA = "Giấy xác nhận tình trạng hôn nhân"


def jsonl(path: Path, rows: list[Json]) -> Path:
    path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")
    return path


def measured(folder: Path, records: list[Json], truth: list[Json], scope: frozenset[str] | None = None) -> Measurement:
    return measure(
        catalogue(OFFICIAL),
        read_truth(jsonl(folder / "truth.jsonl", truth)),
        jsonl(folder / "published.jsonl", records),
        today=ON,
        scope=scope,
    )


def line(number: int, code: str | None, signs: list[tuple[str, int | None]], **further: Any) -> Json:
    told = [{"rule": rule, "document": document} for rule, document in signs]
    return {"line": number, "national_code": code, "signs": told, "clean": not signs, **further}


SAND = published("1.000001", "Cấp giấy phép khai thác cát", [FORM, EXTRA, PLAN])


@pytest.mark.parametrize(
    ("signs", "counts", "kinds"),
    [
        ([("extra_document", 1)], (1, 0, 0), []),
        ([("extra_document", None)], (1, 0, 0), []),
        ([], (0, 1, 0), ["false_sign"]),
        ([("extra_document", 0)], (0, 1, 1), ["false_sign", "missed_sign"]),
        ([("extra_document", 1), ("extra_document", 2)], (1, 0, 1), ["missed_sign"]),
    ],
)
def test_signs_are_found_false_or_missed(
    tmp_path: Path, signs: list[tuple[str, int | None]], counts: tuple[int, int, int], kinds: list[str]
) -> None:
    result = measured(tmp_path, [SAND], [line(0, "1.000001", signs)])
    score = result.rules["extra_document"]
    assert (score.hits, score.false, score.missed) == counts
    assert [error["kind"] for error in result.errors] == kinds
    assert (result.records, result.clean, result.false_on_clean) == (1, int(not signs), int(not signs))
    assert result.false_per_thousand == (None if signs else 1000.0)


def test_rates_follow_from_the_counts(tmp_path: Path) -> None:
    truth = [line(0, "1.000001", [("extra_document", 1), ("longer_time", None)]), line(1, "1.000001", [])]
    result = measured(tmp_path, [SAND, SAND], truth)
    extra, longer = result.rules["extra_document"], result.rules["longer_time"]
    assert (extra.precision, extra.recall) == (0.5, 1.0)
    assert extra.f1 == pytest.approx(2 / 3)
    assert (longer.precision, longer.recall, longer.f1) == (None, 0.0, 0.0)


def test_matching_is_counted_by_what_the_code_tells(tmp_path: Path) -> None:
    records = [
        SAND,
        published(None, "Thủ tục cấp giấy phép khai thác cát"),
        published("1.000002", "Cấp giấy phép khai thác cát"),
        published(None, "Xác nhận đã đóng quỹ bảo trì đường hoa"),
        published(None, "Đăng ký kết hôn có yếu tố nước ngoài"),
    ]
    codes = ["1.000001", "1.000001", "1.000001", None, "1.000001"]
    result = measured(tmp_path, records, [line(number, code, []) for number, code in enumerate(codes)])
    counts = {how: (share.right, share.total) for how, share in result.matching.items()}
    assert counts == {"with_code": (1, 1), "without_code": (2, 3), "with_another_code": (1, 1)}
    (error,) = (error for error in result.errors if error["kind"] == "wrong_procedure")
    assert (error["line"], error["expected"], error["found"]) == (4, "1.000001", "1.000002")


@pytest.mark.parametrize(
    ("documents", "counts", "right"),
    [
        ([[[0, 0]], None, [[0, 1]]], (2, 0, 0), (2, 2)),
        ([[[0, 0]], None, [[0, 2]]], (1, 1, 1), (1, 2)),
        ([[[0, 0], [0, 2]], None, [[0, 1]]], (2, 0, 1), (2, 2)),
        ([None, None, [[0, 1]]], (1, 1, 0), (1, 1)),
        ([[], None, [[0, 1]]], (1, 0, 0), (1, 1)),
        ([[[0, 0]], [[0, 2]], [[0, 1]]], (2, 0, 1), (2, 3)),
    ],
)
def test_alignment_counts_places(
    tmp_path: Path, documents: list[Any], counts: tuple[int, int, int], right: tuple[int, int]
) -> None:
    result = measured(tmp_path, [SAND], [line(0, "1.000001", [("extra_document", 1)], documents=documents)])
    score = result.alignment
    assert (score.hits, score.false, score.missed) == counts
    assert (result.right_component.right, result.right_component.total) == right


def test_unpublished_procedures_are_counted_together(tmp_path: Path) -> None:
    missing = {"line": None, "signs": [{"rule": "unpublished_procedure", "code": "1.000002"}]}
    scope = frozenset({"1.000001", "1.000002"})
    score = measured(tmp_path, [SAND], [missing], scope).rules["unpublished_procedure"]
    assert (score.hits, score.false, score.missed) == (1, 0, 0)
    nothing: Json = {"line": None, "signs": []}
    score = measured(tmp_path, [SAND], [nothing], scope).rules["unpublished_procedure"]
    assert (score.hits, score.false, score.missed) == (0, 1, 0)


def test_labelled_pairs_are_truth_and_records_in_one(tmp_path: Path) -> None:
    kinds = [("same", [[0, 0]]), ("extra", []), ("alternative", [[0, 2], [0, 1]]), ("missing-detail", [])]
    local = {**SAND, "documents": [*SAND["documents"], {"name": "Hóa đơn tiền điện ba tháng gần nhất"}]}
    pair = {
        "source": "mẫu",
        "captured_on": "2025-07-07",
        "local": local,
        "labels": {
            "national_code": "1.000001",
            "documents": [{"kind": kind, "national": national} for kind, national in kinds],
            "time": {"verdict": "longer"},
        },
    }
    path = jsonl(tmp_path / "pairs.jsonl", [pair])
    result = measure(catalogue(OFFICIAL), read_truth(path), path, today=ON)
    score = result.rules["extra_document"]
    assert (score.hits, score.false, score.missed) == (1, 0, 0)
    assert set(result.rules) == {"extra_document"}
    assert (result.right_component.right, result.right_component.total) == (2, 2)
    assert result.called_extra == Counter({"alternative": 0})
    assert result.verdicts == {"time": Counter({("longer", "unclear"): 1})}


@pytest.mark.parametrize(
    "row",
    [
        {"line": 0},
        {"line": 0, "signs": [{"document": 1}], "clean": True},
        {"local": {"documents": []}, "labels": {"national_code": None, "documents": [{"kind": "same"}]}},
        {"line": "x", "signs": [], "clean": True},
    ],
)
def test_what_is_no_truth_is_refused_with_its_line(tmp_path: Path, row: Json) -> None:
    path = jsonl(tmp_path / "truth.jsonl", [line(0, None, []), row])
    with pytest.raises(InputError, match=r"truth\.jsonl: dòng 2: không phải dòng đáp án"):
        read_truth(path)


def test_the_command_prints_tables_json_and_the_list_of_errors(tmp_path: Path) -> None:
    files = (
        jsonl(tmp_path / "truth.jsonl", [line(0, "1.000001", [])]),
        jsonl(tmp_path / "published.jsonl", [SAND]),
        jsonl(tmp_path / "catalogue.jsonl", OFFICIAL),
    )
    done = soat("measure", *map(str, files), "--errors", str(tmp_path / "errors.jsonl"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1 bản ghi được đo" in done.stdout
    (error,) = (tmp_path / "errors.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(error)["text"] == EXTRA
    done = soat("measure", *map(str, files), "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["rules"]["extra_document"]["false"] == 1


# --- generated provinces ---------------------------------------------------------------------------------------------------


@cache
def sample() -> list[Json]:
    return read_catalogue(FOLDER / "catalogue.jsonl")


@cache
def province(seed: int = 1, part: str = TUNE) -> Province:
    return generate(sample(), seed=seed, count=400, part=part)


def rows() -> list[tuple[Json, Json]]:
    """Each generated record with the truth about it."""
    return [(province().published[row["line"]], row) for row in province().truth if row["line"] is not None]


def test_a_province_is_the_same_for_the_same_seed_and_another_for_another(tmp_path: Path) -> None:
    again = generate(sample(), seed=1, count=400, part=TUNE)
    again.write(tmp_path / "again")
    province().write(tmp_path / "first")
    for path in sorted((tmp_path / "first").iterdir()):
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name
    assert province(seed=2).published != province().published


def test_the_two_parts_share_no_procedure() -> None:
    codes = {
        part: {row["national_code"] for row in province(1, part).truth if row.get("national_code")}
        for part in (TUNE, MEASURE)
    }
    assert len(codes[TUNE]) >= 40
    assert len(codes[MEASURE]) >= 40
    assert not codes[TUNE] & codes[MEASURE]
    assert all(part_of(code) == part for part, own in codes.items() for code in own)


def test_every_line_has_its_truth_and_every_sign_its_rule() -> None:
    assert [row["line"] for _, row in rows()] == list(range(len(province().published)))
    for record, row in rows():
        if "documents" in row:
            assert len(row["documents"]) == len(record["documents"])
        for sign in row["signs"]:
            assert sign["rule"] in rules()
            assert sign["document"] is None or 0 <= sign["document"] < len(record["documents"])
        assert row["clean"] == all(rules()[sign["rule"]].severity is None for sign in row["signs"])


def test_violations_of_many_kinds_and_plenty_of_clean_records_are_there() -> None:
    seeded = Counter(sign["rule"] for row in province().truth for sign in row["signs"])
    assert len(seeded) >= 14
    assert seeded["extra_document"] >= 15
    assert sum(row["clean"] for _, row in rows()) >= 150


def test_codes_are_as_the_truth_says() -> None:
    without = 0
    for record, row in rows():
        code, signs = read_code(record["code"]), {sign["rule"] for sign in row["signs"]}
        without += record["code"] is None
        if "malformed_code" in signs:
            assert code is None
        elif record["code"] is not None and row["national_code"] is not None:
            assert code is not None
            assert (code.national == row["national_code"]) == ("name_code_mismatch" not in signs)
    assert 0.3 * len(rows()) <= without <= 0.7 * len(rows())


def test_seeded_extra_papers_are_covered_by_no_official_one() -> None:
    by_code = {record["code"]: components(record) for record in sample()}
    for record, row in rows():
        for sign in row["signs"]:
            if sign["rule"] == "extra_document":
                name = record["documents"][sign["document"]]["name"]
                papers = by_code[row["national_code"]]
                assert not any(words(name) <= words(paper.name) for paper in papers), name
                assert row["documents"][sign["document"]] is None


def test_what_is_nearly_a_listed_paper_is_refused_as_a_seed() -> None:
    papers = components(
        official("1.1", "x", ["Bản sao Giấy chứng nhận đủ điều kiện an toàn thực phẩm", "Thẻ căn cước"])
    )
    assert covered("Giấy chứng nhận đủ điều kiện an toàn thực phẩm của cơ sở", papers)
    assert covered("Bản sao hộ chiếu của người nộp", papers)
    assert not covered("Sơ đồ vị trí đặt biển quảng cáo ngoài trời", papers)
