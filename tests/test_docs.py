"""The docs say what there is: the tree, every command, setting, route, method and score; their links lead somewhere."""

import re
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from ganvas import __version__
from ganvas.cli import COMMANDS, LazyCommands
from tests.house import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
READMES = ("README.md", "README.zh.md")
DOCS = "\n".join(path.read_text() for path in PAGES)
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()


def list_tracked_files() -> set[str]:
    """The files of the repository that git knows or would take."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return {name for name in listed if name and (ROOT / name).exists()}


def list_documented_modules() -> dict[str, str]:
    """The tables of the page on architecture: path -> what it says of it."""
    found: dict[str, str] = {}
    for section in ARCHITECTURE.split("\n### `")[1:]:
        folder, _, rows = section.partition("/`")
        found |= {
            f"{folder}/{name.rstrip('/')}": purpose
            for name, purpose in re.findall(r"^\| `([^`]+)` \| (.+) \|$", rows, re.M)
        }
    return found


@pytest.mark.parametrize("readme", READMES)
def test_the_tree_of_the_readme_is_there_and_short(readme: str):
    block = (ROOT / readme).read_text().split("```\nganvas/")[1].split("```")[0]
    lines = f"ganvas/{block}".strip().splitlines()
    assert len(lines) <= 10
    assert all((ROOT / line.split()[0]).exists() for line in lines)


def test_every_module_and_no_other_is_on_the_page_on_architecture():
    documented = {path for path in list_documented_modules() if path.endswith(".py")}
    there = {
        name
        for name in list_tracked_files()
        if name.startswith("ganvas/") and name.endswith(".py") and "/migrations/" not in name
    }
    assert documented - {"ganvas/judge/__main__.py"} == {name for name in there if "__" not in Path(name).name}


def test_every_migration_is_on_the_page_on_architecture():
    revisions = (ROOT / "ganvas" / "ledger" / "migrations" / "versions").glob("*_[0-9]*.py")
    assert not [path.name for path in revisions if f"`{path.name}`" not in ARCHITECTURE]


def commands() -> list[tuple[str, list[str]]]:
    """Every command with its options: ("styles sheet", ["--out", ...])."""
    found: list[tuple[str, list[str]]] = []
    for name, command in LazyCommands(COMMANDS).items():
        inner = getattr(command, "commands", {})
        leaves = {f"{name} {below}": leaf for below, leaf in inner.items()} or {name: command}
        for full, leaf in leaves.items():
            found.append((full, [option for parameter in leaf.params for option in parameter.opts if "--" in option]))
    return found


@pytest.mark.parametrize(("command", "options"), commands(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_command_and_option_is_in_the_docs(command: str, options: list[str]):
    page = (ROOT / "docs" / "command-line.md").read_text()
    section = next(part for part in page.split("\n## ") if part.startswith(f"ganvas {command.split()[0]}"))
    assert f"ganvas {command}" in section
    assert not [option for option in options if option not in section]


def test_every_command_has_one_line_of_help():
    silent = [name for name, command in LazyCommands(COMMANDS).items() if not (command.help or "").strip()]
    assert not silent


def test_every_setting_is_in_the_docs():
    from dataclasses import fields

    from ganvas.settings import Settings

    missing = [field.name for field in fields(Settings) if f"GANVAS_{field.name.upper()}" not in DOCS]
    assert not missing


def test_every_route_is_in_the_docs(tmp_path: Path):
    from ganvas.engine.engine import Engine
    from ganvas.settings import Settings
    from ganvas.storage.blobs import Store
    from ganvas.style.catalog import Catalog
    from ganvas.web.app import create_app

    catalog = Catalog([tmp_path])
    settings = Settings.from_environment({"GANVAS_DATA": str(tmp_path)})
    app = create_app(settings, Engine(catalog), Store(tmp_path / "store"), catalog)
    missing = [path for path in app.openapi()["paths"] if path not in DOCS]
    assert not missing


def test_options_that_the_docs_name_are_there():
    from ganvas.learn import recipe as recipes

    known = recipes.serialise_recipe(recipes.build_recipe({"name": "any", "data": {"source": "a", "target": "b"}}))
    page = (ROOT / "docs" / "train-a-style.md").read_text()
    named = re.findall(r"\b(options|data|schedule|about)\.(\w+)", page)
    assert named
    assert not [f"{table}.{key}" for table, key in named if key not in known[table]]


def test_every_method_is_in_the_docs():
    from ganvas.learn.methods import METHODS

    assert not [name for name in METHODS if f"`{name}`" not in DOCS]


@pytest.mark.skipif(find_spec("ganvas.judge.scores") is None, reason="no scores are listed yet")
def test_every_score_is_in_the_docs():
    from ganvas.judge.scores import SCORES

    assert not [name for name in SCORES if f"`{name}`" not in DOCS]


def test_the_changelog_has_this_version():
    assert f"\n## {__version__}\n" in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path):
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
    inner = [target for target in targets if not re.match(r"https?://|mailto:", target)]
    assert not [target for target in inner if not (page.parent / target).exists()]


def test_the_makefile_does_what_the_docs_say():
    named = set(re.findall(r"`make (\w+)", DOCS)) | set(re.findall(r"^make (\w+)", DOCS, re.MULTILINE))
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert named <= targets
