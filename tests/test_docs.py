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
NOT_IN_THE_TREE = {".gitignore", ".ci", "README.md", "README.zh.md", "LICENSE", "NOTICE", "ganvas/py.typed"}


def tree(readme: str) -> dict[str, str]:
    """The README's tree: path -> what it says of it, the lines that go on below it too."""
    block = (ROOT / readme).read_text().split("```\nganvas/\n")[1].split("```")[0]
    said: dict[str, str] = {"ganvas": ""}
    above = {0: Path("ganvas")}
    path = ""
    for line in block.splitlines():
        indent = len(line) - len(line.lstrip())
        if indent > 8:
            said[path] += " " + line.strip()
            continue
        names, _, clause = line.strip().partition("  ")
        for name in names.split():
            place = (above[indent - 2] if indent else Path()) / name.rstrip("/")
            above[indent] = place
            path = str(place)
            said[path] = clause
    return said


def tracked() -> set[str]:
    """The files of the repository that git knows or would take."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return {name for name in listed if name and (ROOT / name).exists()}


@pytest.mark.parametrize("readme", READMES)
def test_what_the_tree_shows_is_there(readme: str):
    missing = {path for path in tree(readme) if not (ROOT / path).exists()}
    assert not missing


@pytest.mark.parametrize("readme", READMES)
def test_what_is_there_the_tree_shows(readme: str):
    shown = set(tree(readme))
    files = tracked()
    top = {name.split("/")[0] for name in files} - NOT_IN_THE_TREE
    parts = {"/".join(name.split("/")[:2]) for name in files if name.startswith("ganvas/")} - {"ganvas/__init__.py"}
    not_shown = sorted((top | parts) - shown - NOT_IN_THE_TREE)
    assert not not_shown


@pytest.mark.parametrize("readme", READMES)
def test_the_tree_names_every_module(readme: str):
    said = tree(readme)
    unnamed: list[str] = []
    for name in sorted(tracked()):
        path = Path(name)
        if path.suffix == ".py" and len(path.parts) > 2 and path.parts[0] == "ganvas" and "__" not in path.name:
            words = " ".join(clause for shown, clause in said.items() if shown in map(str, path.parents))
            if not re.search(rf"\b{path.stem}\b", words, re.ASCII):
                unnamed.append(name)
    assert not unnamed


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
