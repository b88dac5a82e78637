"""The rules of the house: a rule, a platform, a list kind and a report format are one file each, and none comes without its examples."""

from __future__ import annotations

import ast
import subprocess
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import audits.rules
import crawlers.journeys.families
import crawlers.lists
import crawlers.platforms
import reports.formats
from audits.law import texts
from audits.procedure import Citation, Severity
from audits.rules import rules
from fixtures.province import SOURCES
from tests.audits.rule_examples import FOLDER, examples
from tests.crawlers import golden
from tests.crawlers.lists import build

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("crawlers", "audits", "reports", "fixtures")

# The ids under which findings are known to their readers: a rule's file bears one of them.
RULE_IDS = frozenset(
    """
    self_invented_procedure repealed_procedure unpublished_procedure missing_part name_code_mismatch malformed_code
    duplicate_listing outdated_record inconsistent_channels late_decision late_entry expired_legal_basis wrong_authority
    outdated_form extra_document open_ended_document expired_paper data_already_held excess_copies certified_copy_required
    longer_time higher_fee extra_condition extra_step false_service_level broken_e_service broken_form_link
    paper_still_required no_online_payment unfindable_procedure dead_feedback_channel insecure_site inaccessible_page
    overdue_dossiers missing_apology repeated_supplement unreasoned_refusal late_feedback_answer no_annual_plan
    missing_self_inspection late_self_inspection shorter_time fewer_documents lower_online_fee early_publication no_overdue
    fully_online
    """.split()  # noqa: SIM905 - a table to read
)
GOOD_PRACTICE = frozenset(
    {"shorter_time", "fewer_documents", "lower_online_fee", "early_publication", "no_overdue", "fully_online"}
)
# This platform reads published documents, not pages of its own; the lists are its examples.
WITHOUT_PAGES = frozenset({"lists"})


def modules(package: ModuleType) -> list[str]:
    """The names of the files and folders of a package that are modules of their own."""
    folder = Path(str(package.__file__)).parent
    return sorted(
        path.stem
        for path in folder.iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").is_file()
    )


def tracked() -> list[Path]:
    """Every file of the repository."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [path for name in listed.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_every_rule_file_is_a_rule() -> None:
    assert list(rules()) == modules(audits.rules)


@pytest.mark.parametrize("slug", modules(audits.rules))
def test_a_rule_states_its_duty_title_remedy_severity_version_and_law(slug: str) -> None:
    module = import_module(f"audits.rules.{slug}")
    assert slug in RULE_IDS
    duty = (module.__doc__ or "").strip()
    assert duty
    assert duty.endswith(".")
    assert "\n" not in duty
    assert ". " not in duty, "the duty is one sentence"
    assert module.TITLE.strip() == module.TITLE != ""
    assert [rule.slug for rule in rules().values() if rule.title == module.TITLE] == [slug]
    assert module.REMEDY.endswith(".")
    assert "\n" not in module.REMEDY
    assert (module.SEVERITY is None) == (slug in GOOD_PRACTICE)
    assert module.SEVERITY is None or isinstance(module.SEVERITY, Severity)
    assert type(module.VERSION) is int
    assert module.VERSION >= 1
    assert isinstance(module.CITATIONS, tuple)
    assert module.CITATIONS
    for citation in module.CITATIONS:
        assert isinstance(citation, Citation)
        assert citation.text in texts(), f"{citation.text} is not in law.toml"
        assert citation.article.strip()
    checks = {name for name in ("check", "check_source", "check_visit") if hasattr(module, name)}
    assert checks in ({"check"}, {"check_source"}, {"check_visit"}, {"check", "check_visit"}), checks
    assert not hasattr(module, "OF_SITE") or "check_visit" in checks


@pytest.mark.parametrize("slug", modules(audits.rules))
def test_a_rule_has_examples_that_pass_fail_and_are_skipped(slug: str) -> None:
    assert (FOLDER / f"{slug}.jsonl").is_file(), f"write fixtures/rules/{slug}.jsonl"
    module = import_module(f"audits.rules.{slug}")
    for of_visits in (False, True):
        if hasattr(module, "check_visit") if of_visits else hasattr(module, "check") or hasattr(module, "check_source"):
            shown = {example.case["verdict"] for example in examples(slug) if ("visit" in example.case) is of_visits}
            assert shown == {"pass", "fail", "skip"}, "of visits" if of_visits else "of records"
    reasons = [example.case["why"] for example in examples(slug)]
    assert all(reason.endswith(".") for reason in reasons)


def test_no_examples_are_left_over() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == [f"{slug}.jsonl" for slug in rules()]


@pytest.mark.parametrize("name", modules(crawlers.platforms))
def test_a_platform_is_described_and_has_a_sample_source_with_its_site(name: str) -> None:
    module = crawlers.platforms.load(name)
    assert (import_module(f"crawlers.platforms.{name}").__doc__ or "").strip()
    for offered in ("TITLE", "READING", "PROBES", "first", "read_list", "read_detail", "recognise"):
        assert hasattr(module, offered)
    assert name in {source.platform for source in SOURCES.values()}, "tỉnh Mẫu has no source on this platform"
    assert callable(import_module(f"fixtures.sites.{name}").site)


@pytest.mark.parametrize("name", sorted({*modules(crawlers.platforms)} - WITHOUT_PAGES))
def test_a_platform_has_its_golden_pages_flawed_ones_among_them_and_changes_that_must_alarm(name: str) -> None:
    pages, changes = golden.cases(name), golden.mutations(name)
    assert len(pages) >= 5, f"save pages as tests/crawlers/pages/{name}/…, what must be read from them beside them"
    assert any(page.is_list for page in pages)
    assert any(page.told.get("flaw") for page in pages), "no page is flawed, as real ones are"
    assert len(changes) >= 4, f"write tests/crawlers/pages/{name}/mutations.toml"
    assert any("body" in change.told for change in changes), "no captcha or other wall among the changes"


def test_no_golden_pages_are_left_without_their_platform() -> None:
    folders = {path.name for path in golden.PAGES.iterdir() if path.is_dir()}
    assert folders == {*modules(crawlers.platforms)} - WITHOUT_PAGES
    assert [path.name for path in golden.PAGES.iterdir() if path.is_file() and not path.name.startswith("wall_")] == []


@pytest.mark.parametrize("kind", crawlers.lists.supported_kinds())
def test_a_list_kind_is_described_and_built_in_the_tests(kind: str) -> None:
    module = import_module(f"crawlers.lists.{kind}")
    assert (module.__doc__ or "").strip()
    assert callable(module.read_tables)
    assert kind in build.KINDS, "the tests build no list of this kind"


def test_the_tests_build_only_kinds_that_are_read() -> None:
    assert set(build.KINDS) == set(crawlers.lists.supported_kinds())


@pytest.mark.parametrize("name", modules(reports.formats))
def test_a_report_format_is_described_and_tested_by_name(name: str) -> None:
    module = import_module(f"reports.formats.{name}")
    assert (module.__doc__ or "").strip()
    assert module.SUFFIX.startswith(".")
    assert callable(module.write)
    tests = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "tests" / "reports").glob("test_*.py")]
    assert any(name in _imported_formats(tree) for tree in tests), (
        f"no test in tests/reports reads a {name} report back"
    )


@pytest.mark.parametrize(
    "path",
    [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_every_module_says_what_it_is(path: Path) -> None:
    assert (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").strip()


def test_no_file_is_larger_than_a_megabyte() -> None:
    files = tracked()
    assert len(files) > 100
    assert [str(path.relative_to(ROOT)) for path in files if path.stat().st_size >= 2**20] == []


def _imported_formats(tree: ast.Module) -> set[str]:
    """The modules of reports.formats that a test imports by name."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "reports.formats":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("reports.formats."):
            found.add(str(node.module).split(".")[2])
    return found
