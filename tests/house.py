"""Reads the sources of Ganvas as data, for the tests that hold the house in order. Knows ast, imports nothing of it."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One Python file: its place, its module's name, its text and its tree."""

    path: Path
    module: str
    text: str
    tree: ast.Module

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """All Python files below the folders of the repository."""
    return tuple(read(path) for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))


def read(path: Path) -> Source:
    """One file, parsed."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    text = path.read_text()
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Source(path, module, text, ast.parse(text))


def functions(source: Source) -> list[Function]:
    """Every function and method of a file, nested ones among them."""
    return [node for node in ast.walk(source.tree) if isinstance(node, Function)]


def length(function: Function) -> int:
    """Lines from ``def`` to the end, less the docstring's."""
    whole = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        return whole - ((first.end_lineno or first.lineno) - first.lineno + 1)
    return whole


def imports(source: Source) -> set[str]:
    """The modules of Ganvas that a file names in its imports, those inside functions too."""
    named: set[str] = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            named |= {submodule(node.module, alias.name) for alias in node.names}
    return {name for name in named if name == "ganvas" or name.startswith("ganvas.")}


def submodule(module: str, name: str) -> str:
    """``module.name`` where that is a module, else ``module``, of which ``name`` is a part."""
    place = ROOT.joinpath(*module.split("."), name)
    return f"{module}.{name}" if place.with_suffix(".py").exists() or place.is_dir() else module
