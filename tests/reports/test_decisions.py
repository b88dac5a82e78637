"""Judging again, dismissing and lawful differences, from the command line."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from audits.lawful import procedure_code
from fixtures.__main__ import targets
from fixtures.portals import running
from fixtures.province import FOLDER, SOURCES, published
from tests.audits.store.test_database import upgraded_to
from tests.commands import soat

if TYPE_CHECKING:
    from pathlib import Path

ON = date(2026, 11, 2)


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which two audits of the sample province were made."""
    folder = tmp_path_factory.mktemp("audited")
    with running(ON) as portals:
        (folder / "targets.toml").write_text(targets(portals.urls), encoding="utf-8")
        for source in SOURCES.values():
            (folder / source.scope.name).write_bytes(source.scope.read_bytes())
        sides = [
            part for name in ("repealed", "specific", "fees") for part in (f"--{name}", str(FOLDER / f"{name}.jsonl"))
        ]
        imported = soat(
            "catalogue", "import", str(FOLDER / "catalogue.jsonl"), "--as-of", "2026-01-01", *sides, cwd=folder
        )
        assert imported.returncode == 0, imported.stderr
        for _ in range(2):
            ran = soat("audit", "run", "targets.toml", "--on", f"{ON}", cwd=folder)
            assert ran.returncode == 0, ran.stderr
    return folder


def told(folder: Path, *arguments: str, code: int = 0) -> Any:
    done = soat(*arguments, "--json", cwd=folder)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def sign_of(folder: Path, rule: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = told(folder, "audit", "show", "1")
    return next(row for row in rows if row["rule"] == rule and row["code"])


def test_nothing_changed_is_said_with_its_digest(audited: Path) -> None:
    result = told(audited, "rejudge", "1", "--against", "2")
    assert result["identical"] is True
    assert result["stored"] == result["now"]
    assert result["stored"]["findings"] == len(told(audited, "audit", "show", "1"))
    assert [result[name] for name in result if name.startswith("because_of_") and name != "because_of_portal"] == [
        [], [], [], [],
    ]  # fmt: skip
    portal = result["because_of_portal"]
    assert (portal["against"], portal["new"], portal["gone"], portal["unseen"], portal["not_compared"]) == (
        2, [], [], [], [],
    )  # fmt: skip
    assert len(portal["kept"]) == result["now"]["findings"]
    done = soat("rejudge", "1", "--against", "2", cwd=audited)
    assert done.returncode == 0, done.stderr
    assert f"giống hệt từng byte ({result['now']['sha256']})" in done.stdout
    assert "Thay đổi do quy tắc (cùng bản chụp): 0" in done.stdout
    assert "Thay đổi do cổng, so với cuộc kiểm tra 2" in done.stdout


def test_a_rule_changed_without_a_new_version_is_said_loudly(audited: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(audited / "soat.db")) as source, closing(sqlite3.connect(tmp_path / "x.db")) as copy:
        source.backup(copy)
        # As if the rule had not found this one when the audit was made.
        copy.execute("DELETE FROM findings WHERE id = (SELECT min(id) FROM findings WHERE rule = 'longer_time')")
        copy.commit()
    done = soat("rejudge", "1", cwd=audited, SOAT_DATABASE_URL=f"sqlite:///{tmp_path}/x.db")
    assert done.returncode == 1
    assert done.stderr.startswith("LỖI CHƯƠNG TRÌNH: quy tắc longer_time")
    assert len(done.stderr.splitlines()) == 1
    assert "Thay đổi do quy tắc (cùng bản chụp): 1" in done.stdout
    assert "giống hệt" not in done.stdout


def test_captures_that_are_gone_are_told(audited: Path, tmp_path: Path) -> None:
    done = soat("rejudge", "1", cwd=audited, SOAT_CAPTURES=str(tmp_path / "nowhere"))
    assert done.returncode == 4, done.stderr
    assert "kho bản chụp không có câu trả lời nào" in done.stderr
    assert "Thay đổi do quy tắc (cùng bản chụp): 0" in done.stdout
    assert "chưa xét lại được" in done.stdout


def test_from_dismissing_to_the_next_audit(audited: Path, tmp_path: Path) -> None:
    sign = sign_of(audited, "extra_document")
    number = str(sign["id"])
    done = soat("audit", "dismiss", number, "--reason", "đơn vị đã giải trình", "--by", "Văn phòng", cwd=audited)
    assert (done.returncode, done.stdout) == (0, f"Đã bác dấu hiệu số {number}.\n"), done.stderr
    assert told(audited, "lawful", "list") == []
    kept = told(
        audited, "audit", "dismiss", number, "--reason", "Nghị quyết 12", "--lawful", "--until", "2027-06-30"
    )  # fmt: skip
    (difference,) = told(audited, "lawful", "list")
    assert difference == {
        "code": sign["code"],
        "rule": "extra_document",
        "unit": sign["agency"],
        "paper": difference["paper"],
        "reason": "Nghị quyết 12",
        "from": "2026-11-02",
        "until": "2027-06-30",
        "ended": None,
        "id": kept["lawful"],
        "decision": kept["decision"],
    }
    assert difference["paper"] == sign["found"]
    after = sign_of(audited, "extra_document")
    assert {**after, "decisions": []} == {**sign, "decisions": []}, "the finding stays as it was"
    assert [each["reason"] for each in after["decisions"]] == ["đơn vị đã giải trình", "Nghị quyết 12"]
    assert "Văn phòng bác ngày" in soat("audit", "show", "1", cwd=audited).stdout

    result = told(audited, "rejudge", "1", "--against", "2")
    assert [row["paper"] for row in result["because_of_lawful_differences"]] == [sign["found"]]
    assert result["because_of_rules"] == result["because_of_rules_without_new_version"] == []
    assert [row["lawful"]["id"] for row in result["recognised"]] == [kept["lawful"]]
    assert result["because_of_portal"]["new"] == result["because_of_portal"]["gone"] == []

    html = tmp_path / "r.html"
    assert soat("report", "1", "--out", str(html), cwd=audited).returncode == 0
    assert "Nghị quyết 12" in html.read_text(encoding="utf-8")

    # Without a database the same file of differences does the same.
    records = tmp_path / "published.jsonl"
    rows = [entry.record.to_json() for source in SOURCES for entry in published(source, ON)]
    for row in rows:
        row["source"].setdefault("agency", sign["agency"])
    records.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    (tmp_path / "lawful.jsonl").write_text(json.dumps({**difference, "unit": None}), encoding="utf-8")
    found = {}
    for name, options in (("plain", ()), ("lawful", ("--lawful", str(tmp_path / "lawful.jsonl")))):
        output = ("--findings", str(tmp_path / f"{name}.f"), "--matches", str(tmp_path / f"{name}.m"), "--all")
        compared = soat(
            "compare", str(FOLDER / "catalogue.jsonl"), str(records), *output, *options, "--on", f"{ON}", cwd=tmp_path
        )
        assert compared.returncode == 0, compared.stderr
        found[name] = [json.loads(line) for line in (tmp_path / f"{name}.f").read_text(encoding="utf-8").splitlines()]
    less = [row for row in found["plain"] if row not in found["lawful"]]
    more = [row for row in found["lawful"] if row not in found["plain"]]
    assert {(row["code"], row["rule"], row["found"]) for row in less} == {
        (sign["code"], "extra_document", sign["found"])
    }
    assert {row["skip"] for row in more} <= {"được công nhận là khác biệt hợp pháp: Nghị quyết 12"}
    assert more

    ended = soat("lawful", "end", str(kept["lawful"]), cwd=audited)
    assert ended.returncode == 0, ended.stderr
    assert told(audited, "lawful", "list")[0]["ended"] is not None
    again = soat("lawful", "end", str(kept["lawful"]), cwd=audited)
    assert (again.returncode, "đã kết thúc" in again.stderr) == (3, True)


def test_a_difference_without_a_finding_is_applied_by_the_next_audit(audited: Path) -> None:
    sign = sign_of(audited, "longer_time")
    added = soat(
        "lawful", "add", sign["published_code"], "longer_time", "--reason", "NQ 3", "--unit", sign["target"], cwd=audited
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    with running(ON) as portals:
        (audited / "targets.toml").write_text(targets(portals.urls), encoding="utf-8")
        assert soat("audit", "run", "targets.toml", "--on", f"{ON}", cwd=audited).returncode == 0
    last = str(max(row["id"] for row in told(audited, "audit", "list")))
    assert (sign["code"], sign["target"], "longer_time") not in {
        (row["code"], row["target"], row["rule"]) for row in told(audited, "audit", "show", last)
    }
    page = audited / "r.html"
    assert soat("report", last, "--out", str(page), cwd=audited).returncode == 0
    assert "NQ 3" in page.read_text(encoding="utf-8").split('id="da-cong-nhan"')[1].split("</section>")[0]
    shown = soat("lawful", "list", cwd=audited).stdout
    assert "NQ 3" in shown
    assert "không thời hạn" in shown


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("audit", "dismiss", "999999", "--reason", "x"), 3, "không có dấu hiệu số 999999"),
        (("audit", "dismiss", "1"), 2, "--reason"),
        (("audit", "dismiss", "1", "--reason", " "), 2, "không được để trống"),
        (("audit", "dismiss", "1", "--reason", "x", "--everywhere"), 2, "--lawful"),
        (("audit", "dismiss", "1", "--reason", "x", "--lawful", "--until", "2020-01-01"), 2, "trước ngày xét"),
        (("audit", "dismiss", "1", "--reason", "x", "--lawful", "--until", "mai"), 2, "không phải ngày"),
        (("lawful", "end", "999"), 3, "không có khác biệt hợp pháp số 999"),
        (("lawful", "add", "abc", "extra_document", "--reason", "x"), 2, "abc"),
        (("lawful", "add", "1.001193", "no_such_rule", "--reason", "x"), 2, "no_such_rule"),
        (
            ("lawful", "add", "1.001193", "extra_document", "--reason", "x", "--from", "2026-2-1"),
            2,
            "không phải ngày",
        ),
        (
            ("lawful", "add", "1.001193", "extra_document", "--reason", "x", "--from", "2026-02-01", "--until", "2026-01-01"),
            2,
            "trước ngày",
        ),
        (("rejudge", "999"), 3, "không có cuộc kiểm tra số 999"),
        (("rejudge", "1", "--against", "999"), 3, "không có cuộc kiểm tra số 999"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_what_cannot_be_done_is_told(audited: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    before = told(audited, "lawful", "list")
    done = soat(*arguments, cwd=audited, COLUMNS="300")
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    if code == 3:
        assert len(done.stderr.splitlines()) == 1
    assert told(audited, "lawful", "list") == before


def test_a_finding_without_a_national_code_cannot_become_lawful(audited: Path) -> None:
    rows = told(audited, "audit", "show", "1")
    item = next(row for row in rows if procedure_code(row["code"], row["published_code"]) is None)
    done = soat("audit", "dismiss", str(item["id"]), "--reason", "x", "--lawful", cwd=audited)
    assert done.returncode == 3
    assert "--specific" in done.stderr
    after = next(row for row in told(audited, "audit", "show", "1") if row["id"] == item["id"])
    assert after["decisions"] == []


def test_an_older_database_is_brought_up_by_the_command(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/soat.db"
    upgraded_to(url, "0001")
    refused = soat("audit", "list", cwd=tmp_path, SOAT_DATABASE_URL=url)
    assert refused.returncode == 3
    assert "lược đồ cũ (0001)" in refused.stderr
    assert "chạy `soat db upgrade`" in refused.stderr
    for _ in range(2):
        assert soat("db", "upgrade", cwd=tmp_path, SOAT_DATABASE_URL=url).returncode == 0
    assert soat("lawful", "list", "--json", cwd=tmp_path, SOAT_DATABASE_URL=url).stdout == "[]\n"
