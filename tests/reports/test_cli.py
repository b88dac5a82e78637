"""The command from outside: exit codes, what it writes, and one clear line for every bad input."""

from __future__ import annotations

import gzip
import json
import os
import resource
import signal
import sqlite3
import subprocess
import threading
import time
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from fixtures.__main__ import targets
from fixtures.generate import AS_OF, SIDE_FILES, generate, read_catalogue
from fixtures.portals import running
from fixtures.province import FOLDER, SOURCES, published
from tests.commands import SOAT, soat

if TYPE_CHECKING:
    from pathlib import Path

ON = date(2026, 11, 2)
CATALOGUE = FOLDER / "catalogue.jsonl"
OUTPUT = ("--findings", "f.jsonl", "--matches", "m.jsonl")


@pytest.fixture
def records(tmp_path: Path) -> Path:
    path = tmp_path / "published.jsonl"
    rows = [entry.record.to_json() for entry in published("h99-portal", ON)]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_compare_writes_the_two_formats(tmp_path: Path, records: Path) -> None:
    sides = [part for name in ("repealed", "specific", "fees") for part in (f"--{name}", str(FOLDER / f"{name}.jsonl"))]
    scope = str(SOURCES["h99-portal"].scope)
    done = soat("compare", str(CATALOGUE), str(records), *sides, "--scope", scope, *OUTPUT, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found, matched = rows(tmp_path / "f.jsonl"), rows(tmp_path / "m.jsonl")
    lines = records.read_text(encoding="utf-8").splitlines()
    assert json.loads(done.stdout) == {
        "judged": len(lines),
        "skipped": [],
        "findings": {
            rule: sum(row["rule"] == rule for row in found) for rule in sorted({row["rule"] for row in found})
        },
    }
    keys = {"line", "code", "rule", "rule_version", "document", "severity", "expected", "found", "law", "why"}
    assert all(keys <= set(row) and row["law"] and row["why"] for row in found)
    assert {row["line"] for row in found if row["rule"] == "unpublished_procedure"} == {None}
    assert [row["line"] for row in matched] == list(range(len(lines)))
    for row, line in zip(matched, lines, strict=True):
        assert set(row) >= {"line", "national_code", "confidence", "documents"}
        assert len(row["documents"]) == len(json.loads(line).get("documents") or [])


def test_all_adds_what_was_skipped_and_why(tmp_path: Path, records: Path) -> None:
    assert soat("compare", str(CATALOGUE), str(records), *OUTPUT, "--all", cwd=tmp_path).returncode == 0
    skips = [row for row in rows(tmp_path / "f.jsonl") if "skip" in row]
    assert skips
    assert all(row["skip"] and row["rule"] for row in skips)


@pytest.mark.parametrize(
    ("threshold", "code"),
    [("C", 1), ("cao", 1), ("B", 1), ("T", 1), ("D", 2)],
    ids=["C", "cao", "B", "T", "no such severity"],
)
def test_fail_on_sets_the_exit_code(tmp_path: Path, records: Path, threshold: str, code: int) -> None:
    assert (
        soat("compare", str(CATALOGUE), str(records), *OUTPUT, "--fail-on", threshold, cwd=tmp_path).returncode == code
    )


def test_nothing_found_does_not_fail(tmp_path: Path) -> None:
    clean = tmp_path / "clean.jsonl"
    clean.write_text('{"code": "1.001193", "name": "Đăng ký khai sinh"}\n', encoding="utf-8")
    assert soat("compare", str(CATALOGUE), str(clean), *OUTPUT, "--fail-on", "T", cwd=tmp_path).returncode == 0
    assert rows(tmp_path / "f.jsonl") == []


def test_a_broken_line_is_named_and_the_rest_is_judged(tmp_path: Path, records: Path) -> None:
    lines = records.read_text(encoding="utf-8").splitlines()
    lines[2:2] = ['{"name": "cut', '{"name": ["no text"]}', "[]", "x" * 20_000_000]
    records.write_text("\n".join(lines), encoding="utf-8")
    done = soat("compare", str(CATALOGUE), str(records), *OUTPUT, cwd=tmp_path)
    assert done.returncode == 4
    assert [line.split(": ")[1] for line in done.stderr.splitlines()] == ["dòng 3", "dòng 4", "dòng 5", "dòng 6"]
    assert len(rows(tmp_path / "m.jsonl")) == len(lines) - 4


def test_earlier_versions_tell_what_was_not_updated(tmp_path: Path) -> None:
    province = generate(read_catalogue(CATALOGUE), seed=1, count=200, part="tune")
    province.write(tmp_path)
    seeded = sum(sign["rule"] == "outdated_record" for row in province.truth for sign in row["signs"])
    assert seeded
    files = ("truth.jsonl", "published.jsonl", "catalogue.jsonl")
    sides = [f"--{name}={name}.jsonl" for name in SIDE_FILES if (tmp_path / f"{name}.jsonl").is_file()]
    alone = soat("measure", *files, *sides, "--json", cwd=tmp_path)
    both = soat("measure", *files, *sides, "--earlier=earlier.jsonl", f"--as-of={AS_OF}", "--json", cwd=tmp_path)
    found = [json.loads(done.stdout)["rules"]["outdated_record"] for done in (alone, both)]
    assert [(row["hits"], row["missed"]) for row in found] == [(0, seeded), (seeded, 0)]
    refused = soat("measure", *files, "--earlier=earlier.jsonl", cwd=tmp_path)
    assert refused.returncode == 2
    assert "--as-of" in refused.stderr


BAD_FILES = {
    "missing": (None, "không đọc được"),
    "pdf": (b"%PDF-1.7 \n", "PDF"),
    "html": (b"<!DOCTYPE html><p>Request Rejected", "HTML"),
    "zip": (b"PK\x03\x04 no zip", ""),
    "utf-16": ('{"code": "1.001193"}'.encode("utf-16"), "UTF-8"),
    "windows-1258": ('{"name": "\u0110\u0103ng"}\n'.encode("cp1258"), "UTF-8"),
    "cut gzip": (gzip.compress(b'{"code": "1.001193", "name": "x"}\n' * 9000)[:300], "cắt cụt"),
    "not json": (b"ma;ten\n1;2\n", "JSON"),
}


@pytest.mark.parametrize("name", BAD_FILES)
@pytest.mark.parametrize("role", ["catalogue", "published"])
def test_a_bad_file_is_one_line_and_exit_3(tmp_path: Path, records: Path, role: str, name: str) -> None:
    content, said = BAD_FILES[name]
    bad = tmp_path / "bad.jsonl"
    if content is not None:
        bad.write_bytes(content)
    (tmp_path / "f.jsonl").write_text("from before")
    files = [str(bad), str(records)] if role == "catalogue" else [str(CATALOGUE), str(bad)]
    done = soat("compare", *files, *OUTPUT, cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "bad.jsonl" in done.stderr
    assert said in done.stderr
    assert (tmp_path / "f.jsonl").read_text() == "from before"


def test_a_broken_catalogue_line_is_named(tmp_path: Path, records: Path) -> None:
    catalogue = tmp_path / "catalogue.jsonl"
    catalogue.write_bytes(CATALOGUE.read_bytes()[:-200])
    done = soat("compare", str(catalogue), str(records), *OUTPUT, cwd=tmp_path)
    assert done.returncode == 3
    assert f"dòng {len(CATALOGUE.read_text(encoding='utf-8').splitlines())}:" in done.stderr


def test_a_full_disk_is_one_line_and_leaves_what_was_there(tmp_path: Path, records: Path) -> None:
    (tmp_path / "f.jsonl").write_text("from before")

    def little_room() -> None:
        # The kernel then answers writes beyond 20 kB as a disk without room does, with an error.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = subprocess.run(
        [SOAT, "compare", str(CATALOGUE), str(records), *OUTPUT],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
        preexec_fn=little_room,
    )  # fmt: skip
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert "không ghi được" in done.stderr
    assert (tmp_path / "f.jsonl").read_text() == "from before"
    assert not list(tmp_path.glob(".*.tmp"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("read", "bad.xlsx"), "bad.xlsx"),
        (("report", "7"), "7"),
        (("report", "1", "--format", "pdf"), "html"),
        (("crawl", "none.toml"), "none.toml"),
        (("audit", "run", "none.toml"), "none.toml"),
        (("catalogue", "import", "none.jsonl"), "none.jsonl"),
        (("catalogue", "show", "1.001193"), "1.001193"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_read_is_one_line_and_exit_3(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    (tmp_path / "bad.xlsx").write_bytes(b"%PDF-1.4")
    done = soat(*arguments, cwd=tmp_path)
    assert done.returncode == 3, done.stdout
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("compare",),
        ("audit", "run"),
        ("nothing",),
        ("catalogue", "import", "x", "--as-of", "2026-13-01"),
        ("audit", "show", "x"),
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_is_exit_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert soat(*arguments, cwd=tmp_path).returncode == 2


@pytest.mark.parametrize(
    ("variables", "toml", "said"),
    [
        ({"SOAT_TIMEOUT": "long"}, "", "SOAT_TIMEOUT"),
        ({"SOAT_LANGUAGE": "fr"}, "", "vi, en"),
        ({}, "speed = 1", "speed"),
        ({}, "timeout =", "soat.toml"),
        ({"SOAT_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}, "", "127.0.0.1:9"),
    ],
    ids=["no number", "no such language", "unknown name", "no TOML", "no database"],
)
def test_a_wrong_setting_is_one_line_and_exit_3(
    tmp_path: Path, variables: dict[str, str], toml: str, said: str
) -> None:
    (tmp_path / "soat.toml").write_text(toml, encoding="utf-8")
    done = soat("audit", "list", cwd=tmp_path, **variables)
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr


def test_a_database_that_is_too_new(tmp_path: Path) -> None:
    assert soat("audit", "list", cwd=tmp_path).returncode == 0
    with sqlite3.connect(tmp_path / "soat.db") as database:
        database.execute("update alembic_version set version_num = '9999'")
    database.close()
    done = soat("audit", "list", cwd=tmp_path)
    assert done.returncode == 3
    assert "mới hơn" in done.stderr


def test_an_audit_from_catalogue_to_report(tmp_path: Path) -> None:
    with running(ON) as portals:
        (tmp_path / "targets.toml").write_text(targets(portals.urls), encoding="utf-8")
        for source in SOURCES.values():
            (tmp_path / source.scope.name).write_bytes(source.scope.read_bytes())
        sides = [
            part for name in ("repealed", "specific", "fees") for part in (f"--{name}", str(FOLDER / f"{name}.jsonl"))
        ]
        imported = soat(
            "catalogue",
            "import",
            portals.urls["h99-quoc-gia"],
            "--as-of",
            "2026-01-01",
            *sides,
            "--delay",
            "0",
            "--json",
            cwd=tmp_path,
        )
        assert imported.returncode == 0, imported.stderr
        assert json.loads(imported.stdout)["records"] == len(rows(CATALOGUE))
        too_early = soat("audit", "run", "targets.toml", "--on", "2025-12-31", cwd=tmp_path)
        assert (too_early.returncode, "31/12/2025" in too_early.stderr) == (3, True)
        ran = soat("audit", "run", "targets.toml", "--on", "2026-11-02", "--fail-on", "C", cwd=tmp_path)
        assert ran.returncode == 1, ran.stderr
        assert portals.refused == []
    assert "đã xong" in soat("audit", "list", cwd=tmp_path).stdout
    shown = json.loads(soat("audit", "show", "1", "--json", cwd=tmp_path).stdout)
    assert all(row["evidence"]["capture"].startswith("sha256:") and row["evidence"]["place"] for row in shown)
    for name, suffix in (("html", ".html"), ("xlsx", ".xlsx"), ("jsonl", ".jsonl")):
        written = soat("report", "1", "--format", name, cwd=tmp_path, SOAT_LANGUAGE="en")
        assert written.returncode == 0, written.stderr
        assert (tmp_path / f"soat-1{suffix}").stat().st_size > 10_000
    assert '<html lang="en"' in (tmp_path / "soat-1.html").read_text(encoding="utf-8")


def test_faults_of_the_catalogue_are_listed_for_the_ministry(tmp_path: Path) -> None:
    none = soat("catalogue", "check", "--on", "2026-11-02", cwd=tmp_path)
    assert (none.returncode, "soat catalogue import" in none.stderr) == (3, True)
    soat("catalogue", "import", str(CATALOGUE), "--as-of", "2026-01-01", cwd=tmp_path)
    told = json.loads(soat("catalogue", "check", "--on", "2026-11-02", "--json", cwd=tmp_path).stdout)
    assert ("1.001739", "expired_paper") in {(row["code"], row["kind"]) for row in told}
    assert all(set(row) == {"code", "name", "kind", "found", "why"} and row["why"].endswith(".") for row in told)
    shown = soat("catalogue", "check", "--on", "2026-11-02", cwd=tmp_path)
    assert shown.stdout.startswith(f"{len(told)} kiến nghị với Bộ")
    # Data were announced as connected only in August.
    before = json.loads(soat("catalogue", "check", "--on", "2026-08-04", "--json", cwd=tmp_path).stdout)
    assert {row["kind"] for row in told} - {row["kind"] for row in before} == {"connected_paper"}


class Elsewhere(BaseHTTPRequestHandler):
    """A host whose API answers with a page of HTML."""

    other = 404

    def do_GET(self) -> None:
        self._answer(404 if self.path == "/robots.txt" else self.other)

    def do_POST(self) -> None:
        self._answer(200)

    def _answer(self, status: int) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = "<!DOCTYPE html><html><body><h1>Trang đã chuyển</h1></body></html>".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Walled(Elsewhere):
    """A host that answers every address with that same page, as a wall does."""

    other = 200


def test_what_could_not_be_looked_at_accuses_nobody(tmp_path: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    walled = ThreadingHTTPServer(("127.0.0.1", 0), Walled)
    threading.Thread(target=walled.serve_forever, daemon=True).start()
    urls = {
        "changed": f"http://127.0.0.1:{server.server_port}/",
        "alike": f"http://127.0.0.1:{walled.server_port}/",
        "gone": "http://127.0.0.1:9/",
    }
    (tmp_path / "targets.toml").write_text(
        "".join(
            f'[[target]]\nid = "{name}"\nagency = "{name}"\nlevel = "province"\nplatform = "dvcqg"\nurl = "{url}"\ndelay = 0\n'
            for name, url in urls.items()
        ),
        encoding="utf-8",
    )
    soat("catalogue", "import", str(CATALOGUE), "--as-of", "2026-01-01", cwd=tmp_path)
    done = soat("audit", "run", "targets.toml", "--json", cwd=tmp_path, SOAT_RETRIES="0", SOAT_TIMEOUT="30")
    for each in (server, walled):
        each.shutdown()
        each.server_close()
    assert done.returncode == 4, done.stderr
    told = json.loads(done.stdout)
    assert {source["target"]: source["state"] for source in told["sources"]} == {
        "changed": "changed",
        "alike": "blocked",
        "gone": "unreachable",
    }
    assert told["findings"] == 0
    assert all(source["faults"][0]["why"] for source in told["sources"])


def test_ctrl_c_stops_cleanly_and_resume_ends_the_same(tmp_path: Path) -> None:
    with running(ON) as portals:
        slow = targets(portals.urls).replace("delay = 0", "delay = 0.02").replace("parallel = 8", "parallel = 1")
        (tmp_path / "targets.toml").write_text(slow, encoding="utf-8")
        for source in SOURCES.values():
            (tmp_path / source.scope.name).write_bytes(source.scope.read_bytes())
        soat("catalogue", "import", str(CATALOGUE), "--as-of", "2026-01-01", cwd=tmp_path)
        command: list[str | Path] = [SOAT, "audit", "run", "targets.toml", "--on", "2026-11-02"]
        environment = {**os.environ, "SOAT_DATABASE_URL": f"sqlite:///{tmp_path}/soat.db"}
        with subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as run:
            index = tmp_path / "captures" / "audit-1" / "captures.jsonl"
            deadline = time.monotonic() + 60
            while not (index.is_file() and index.read_bytes().count(b"\n") > 20):
                assert run.poll() is None, "the audit ended before it could be stopped"
                assert time.monotonic() < deadline
                time.sleep(0.02)
            run.send_signal(signal.SIGINT)
            _, said = run.communicate(timeout=60)
        assert run.returncode == 130, said
        assert said.splitlines()[-1].endswith("soat audit run --resume 1")
        assert "chưa xong" in soat("audit", "list", cwd=tmp_path).stdout
        resumed = soat("audit", "run", "--resume", "1", cwd=tmp_path)
        assert resumed.returncode == 0, resumed.stderr
        whole = soat("audit", "run", "targets.toml", "--on", "2026-11-02", cwd=tmp_path)
        assert whole.returncode == 0, whole.stderr
    one, other = (json.loads(soat("audit", "show", number, "--json", cwd=tmp_path).stdout) for number in "12")

    def compared(found: list[dict[str, Any]]) -> list[tuple[object, ...]]:
        return [
            (row["agency"], row["rule"], row["line"], row["document"], row["expected"], row["found"], row["why"])
            for row in found
        ]

    assert compared(one) == compared(other)
    assert one


def test_a_period_past_is_audited_from_an_archive(tmp_path: Path) -> None:
    with running(ON) as portals:
        one = [part for part in targets(portals.urls).split("[[target]]") if '"h99-portal"' in part]
        (tmp_path / "targets.toml").write_text(f"[[target]]{one[0]}", encoding="utf-8")
        scope = SOURCES["h99-portal"].scope
        (tmp_path / scope.name).write_bytes(scope.read_bytes())
        soat("catalogue", "import", str(CATALOGUE), "--as-of", "2026-01-01", cwd=tmp_path)
        day = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date().isoformat()
        live = soat("audit", "run", "targets.toml", "--on", day, "--json", cwd=tmp_path)
    # The portal is gone; what it published is in the archive of the first audit.
    kept = str(tmp_path / "captures" / "audit-1")
    past = soat("audit", "run", "targets.toml", "--on", day, "--from", kept, "--json", cwd=tmp_path)
    assert (live.returncode, past.returncode) == (0, 0), past.stderr
    first, second = json.loads(live.stdout), json.loads(past.stdout)
    assert first["findings"] == second["findings"] > 0
    before = soat("audit", "run", "targets.toml", "--on", "2026-02-01", "--from", kept, "--json", cwd=tmp_path)
    assert before.returncode == 4
    told = json.loads(before.stdout)
    assert told["findings"] == 0
    assert told["sources"][0]["state"] not in {"ok", "partial"}
    refused = soat("audit", "run", "targets.toml", "--from", kept, "--visit", cwd=tmp_path)
    assert refused.returncode == 2
