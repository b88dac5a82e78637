"""The demonstration from the sample portals to the report, as a new user runs it."""

import re
from pathlib import Path

from tests.commands import soat


def test_every_seeded_defect_is_found_and_nothing_else(tmp_path: Path) -> None:
    done = soat("demo", "--out", str(tmp_path / "demo"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    told = re.search(r"^found (\d+) of (\d+) seeded defects, (\d+) false signs$", done.stdout, re.MULTILINE)
    assert told is not None
    found, seeded, false = map(int, told.groups())
    assert (found, false) == (seeded, 0)
    assert seeded >= 40
    report = Path(lines[-1].split(": ", 1)[1])
    assert report.stat().st_size > 100_000
    assert (tmp_path / "demo" / "report.xlsx").is_file()


def test_a_second_demonstration_starts_anew(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "left.txt").write_text("from before")
    assert soat("demo", "--out", "demo", cwd=tmp_path).returncode == 0
    assert not (tmp_path / "demo" / "left.txt").exists()
