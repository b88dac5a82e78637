"""`soat read` from outside: several files, some of which cannot be read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.commands import soat
from tests.crawlers.lists.build import build

if TYPE_CHECKING:
    from pathlib import Path

GRID = [["TT", "Mã TTHC", "Tên TTHC"], ["1", "1.000001", "Cấp giấy"]]


@pytest.mark.parametrize(
    ("files", "code", "count", "said"),
    [
        (["list.xlsx"], 0, 1, []),
        (["list.xlsx", "list.docx", "list.html"], 0, 3, []),
        (["list.xlsx", "bad.pdf", "list.html"], 4, 2, ["bad.pdf"]),
        (["bad.pdf", "list.xlsx"], 4, 1, ["bad.pdf"]),
        (["list.xlsx", "none.doc"], 4, 1, ["none.doc"]),
        (["bad.pdf", "none.doc"], 3, None, ["bad.pdf", "none.doc"]),
        (["bad.pdf"], 3, None, ["bad.pdf"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_one_bad_file_stops_no_other(
    files: list[str], code: int, count: int | None, said: list[str], tmp_path: Path
) -> None:
    for kind in ("xlsx", "docx", "html"):
        build(kind, tmp_path, GRID)
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.4")
    (tmp_path / "out.jsonl").write_text("from before")
    done = soat("read", *files, "--out", "out.jsonl", "--json", cwd=tmp_path)
    assert done.returncode == code
    assert [next(name for name in said if name in line) for line in done.stderr.splitlines()] == said
    if count is None:
        assert (tmp_path / "out.jsonl").read_text() == "from before"
        return
    records = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert [record["code"] for record in records] == ["1.000001"] * count
    told = json.loads(done.stdout)
    assert [one["file"] for one in told] == files
    assert [one["file"] for one in told if "error" in one] == said


def test_what_of_a_file_was_not_read_is_told_and_exit_4(tmp_path: Path) -> None:
    path = build("docx", tmp_path, [*GRID, ["2", "1.000002", "Số thứ tự 5 phụ lục I Quyết định 7"]])
    done = soat("read", path.name, cwd=tmp_path)
    assert done.returncode == 4
    assert done.stdout == "list.docx: đọc được 1 thủ tục\n"
    assert len(done.stderr.splitlines()) == 1
    assert "bảng 1, dòng 3" in done.stderr
