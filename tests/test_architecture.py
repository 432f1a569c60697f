"""Which way Ganvas may lean: down only, in no circle, and without torch where pictures are served."""

import subprocess
import sys
from graphlib import CycleError, TopologicalSorter

import pytest

from ganvas.cli import COMMANDS
from tests.house import Source, imports, sources

NOUNS = {
    "errors",
    "environment",
    "filenames",
    "image",
    "style",
    "storage",
    "settings",
    "datasets",
    "text",
    "ledger",
    "listing",
}
SPINE = NOUNS | {"engine", "stylize", "film"}

# Part -> the parts that it may import, itself apart. A new part of the house gets its line here.
LEANS: dict[str, set[str]] = {
    "errors": set(),
    "environment": set(),
    "filenames": set(),
    "listing": {"errors"},
    "text": set(),
    "image": {"errors", "environment"},
    "style": {"errors", "environment"},
    "storage": {"errors"},
    "settings": {"errors"},
    "datasets": {"errors", "listing", "text"},
    "ledger": {"errors"},
    "engine": NOUNS,
    "stylize": NOUNS | {"engine"},
    "film": NOUNS | {"engine", "stylize"},
    "learn": NOUNS | {"engine"},
    "judge": NOUNS | {"engine"},
    "advise": NOUNS | {"engine"},
    "jobs": SPINE,
    "web": SPINE | {"jobs"},
    "cli": SPINE | {"jobs", "web", "learn", "judge", "advise"},
}
PARTS = sources("ganvas")


def part(module: str) -> str:
    """ganvas.engine.tiling -> engine; the package itself, which knows its version alone, is ''."""
    return ".".join(module.split(".")[1:2])


@pytest.mark.parametrize("source", PARTS, ids=str)
def test_a_module_imports_only_what_lies_below_it(source: Source):
    here = part(source.module)
    allowed = LEANS[here] | {here, ""} if here else set[str]()
    too_high = {name for name in imports(source) if part(name) not in allowed}
    assert not too_high, f"{source} may import {sorted(allowed)}, not {sorted(too_high)}"


def test_only_the_parity_check_and_strokes_bring_the_engine_into_learning():
    leaning = {
        str(source) for source in PARTS if part(source.module) == "learn" and "engine" in map(part, imports(source))
    }
    assert leaning <= {"ganvas/learn/formats/onnx.py", "ganvas/learn/data/strokes.py"}


def test_no_modules_import_each_other_in_a_circle():
    graph = {source.module: imports(source) - {source.module} for source in PARTS}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' -> '.join(error.args[1])}")


def loaded_after_importing(modules: list[str]) -> set[str]:
    """The top-level modules that a fresh interpreter holds after importing these."""
    code = "import sys\n" + "\n".join(f"import {module}" for module in modules) + "\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in run.stdout.split()}


def test_serving_loads_no_torch():
    served = [source.module for source in PARTS if part(source.module) in {"web", "jobs", "stylize", "film"}]
    assert "torch" not in loaded_after_importing(served)


def test_numba_is_loaded_by_strokes_alone():
    served = [source.module for source in PARTS if part(source.module) in {"web", "jobs", "stylize", "engine"}]
    assert "numba" not in loaded_after_importing([name for name in served if name != "ganvas.engine.stroke_kernels"])


def test_the_command_line_loads_nothing_heavy_before_a_command_runs():
    heavy = {"torch", "numpy", "onnx", "onnxruntime", "openvino", "fastapi", "PIL", "rich", "dbos", "sqlalchemy"}
    commands = {place.partition(":")[0] for place in COMMANDS.values()}
    assert not heavy & loaded_after_importing(sorted(commands))
