"""Every Vietnamese string that people read, found in the sources; `python -m tests.messages` brings the catalogues up to date.

In reports/ that is what stands in `_("…")` or `_translate("…")`, in code and in templates; in audits/ it is every rule's TITLE and REMEDY
and every template of a Sentence; in crawlers/platforms/ it is every family's TITLE. New strings are added to the catalogues with an empty translation, to be written by hand.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
CATALOGUES = sorted((ROOT / "reports" / "locale").glob("*/LC_MESSAGES/soat.po"))

# Fixed, so that a catalogue changes only where a message does.
_HEADER = r"""# Translation of soát. The message ids are the Vietnamese strings of the sources.
# After changing one: python -m tests.messages, then write the translations it names.
msgid ""
msgstr ""
"Language: {language}\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""

_METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]


def extracted() -> dict[str, str]:
    """Return every message with the file it first stands in, sorted by file."""
    found: dict[str, str] = {}
    for file, _, message, _, _ in extract_from_dir(
        ROOT / "reports", _METHODS, keywords={"_": None, "_translate": None}
    ):
        found.setdefault(str(message), f"reports/{file}")
    # The store only reads back sentences that were written elsewhere.
    paths = [path for path in sorted((ROOT / "audits").rglob("*.py")) if "store" not in path.parts]
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    # A template may be a constant, and the constant another module's; constants of equal name mean the same here.
    named = {name: value for tree in trees.values() for name, value in _constants(tree)}
    for path, tree in trees.items():
        for message in _in_audits(path, tree, named):
            found.setdefault(message, str(path.relative_to(ROOT)))
    for path in sorted((ROOT / "crawlers" / "platforms").glob("[!_]*.py")):
        title = dict(_constants(ast.parse(path.read_text(encoding="utf-8"))))["TITLE"]
        found.setdefault(ast.literal_eval(title), str(path.relative_to(ROOT)))
    return dict(sorted(found.items(), key=lambda item: item[1]))


def _constants(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value


def _in_audits(path: Path, tree: ast.Module, named: dict[str, ast.expr]) -> Iterator[str]:
    named = named | dict(_constants(tree))
    if path.parent.name == "rules" and path.name != "__init__.py":
        yield ast.literal_eval(named["TITLE"])
        yield ast.literal_eval(named["REMEDY"])
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Sentence":
            template = node.args[0] if node.args else next(k.value for k in node.keywords if k.arg == "template")
            yield from _literals(path, template, named)


def _literals(path: Path, template: ast.expr, named: dict[str, ast.expr]) -> Iterator[str]:
    """Yield the literal or literals an expression can be; a template that only exists at run time cannot be translated."""
    if isinstance(template, ast.Constant) and isinstance(template.value, str):
        yield template.value
    elif isinstance(template, ast.IfExp):
        yield from _literals(path, template.body, named)
        yield from _literals(path, template.orelse, named)
    elif isinstance(template, ast.Name) and template.id in named:
        yield from _literals(path, named[template.id], named)
    elif isinstance(template, ast.Subscript) and isinstance(template.value, ast.Name) and template.value.id in named:
        yield from _literals(path, named[template.value.id], named)
    elif isinstance(template, ast.Dict):
        for value in template.values:
            yield from _literals(path, value, named)
    else:
        raise AssertionError(
            f"{path}:{template.lineno}: the template of a Sentence must be a literal, so that it can be translated"
        )


def update() -> None:
    """Add missing messages to every catalogue and drop those that no longer exist; translations are kept."""
    for path in CATALOGUES:
        with path.open("rb") as file:
            old = read_po(file, locale=path.parents[1].name)
        new = Catalog(locale=old.locale)
        for message, where in extracted().items():
            kept = old.get(message)
            new.add(message, string=(kept.string if kept else None) or "", locations=[(where, 0)])
        with path.open("wb") as file:
            file.write(_HEADER.format(language=old.locale).encode())
            write_po(file, new, width=0, include_lineno=False, omit_header=True)
        empty = [message.id for message in new if message.id and not message.string]
        print(f"{path.relative_to(ROOT)}: {len(empty)} left to translate", *empty, sep="\n  ")  # noqa: T201 - a tool


if __name__ == "__main__":
    update()
