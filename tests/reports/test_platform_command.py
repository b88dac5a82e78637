"""`soat platform` from outside: what it prints, and how it ends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from crawlers.platforms import names
from tests.commands import soat
from tests.crawlers.portal import Answer, igate1, page, portal

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_families_are_listed(tmp_path: Path, language: str) -> None:
    done = soat("platform", "list", "--json", cwd=tmp_path, SOAT_LANGUAGE=language)
    assert done.returncode == 0
    told = {row["platform"]: row["title"] for row in json.loads(done.stdout)}
    assert tuple(told) == names()
    assert all(told.values())
    assert ("National" in told["dvcqg"]) == (language == "en")


def test_a_site_is_recognised_and_why(tmp_path: Path) -> None:
    with portal(igate1(3)) as site:
        plain = soat("platform", "detect", site.url, cwd=tmp_path)
        told = soat("platform", "detect", site.url, "--json", cwd=tmp_path)
    assert (plain.returncode, told.returncode) == (0, 0)
    assert "platform = “igate1”" in plain.stdout
    assert "totalRecord" in plain.stdout
    found = json.loads(told.stdout)
    assert found["platform"] == "igate1"
    assert found["families"][0]["signs"][0]["url"].startswith(site.url)


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        (Answer(200, page("wall_captcha.html")), 4, "không kiểm tra được"),
        (Answer(200, b"<html><h1>UBND</h1></html>"), 0, "platform = “generic”"),
    ],
)
def test_what_is_not_recognised_is_said_so(tmp_path: Path, answer: Answer, code: int, words: str) -> None:
    with portal(lambda asked: Answer(404) if asked.path == "/robots.txt" else answer) as site:
        done = soat("platform", "detect", site.url, cwd=tmp_path)
    assert done.returncode == code
    assert words in done.stdout
    assert ("captcha" in done.stderr) == (code == 4)


def test_an_address_that_is_none_is_one_line(tmp_path: Path) -> None:
    done = soat("platform", "detect", "dichvucong.example.vn", cwd=tmp_path)
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
