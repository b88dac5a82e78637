"""Golden pages: saved answers of every platform, what must be read from them, and the changes of them that must alarm.

`pages/<platform>/<case>.<any ending>` is an answer as it came, `<case>.expected.json` beside it what must be read:

- of a detail `{"url", "records": […]}` with, where it applies, `json` or `form` (what was asked by POST), `page`, `rendered`, `status`,
  `known`, `beside` (files of the answers asked besides, in order), `faults` (a part of each one's sentence) and `flaw` (what is
  wrong with the page); a record may say what was `ignored`;
- of a list `{"url", "entries", "total", "following", "further"}` and `seen`; a request is its URL, or an object of what
  matters of it.

`mutations.toml` holds `[[mutation]]` tables: `page`, `what`, then `find` and `replace` (in the page, or in the answer `beside`
it) or `body` (a wall page in its place), and `alarms`: a part of what the alarm names.

For a new page write an expected file of the `url` and empty `records` (or `entries`); `python -m tests.crawlers.golden
<platform> <case>` then prints what is read from it today, to be compared with the page by eye and saved.
"""

from __future__ import annotations

import json
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawlers.page import Page
from crawlers.platforms import Ask, Listing, Reading, load, names

PAGES = Path(__file__).parent / "pages"
MEDIA_TYPES = {".json": "application/json", ".html": "text/html"}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One golden page."""

    platform: str
    name: str
    path: Path
    told: Json

    @property
    def ask(self) -> Ask:
        """The request that the page answers."""
        told = self.told
        known, rendered = told.get("known", {}), told.get("rendered", False)
        return Ask(told["url"], told.get("json"), told.get("page"), told.get("form"), known, rendered=rendered)

    @property
    def is_list(self) -> bool:
        return "entries" in self.told

    def read(self, body: bytes | None = None, beside: dict[str, bytes] | None = None) -> Listing | Reading:
        """Read the page, or another `body` in its place, or other answers `beside` it by the names of their files.

        Raises:
            PageChanged: as the platform does.

        """
        module, ask = load(self.platform), self.ask
        page = self._page(ask.page or ask.url, self.path, body)
        if self.is_list:
            return module.read_list(page, ask, self.told.get("seen", 0))
        if (further := getattr(module, "beside", None)) is not None:
            asks, files = further(page, ask), self.told.get("beside", [])
            assert len(asks) == len(files) or body is not None, f"asked besides: {[other.url for other in asks]}"
            others = tuple(
                self._page(other.page or other.url, self.path.parent / file, (beside or {}).get(file))
                for other, file in zip(asks, files, strict=body is None)
            )
            page = Page(page.platform, page.url, page.body, page.status, page.media_type, others)
        return module.read_detail(page, ask)

    def _page(self, url: str, path: Path, body: bytes | None) -> Page:
        status = self.told.get("status", 200)
        content = path.read_bytes() if body is None else body
        return Page(self.platform, url, content, status, MEDIA_TYPES.get(path.suffix, "application/octet-stream"))

    def found(self, read: Listing | Reading) -> Json:
        """What was read, in the words of the expected file: what that does not speak of is left out."""
        if isinstance(read, Listing):
            return {
                "entries": [_asked(ask, said) for ask, said in _beside(read.entries, self.told["entries"])],
                "total": read.total,
                "following": None if read.following is None else _asked(read.following, self.told["following"]),
                "further": [_asked(ask, said) for ask, said in _beside(read.further, self.told.get("further", []))],
            }
        records = []
        for record, said in _beside(read.records, self.told["records"]):
            row = record.to_json()
            del row["source"]
            records.append({**row, "ignored": list(record.ignored)} if "ignored" in (said or {}) else row)
        return {"records": records, "faults": [fault.why for fault in read.faults]}

    def expected(self, found: Json) -> Json:
        """What must have been read; a fault's sentence is told in part."""
        if self.is_list:
            return {"further": [], **{key: self.told.get(key) for key in found if key in self.told}}
        faults = [
            why if said is not None and said in why else said
            for why, said in _beside(found["faults"], self.told.get("faults", []))
        ]
        return {"records": self.told["records"], "faults": faults + self.told.get("faults", [])[len(faults) :]}


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change of a golden page, and what the alarm must name."""

    case: Case
    told: Json

    def read(self) -> Listing | Reading:
        """Read the changed page.

        Raises:
            PageChanged: it is the alarm that is wanted.

        """
        if "body" in self.told:
            return self.case.read((PAGES / self.told["body"]).read_bytes())
        if "beside" in self.told:
            file = self.told["beside"]
            return self.case.read(beside={file: self._changed(self.case.path.parent / file)})
        return self.case.read(self._changed(self.case.path))

    def _changed(self, path: Path) -> bytes:
        old, new = self.told["find"].encode(), self.told["replace"].encode()
        body = path.read_bytes()
        assert old in body, f"{path.name} does not hold {self.told['find']}"
        return body.replace(old, new)


def cases(platform: str) -> list[Case]:
    """Return the golden pages of a platform, by name."""
    found = []
    for expected in sorted((PAGES / platform).glob("*.expected.json")):
        name = expected.name.removesuffix(".expected.json")
        (path,) = (path for path in expected.parent.glob(f"{name}.*") if path != expected)
        found.append(Case(platform, name, path, json.loads(expected.read_bytes())))
    return found


def mutations(platform: str) -> list[Mutation]:
    """Return the changes of a platform's golden pages, in the order of their file."""
    path = PAGES / platform / "mutations.toml"
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["mutation"] if path.is_file() else []
    known = {case.name: case for case in cases(platform)}
    return [Mutation(known[row["page"]], row) for row in rows]


def every() -> list[Case]:
    """Return the golden pages of all platforms."""
    return [case for platform in names() for case in cases(platform)]


def walls() -> list[Path]:
    """Return the saved pages of bot walls."""
    return sorted(PAGES.glob("wall_*.html"))


def _beside(found: Any, said: list[Any]) -> list[tuple[Any, Any]]:
    return [(item, said[place] if place < len(said) else None) for place, item in enumerate(found)]


def _asked(ask: Ask, said: object) -> object:
    """A request as the expected file writes it: its URL, or an object of the parts that it names."""
    if not isinstance(said, dict):
        return ask.url
    return {key: dict(value) if isinstance(value := getattr(ask, key), dict) else value for key in said}


def main() -> None:
    """Print what is read today from the golden page of a platform that the command line names."""
    platform, name = sys.argv[1:]
    (case,) = (case for case in cases(platform) if case.name == name)
    found = case.found(case.read())
    json.dump({**case.told, **found}, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
