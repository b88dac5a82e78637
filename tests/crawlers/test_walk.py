"""What a platform may ask for beside a list and a page: other lists, other answers, forms, other hosts, a browser."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from crawlers.archive import INDEX, Archive
from crawlers.records import SourceState
from crawlers.targets import Target, TargetsError, read_targets
from tests.crawlers.portal import Answer, Asked, portal
from tests.crawlers.probing import probe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

JSON = (("Content-Type", "application/json"),)


def answers(pages: dict[str, Any]) -> Callable[[Asked], Answer]:
    """A portal of these pages: JSON values, HTML texts, or answers; everything else is not there."""

    def respond(asked: Asked) -> Answer:
        found = pages.get(f"{asked.method} {asked.path}", pages.get(asked.path))
        if found is None:
            return Answer(404, b"khong co trang")
        if isinstance(found, Answer):
            return found
        return Answer(200, found.encode()) if isinstance(found, str) else Answer(200, orjson.dumps(found), JSON)

    return respond


def records(folder: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in (folder / "published.jsonl").read_bytes().splitlines()]


def named(*names: str) -> dict[str, Any]:
    return {f"/{name}": {"name": name} for name in names}


TWO_LISTS = {
    "/list": {"entries": ["a", "b"], "total": 3, "next": "list?2", "further": ["other", "list"]},
    "/list?2": {"entries": ["c"], "total": 3, "further": ["other"]},
    "/other": {"entries": ["c", "d"], "total": 2, "further": ["list"]},
    **named("a", "b", "c", "d"),
}


@pytest.mark.parametrize(
    ("pages", "state", "listed", "read", "words"),
    [
        (TWO_LISTS, "ok", 4, 4, None),
        (TWO_LISTS | {"/other": {"entries": ["c", "d"]}}, "ok", 4, 4, None),
        (TWO_LISTS | {"/other": {"entries": ["c", "d"], "next": "list?2"}}, "ok", 4, 4, None),
        (TWO_LISTS | {"/other": {"entries": ["d"], "total": 2}}, "suspect", 5, 4, "tổng số 5"),
        (TWO_LISTS | {"/other": {"entries": ["d"], "next": "other"}}, "partial", 4, 4, "con trỏ trang không tiến"),
        (TWO_LISTS | {"/other": {"entries": ["d"], "next": "other?2"}, "/other?2": {"entries": ["d"]}}, "partial", 4, 4, "chỉ lặp lại"),
        (TWO_LISTS | {"/other": Answer(404)}, "partial", 3, 3, "HTTP 404"),
        (TWO_LISTS | {"/other": Answer(429)}, "blocked", 3, 0, "HTTP 429"),
        ({"/list": {"entries": [], "further": ["x", "y"]}}, "changed", 0, 0, "HTTP 404"),
    ],
)  # fmt: skip
def test_lists_that_lead_to_other_lists(  # noqa: PLR0917 - pytest passes them by name
    tmp_path: Path, pages: dict[str, Any], state: str, listed: int, read: int, words: str | None
) -> None:
    with portal(answers(pages)) as site:
        report = probe(site.url, tmp_path)
    assert (report.state, report.listed, report.read) == (state, listed, read)
    assert (words is None) == (report.faults == ())
    assert words is None or words in report.faults[0].why
    assert max(count for path, count in site.paths().items()) == 1, "everything is asked once"


def test_a_list_without_end_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOAT_MAX_LIST_PAGES", "30")

    def endless(asked: Asked) -> Answer:
        number = int(asked.path.partition("?")[2] or 0)
        told = {"entries": [f"e{number}"], "next": f"list?{number + 1}"}
        return Answer(200, orjson.dumps(told), JSON) if asked.path.startswith("/list") else Answer(404)

    with portal(endless) as site:
        report = probe(site.url, tmp_path)
    assert report.state is SourceState.CHANGED
    assert "không có hồi kết, đã xem 30 trang" in report.faults[0].why


def test_forms_are_posted_and_what_a_list_says_travels_along(tmp_path: Path) -> None:
    form = {"url": "/doc", "form": {"ma": "Đ 1", "trang": "1"}, "known": {"code": "1.000001"}}
    pages = {
        "/list": {"entries": [form, {"url": "/submit", "form": {}}]},
        "POST /doc": {"name": "Một"},
        "/submit": {"name": "x"},
    }
    with portal(answers(pages)) as site:
        report = probe(site.url, tmp_path)
    assert [asked.body for asked in site.asked if asked.method == "POST"] == [b"ma=%C4%90+1&trang=1"]
    assert (report.state, report.read, [fault.kind for fault in report.faults]) == (SourceState.PARTIAL, 1, ["foreign"])
    assert records(tmp_path)[0]["code"] == "1.000001"


@pytest.mark.parametrize(
    ("beside", "state", "said"),
    [
        ({"/x": "mot", "/y": "hai"}, "ok", "200:mot; 200:hai"),
        ({"/x": "mot"}, "ok", "200:mot; 404:khong co trang"),
        ({"/x": "mot", "/y": Answer(410, b"thoi")}, "ok", "200:mot; 410:thoi"),
        ({"/x": "mot", "/y": Answer(429)}, "blocked", None),
        ({"/x": "mot", "/y": Answer(500)}, "partial", None),
    ],
)
def test_what_stands_beside_a_page(tmp_path: Path, beside: dict[str, Any], state: str, said: str | None) -> None:
    pages = {"/list": {"entries": ["a"]}, "/a": {"name": "A", "beside": ["x", "y"]}, **beside}
    with portal(answers(pages)) as site:
        report = probe(site.url, tmp_path)
    assert report.state == state
    assert [record["steps"] for record in records(tmp_path)] == ([] if said is None else [said])


def test_the_hosts_a_target_names_may_be_asked_and_no_others(tmp_path: Path) -> None:
    with portal(answers(named("a"))) as api, portal(answers(named("b"))) as stranger:
        pages = {"/list": {"entries": [f"{api.url}a", f"{stranger.url}b"]}}
        with portal(answers(pages)) as site:
            report = probe(site.url, tmp_path, handover=[api.host])
    assert (report.read, [fault.kind for fault in report.faults]) == (1, ["foreign"])
    assert (bool(api.asked), stranger.asked) == (True, [])


@pytest.mark.parametrize("value", ['"api.vn"', "[1]", '["https://api.vn/"]'])
def test_other_hosts_are_named_as_hosts(tmp_path: Path, value: str) -> None:
    path = tmp_path / "t.toml"
    path.write_text(
        f'[[target]]\nid="a"\nagency="A"\nlevel="province"\nplatform="igate1"\nurl="http://127.0.0.1/"\nhandover={value}',
        encoding="utf-8",
    )
    with pytest.raises(TargetsError, match="handover"):
        read_targets(path)
    assert Target("a", "A", "province", "igate1", "http://127.0.0.1:1/", handover=("API.vn",)).hosts == {
        "127.0.0.1:1", "api.vn",
    }  # fmt: skip


SCRIPT = """<html><body><h1>trống</h1><script>
fetch('/data').then(r => r.text()).then(name => { document.querySelector('h1').textContent = name });
for (const url of ['%s', '/submit', '/doc'])
  fetch(url, {method: 'POST', body: '1'}).catch(() => 0);
fetch('%s', {mode: 'no-cors'}).catch(() => 0);
new WebSocket('%s');
window.open('/popup');
</script></body></html>"""


def test_a_browser_shows_what_scripts_make_and_they_ask_only_what_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROBE_RENDERED", "1")
    with portal(answers({})) as foreign:
        sockets = foreign.url.replace("http", "ws")
        pages = {
            "/list": {"entries": [{"url": "/a", "rendered": True}, {"url": "/a"}, {"url": "/away", "rendered": True}]},
            "/a": SCRIPT % (foreign.url, foreign.url, sockets),
            "/data": "Cấp giấy phép",
            "POST /doc": "1",
            "/away": Answer(302, b"", (("Location", foreign.url.replace("127.0.0.1", "localhost")),)),
        }
        with portal(answers(pages)) as site:
            report = probe(site.url, tmp_path)
        assert foreign.asked == []
    asked = {f"{asked.method} {asked.path}" for asked in site.asked}
    assert {"GET /data", "POST /doc"} <= asked
    assert not {"POST /submit", "GET /popup"} & asked
    assert {asked.agent for asked in site.asked} == {"soat/0.1 (+)"}
    assert [record["name"] for record in records(tmp_path)] == ["Cấp giấy phép", "trống"]
    assert (report.read, len(report.faults)) == (2, 1)
    archive = Archive(tmp_path / "captures")
    shown = [capture for capture in archive.captures() if capture.rendered]
    assert "Cấp giấy phép" in archive.read(shown[0].digest).decode()
    kept = archive.entries()
    (tmp_path / "captures" / INDEX).unlink()
    assert sorted(Archive(tmp_path / "captures").entries(), key=str) == sorted(kept, key=str)
    assert json.loads(kept[0].to_json()).get("rendered") is None
