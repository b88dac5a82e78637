"""`soat visit` as a person runs it: a fresh look at the portal's list, Ctrl-C and taking up again, exit codes."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import orjson

from crawlers.service_visits import Outcome, ServiceVisit
from fixtures.eservices.cases import by_slug
from fixtures.eservices.server import running
from tests.commands import SOAT, soat

if TYPE_CHECKING:
    from pathlib import Path

TARGET = """[[target]]
id = "cong"
agency = "UBND tỉnh Mẫu"
level = "province"
code = "H99"
platform = "igate1"
url = "{url}"
handover = ["{login}"]
delay = 0
parallel = 4
{more}
"""
PLAIN = ("--no-checks", "--pause", "0", "--captures", "captures")


def seen(folder: Path) -> list[ServiceVisit]:
    return [ServiceVisit.from_json(orjson.loads(line)) for line in (folder / "visits.jsonl").read_bytes().splitlines()]


def test_stopped_with_ctrl_c_and_taken_up_again(tmp_path: Path) -> None:
    wanted = [by_slug(slug) for slug in ("login", "form", "choice")]
    (tmp_path / "codes.txt").write_text("".join(f"{case.code}.H99  # {case.slug}\n" for case in wanted))
    command = ("visit", "targets.toml", "--procedures", "codes.txt", "--at-once", "1", *PLAIN)
    with running("igate1") as sites:
        (tmp_path / "targets.toml").write_text(TARGET.format(url=sites.url, login=sites.handover[0], more=""))
        with subprocess.Popen(
            [SOAT, *command], cwd=tmp_path, env=os.environ, stderr=subprocess.PIPE, text=True
        ) as child:
            until = time.monotonic() + 60
            while not ((tmp_path / "visits.jsonl").is_file() and seen(tmp_path)) and time.monotonic() < until:
                time.sleep(0.05)
            child.send_signal(signal.SIGINT)
            _, said = child.communicate(timeout=30)
        assert child.returncode == 130
        assert "Chạy lại đúng lệnh này" in said
        before = seen(tmp_path)
        assert 1 <= len(before) < 3
        again = soat(*command, cwd=tmp_path)
    assert (again.returncode, again.stderr) == (0, "")
    after = seen(tmp_path)
    assert [one.code for one in after] == [case.code for case in wanted]
    assert [one.outcome for one in after] == [case.outcome for case in wanted]
    assert {one.at for one in before} <= {one.at for one in after}, "what was visited is not visited again"
    assert len({one.run for one in after}) == 1
    assert sites.changes == []


def test_what_could_not_be_looked_at_is_told_with_its_exit_code(tmp_path: Path) -> None:
    wall = by_slug("wall")
    (tmp_path / "codes.txt").write_text(wall.code)
    with running("igate1") as sites:
        path = tmp_path / "targets.toml"
        path.write_text(TARGET.format(url=sites.url, login=sites.handover[0], more=""))
        partly = soat("visit", "targets.toml", "--procedures", "codes.txt", "--json", *PLAIN, cwd=tmp_path)
        path.write_text(TARGET.format(url=sites.url, login=sites.handover[0], more='window = "00:00-00:00"'))
        closed = soat("visit", "targets.toml", *PLAIN, cwd=tmp_path)
        path.write_text(TARGET.format(url="https://cong.gov.vn/", login="x", more=""))
        nameless = soat("visit", "targets.toml", *PLAIN, cwd=tmp_path, SOAT_CONTACT="")
    assert partly.stdout, partly.stderr
    assert (partly.returncode, orjson.loads(partly.stdout)[0]["outcomes"]) == (4, {Outcome.BLOCKED: 1})
    assert closed.returncode == 4
    assert "ngoài giờ" in closed.stderr
    assert nameless.returncode == 3
    assert "SOAT_CONTACT" in nameless.stderr
