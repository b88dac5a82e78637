"""Comparing whole files: what a source shows at all, what cannot be read, and that harmless writing changes no verdict."""

from __future__ import annotations

import json
import unicodedata
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audits.compare import Compared, compare
from audits.jsonl import InputError
from audits.judge import Judge, stated_parts
from audits.pair import Coverage
from audits.procedure import Fail, Finding, Skip
from audits.rules import rules
from crawlers.records import PublishedProcedure
from fixtures.generate import TUNE, generate
from fixtures.province import FOLDER
from fixtures.rewriting import AS_LISTED
from reports.comparison import write_comparison
from tests.audits.sample import ON, Json, catalogue, official, published
from tests.commands import soat

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from audits.catalogue import Catalogue

MARRY = official(
    "1.000894",
    "Đăng ký kết hôn",
    ["Tờ khai đăng ký kết hôn", "Giấy xác nhận tình trạng hôn nhân", "Bản sao hộ chiếu của người nước ngoài"],
    categoriesDetails=[{"name": "Hộ tịch"}],
    executionSteps=[{"description": "Hai bên nộp hồ sơ tại Ủy ban nhân dân cấp xã."}],
    executionMethods=[
        {"submissionMethod": "DIRECT", "processingTime": 3, "processingTimeUnit": "WORKING_DAY", "fees": [{"value": 0}]}
    ],
    departmentsExecuting="Ủy ban nhân dân cấp xã",
    subjectTypes="Công dân Việt Nam",
)
GUARD = official("1.004837", "Đăng ký giám hộ", ["Tờ khai đăng ký giám hộ"], categoriesDetails=[{"name": "Hộ tịch"}])
CATALOGUE = catalogue([MARRY, GUARD])
JUDGE = Judge(CATALOGUE)
PAPERS = ("Tờ khai đăng ký kết hôn", "Giấy xác nhận tình trạng hôn nhân", "Bản sao hộ chiếu")
PLAIN = published(
    "1.000894",
    "Đăng ký kết hôn",
    PAPERS,
    steps="Nộp hồ sơ, nhận kết quả.",
    agency="Ủy ban nhân dân cấp xã",
    subjects="Công dân Việt Nam",
    methods=[{"channel": "Trực tiếp", "time": "03 ngày làm việc", "fee": "Không"}],
)


def write(folder: Path, lines: Sequence[object], name: str = "published.jsonl") -> Path:
    """A file of those lines: text and bytes as they are, anything else as JSON."""
    path = folder / name
    texts = (line if isinstance(line, str | bytes) else json.dumps(line) for line in lines)
    path.write_bytes(b"".join((text.encode() if isinstance(text, str) else text) + b"\n" for text in texts))
    return path


def compared(path: Path, facts: Catalogue = CATALOGUE) -> list[Compared]:
    return list(compare(facts, [path], today=ON).lines)


def findings(lines: Sequence[Compared]) -> list[tuple[int | None, str, int | None]]:
    return [
        (line.line, outcome.finding.rule, outcome.finding.document)
        for line in lines
        for outcome in line.outcomes
        if outcome.finding
    ]


def signs(record: Json, on: date = ON) -> list[Finding]:
    """The findings of one record alone."""
    read = PublishedProcedure.from_json(record)
    pair = JUDGE.pair(read, on, JUDGE.coverage([read]))
    return [outcome.finding for outcome in JUDGE.judge(pair) if outcome.finding]


# --- what a source shows at all


@pytest.mark.parametrize(
    ("others", "verdict"),
    [
        pytest.param([PLAIN] * 9, "fail", id="the source always shows the part"),
        pytest.param([{**PLAIN, "steps": None}] * 9, "skip", id="the source never shows it"),
        pytest.param([PLAIN] * 4 + [{**PLAIN, "steps": None}] * 5, "skip", id="half of the source shows it"),
        pytest.param([PLAIN] * 2, "skip", id="too small a source to tell"),
    ],
)
def test_a_part_that_is_not_there_is_a_fail_only_where_the_source_always_shows_it(
    others: list[Json], verdict: str, tmp_path: Path
) -> None:
    path = write(tmp_path, [*others, {**PLAIN, "steps": None}])
    last = compared(path)[-1]
    (said,) = [outcome.verdict for outcome in last.outcomes if outcome.rule.slug == "missing_part"]
    assert isinstance(said, Fail if verdict == "fail" else Skip)


def test_sources_in_one_file_are_told_apart(tmp_path: Path) -> None:
    full, list_only = {"agency": "UBND xã A"}, {"agency": "UBND xã B"}
    bare = {"code": "1.000894", "name": "Đăng ký kết hôn", "source": list_only}
    path = write(tmp_path, [{**PLAIN, "source": full}] * 9 + [bare] * 9 + [{**PLAIN, "source": full, "steps": None}])
    assert findings(compared(path)) == [(18, "missing_part", None)]


def test_one_source_in_two_files_is_judged_file_by_file(tmp_path: Path) -> None:
    first = write(tmp_path, [PLAIN] * 9, "first.jsonl")
    second = write(tmp_path, [{**PLAIN, "steps": None}] * 9, "second.jsonl")
    lines = list(compare(CATALOGUE, [first, second], today=ON).lines)
    assert findings(lines) == []
    assert [(line.file, line.line) for line in lines] == [(each, n) for each in (first, second) for n in range(9)]


def test_the_parts_a_record_states() -> None:
    assert set(stated_parts(PublishedProcedure.from_json(PLAIN))) == {
        *("name", "code", "steps", "agency", "subjects", "documents", "methods", "time", "fee")
    }
    blank = {"name": " ", "steps": "", "documents": [], "methods": [{"channel": "", "time": " ", "fee": None}]}
    assert set(stated_parts(PublishedProcedure.from_json(blank))) == set()


# --- what cannot be read


def test_bad_lines_are_skipped_with_their_place_and_reason(tmp_path: Path) -> None:
    lines = [
        PLAIN,
        '{"code": ',
        "",
        "[1]",
        {**PLAIN, "documents": "Tờ khai"},
        {**PLAIN, "documents": [None]},
        {**PLAIN, "name": ["Đăng ký kết hôn"]},
        {"source": 5},
        b'{"name": "\xff"}',
        {**PLAIN, "unknown": {"deeply": ["kept"]}},
    ]
    result = compared(write(tmp_path, lines))
    assert [line.line for line in result] == [0, 1, 3, 4, 5, 6, 7, 8, 9]
    assert [line.line for line in result if line.skipped] == [1, 3, 4, 5, 6, 7, 8]
    reasons = {line.line: line.skipped or "" for line in result}
    assert "không phải JSON" in reasons[1]
    assert reasons[4].startswith("documents: cần một danh sách")
    assert reasons[5].startswith("documents[0]: cần một đối tượng JSON")
    assert reasons[6].startswith("name: cần chuỗi ký tự")
    assert reasons[7].startswith("source: cần một đối tượng JSON")
    assert findings(result) == []


def test_nothing_is_missing_from_a_source_that_could_not_be_read_whole(tmp_path: Path) -> None:
    scope = frozenset({"1.000894", "1.004837"})
    for lines, expected in (([PLAIN], ["1.004837"]), ([PLAIN, "{"], [])):
        comparison = compare(CATALOGUE, [write(tmp_path, lines)], today=ON, scope=scope)
        list(comparison.lines)
        together = comparison.together()
        assert [outcome.finding.code for outcome in together if outcome.finding] == expected


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="là tệp PDF"):
        compared(write(tmp_path, ["%PDF-1.7"]))


def test_unknown_keys_change_nothing(tmp_path: Path) -> None:
    extra = {**PLAIN, "documents": [*PLAIN["documents"], {"name": "Sổ hộ khẩu", "note": 1}]}
    more = {**extra, "x": 1, "source": {"agency": "A", "y": [1]}, "methods": [{**PLAIN["methods"][0], "z": {}}]}
    assert findings(compared(write(tmp_path, [more]))) == findings(compared(write(tmp_path, [extra])))
    assert {rule for _, rule, _ in findings(compared(write(tmp_path, [more])))} == {"extra_document", "expired_paper"}


@pytest.mark.parametrize("name", ["", " ", "\n", "…"])
def test_empty_names_accuse_nobody(name: str, tmp_path: Path) -> None:
    lines: list[Json] = [
        {"name": name},
        {"code": "1.009999", "name": name},
        {"name": name, "documents": [{"name": name}]},
    ]
    assert findings(compared(write(tmp_path, [*lines, *[PLAIN] * 20]))) == []


def test_a_record_of_nothing_is_judged_and_accuses_nobody(tmp_path: Path) -> None:
    result = compared(write(tmp_path, [{}]))
    assert findings(result) == []
    assert {outcome.rule.slug for outcome in result[0].outcomes}


# --- the day on which a record is judged


@pytest.mark.parametrize(
    ("captured", "on", "expected"),
    [
        ("2022-12-31", None, {"extra_document"}),
        ("2023-01-01", None, {"extra_document", "expired_paper"}),
        ("2023-01-01T08:00:00+07:00", None, {"extra_document", "expired_paper"}),
        ("2022-12-31", date(2026, 11, 1), {"extra_document", "expired_paper"}),
        ("2026-11-01", date(2010, 1, 1), set()),
        ("hôm qua", None, {"extra_document", "expired_paper"}),
        (None, None, {"extra_document", "expired_paper"}),
    ],
)
def test_a_record_is_judged_as_of_the_day_asked_for_or_the_day_it_was_captured(
    captured: str | None, on: date | None, expected: set[str], tmp_path: Path
) -> None:
    record = {**PLAIN, "source": {"captured_on": captured}, "documents": [*PLAIN["documents"], {"name": "Sổ hộ khẩu"}]}
    lines = list(compare(CATALOGUE, [write(tmp_path, [record])], today=ON, on=on).lines)
    assert {rule for _, rule, _ in findings(lines)} == expected


# --- size and order


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    record = {
        **PLAIN,
        "documents": [*PLAIN["documents"], {"name": "Sổ hộ khẩu"}, {"name": "Giấy tờ khác có liên quan"}],
    }
    path = write(tmp_path, [record, PLAIN, "{", {"name": "Cấp phép nuôi chó cảnh", "sector": "Hộ tịch"}, GUARD])
    written = []
    for run in ("first", "second"):
        out = [tmp_path / f"{run}-{kind}.jsonl" for kind in ("findings", "matches")]
        facts = catalogue([GUARD, MARRY] if run == "second" else [MARRY, GUARD])
        comparison = compare(facts, [path], today=ON, scope=frozenset({"1.004837", "1.000894"}))
        summary = write_comparison(comparison, *out, with_skips=True)
        written.append((out[0].read_bytes(), out[1].read_bytes(), summary))
    assert written[0] == written[1]
    assert b'"rule":"extra_document"' in written[0][0]


def test_the_files_say_what_was_found(tmp_path: Path) -> None:
    record = {**PLAIN, "documents": [*PLAIN["documents"], {"name": "Sổ hộ khẩu"}]}
    path = write(tmp_path, [record, "{", GUARD])
    out, matches = tmp_path / "findings.jsonl", tmp_path / "matches.jsonl"
    summary = write_comparison(compare(CATALOGUE, [path], today=ON), out, matches)
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [(row["line"], row["rule"], row["document"], row["code"], row["severity"]) for row in rows] == [
        (0, "expired_paper", 3, "1.000894", "C"),
        (0, "extra_document", 3, "1.000894", "C"),
    ]
    assert all(row["law"] and row["why"] and row["rule_version"] for row in rows)
    matched = [json.loads(line) for line in matches.read_text(encoding="utf-8").splitlines()]
    assert [(row["line"], row["national_code"]) for row in matched] == [(0, "1.000894"), (2, "1.004837")]
    assert matched[0]["documents"] == [[[0, 0]], [[0, 1]], [[0, 2]], None]
    assert (summary.judged, len(summary.skipped)) == (2, 1)
    assert f"{path}: dòng 2: " in summary.skipped[0]


def test_a_list_of_five_thousand_papers(tmp_path: Path) -> None:
    papers = [{"name": f"{number}. {PAPERS[number % 3]}"} for number in range(5000)]
    papers[4321] = {"name": "Phiếu lý lịch tư pháp số 2"}
    assert findings(compared(write(tmp_path, [{**PLAIN, "documents": papers}]))) == [(0, "extra_document", 4321)]


@pytest.mark.parametrize(
    "key", ["name", "steps", "agency", "conditions", "code", "document", "time", "fee", "quantity"]
)
def test_a_cell_of_a_megabyte(key: str, tmp_path: Path) -> None:
    cell = ("Giấy xác nhận tình trạng hôn nhân của hai bên; " * 30_000)[: 2**20]
    record = json.loads(json.dumps(PLAIN))
    if key == "document":
        record["documents"][1]["name"] = cell
    elif key == "quantity":
        record["documents"][1]["quantity"] = cell
    elif key in {"time", "fee"}:
        record["methods"][0][key] = cell
    else:
        record[key] = cell
    (result,) = compared(write(tmp_path, [record]))
    assert result.skipped is None
    accused = {rule for _, rule, _ in findings([result])}
    assert accused <= {"malformed_code"} if key == "code" else not accused


# --- properties

BULLETS = st.sampled_from(["", "- ", "+ ", "1. ", "2) ", "(3) ", "a) ", "iv. ", "• "])
REWRITINGS: st.SearchStrategy[Callable[[str], str]] = st.sampled_from(
    [
        str,
        lambda text: unicodedata.normalize("NFD", text),
        str.upper,
        str.lower,
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: f"  {text.replace(' ', '   ')}\n",
        lambda text: text.replace(" ", "\n"),
        lambda text: text.replace("Đ", "Ð"),
        lambda text: text.replace("hòa", "hoà").replace("ủy", "uỷ"),
        lambda text: f"{text}\u200b",
        lambda text: f"{text};",
    ]
)
OFFICES_REWRITINGS: st.SearchStrategy[Callable[[str], str]] = st.builds(
    lambda change, rng: lambda text: change(rng, text), st.sampled_from(AS_LISTED), st.randoms(use_true_random=False)
)
# Papers of known kinds that no procedure of this catalogue asks for.
FOREIGN = (
    "Phiếu lý lịch tư pháp số 2",
    "Giấy khám sức khỏe còn thời hạn",
    "Sơ yếu lý lịch có xác nhận của địa phương",
    "Hợp đồng thuê nhà ở",
    "Biên lai nộp tiền điện, nước ba tháng gần nhất",
    "Báo cáo tài chính đã kiểm toán",
    "Bản vẽ mặt bằng ngôi nhà",
    "Sao kê tài khoản ngân hàng",
    "Giấy phép lái xe",
    "Biên bản họp tổ dân phố",
    "Ảnh chụp hiện trạng nhà ở",
    "Bằng tốt nghiệp trung học phổ thông",
    "Điều lệ công ty",
    "Danh sách thành viên gia đình",
)
VARIED = [
    PLAIN,
    {**PLAIN, "documents": [*PLAIN["documents"], {"name": "Phiếu lý lịch tư pháp số 2"}]},
    {**PLAIN, "documents": [*PLAIN["documents"], {"name": "Giấy tờ khác có liên quan"}]},
    {**PLAIN, "documents": [*PLAIN["documents"], {"name": "Bản sao sổ hộ khẩu"}]},
    {**PLAIN, "methods": [{"channel": "Trực tiếp", "time": "20 ngày làm việc", "fee": "50.000 đồng"}]},
    {**PLAIN, "methods": [{"channel": "Trực tiếp", "time": "01 ngày làm việc", "fee": "Không"}]},
    {**PLAIN, "code": "1.004837"},
    {**PLAIN, "code": "1.00089"},
    {**PLAIN, "steps": ""},
]


@settings(deadline=None, max_examples=150)
@given(data=st.data(), record=st.sampled_from(VARIED))
def test_harmless_rewriting_changes_no_verdict(data: st.DataObject, record: Json) -> None:
    order = data.draw(st.permutations(range(len(record["documents"]))))
    papers = [
        {"name": data.draw(BULLETS) + data.draw(REWRITINGS)(record["documents"][place]["name"])} for place in order
    ]
    rewritten = {
        **record,
        "documents": papers,
        "name": data.draw(st.sampled_from(["", "Thủ tục ", "12. Thủ tục "])) + data.draw(REWRITINGS)(record["name"]),
    }
    before = sorted((sign.rule, -1 if sign.document is None else sign.document) for sign in signs(record))
    after = sorted((sign.rule, -1 if sign.document is None else order[sign.document]) for sign in signs(rewritten))
    assert after == before


@settings(deadline=None, max_examples=300)
@given(data=st.data(), record=st.sampled_from(VARIED))
def test_what_offices_do_to_a_line_makes_no_accusation(data: st.DataObject, record: Json) -> None:
    papers = [
        {**paper, "name": data.draw(BULLETS) + data.draw(OFFICES_REWRITINGS)(paper["name"])}
        for paper in record["documents"]
    ]
    before = {(sign.rule, sign.document) for sign in signs(record)}
    assert {(sign.rule, sign.document) for sign in signs({**record, "documents": papers})} <= before


@settings(deadline=None, max_examples=150)
@given(
    record=st.sampled_from(VARIED),
    paper=st.sampled_from(FOREIGN),
    place=st.integers(0, 4),
    bullet=BULLETS,
    rewriting=REWRITINGS,
)
def test_an_invented_paper_adds_exactly_one_sign(
    record: Json, paper: str, place: int, bullet: str, rewriting: Callable[[str], str]
) -> None:
    papers: list[Json] = list(record["documents"])
    place = min(place, len(papers))
    papers.insert(place, {"name": bullet + rewriting(paper)})

    def shifted(sign: Finding) -> tuple[str, int | None]:
        moved = sign.document is not None and sign.document >= place
        return sign.rule, sign.document + 1 if moved and sign.document is not None else sign.document

    before = [shifted(sign) for sign in signs(record)]
    after = [(sign.rule, sign.document) for sign in signs({**record, "documents": papers})]
    assert sorted(after, key=str) == sorted([*before, ("extra_document", place)], key=str)


TEXTS = st.none() | st.text(max_size=60) | st.sampled_from([*PAPERS, *FOREIGN, "1.000894", "Đăng ký kết hôn", "Không"])
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(
            ("code", "name", "level", "sector", "agency", "conditions", "steps", "result", "status"), TEXTS
        ),
        "methods": st.lists(st.fixed_dictionaries({"channel": TEXTS, "time": TEXTS, "fee": TEXTS}), max_size=3),
        "documents": st.lists(st.fixed_dictionaries({"name": TEXTS, "quantity": TEXTS, "case": TEXTS}), max_size=5),
        "legal_bases": st.lists(TEXTS, max_size=2),
        "source": st.fixed_dictionaries({"captured_on": TEXTS, "territory": TEXTS, "level": TEXTS}),
    },
)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(record=RECORDS, on=st.dates())
def test_judging_never_raises_and_every_rule_says_something(record: Json, on: date) -> None:
    read = PublishedProcedure.from_json(record)
    pair = JUDGE.pair(read, on, Coverage(20, JUDGE.coverage([read]).stated, 20))
    outcomes = list(JUDGE.judge(pair, 0))
    assert {outcome.rule.slug for outcome in outcomes} == {slug for slug, rule in rules().items() if rule.check}
    for outcome in outcomes:
        if isinstance(outcome.verdict, Fail):
            assert outcome.finding is not None
            assert str(outcome.finding.why)
            assert outcome.finding.law
        elif isinstance(outcome.verdict, Skip):
            assert str(outcome.verdict.reason)


def test_another_process_finds_the_same_to_the_byte(tmp_path: Path) -> None:
    records = [json.loads(line) for line in (FOLDER / "catalogue.jsonl").read_text(encoding="utf-8").splitlines()]
    province = generate(records, seed=1, count=200, part=TUNE)
    # Names alone, and not quite the official ones: where several procedures and papers are equally near.
    lines = [{**row, "code": None, "name": f"{row['name']} và việc khác"} for row in province.published]
    write(tmp_path, [*province.published, *lines])
    results = set()
    for seed in ("1", "2"):
        files = [str(tmp_path / f"{name}-{seed}.jsonl") for name in ("findings", "matches")]
        compared = soat(
            *("compare", str(FOLDER / "catalogue.jsonl"), "published.jsonl", "--on", "2026-11-01"),
            *("--all", "--findings", files[0], "--matches", files[1]),
            cwd=tmp_path,
            PYTHONHASHSEED=seed,
        )
        assert compared.returncode == 0, compared.stderr
        results.add(tuple(Path(file).read_bytes() for file in files))
    assert len(results) == 1
