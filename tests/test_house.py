"""The limits of the house: short functions, short files, few parameters, docstrings, names."""

import ast
import statistics

import pytest

from tests.house import ROOT, Function, Source, functions, length, sources

OURS = sources("ganvas", "bench")
EVERYTHING = (*OURS, *sources("tests"))
PAGE = [
    path for path in (ROOT / "studio" / "src").rglob("*") if path.suffix in {".ts", ".svelte", ".css", ".js", ".html"}
]

MEDIAN, NINETY, LONGEST, LOOP, FILE, PAGE_FILE, PARAMETERS = 10, 30, 60, 120, 400, 300, 6
TRAINING_LOOP = ("ganvas.learn.training.loop", "run_training")
NOT_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "base", "opt", "cfg", "kwargs"}
EDGES = ("ganvas/jobs/", "ganvas/web/")


def test_functions_are_short():
    lengths = sorted(length(function) for source in OURS for function in functions(source))
    assert statistics.median(lengths) <= MEDIAN
    assert lengths[int(len(lengths) * 0.9)] <= NINETY


@pytest.mark.parametrize("source", EVERYTHING, ids=str)
def test_no_function_is_long(source: Source):
    limits = {f: LOOP if (source.module, f.name) == TRAINING_LOOP else LONGEST for f in functions(source)}
    long = {function.name: length(function) for function, limit in limits.items() if length(function) > limit}
    assert not long


@pytest.mark.parametrize("source", EVERYTHING, ids=str)
def test_no_file_is_long(source: Source):
    assert len(source.text.splitlines()) <= FILE


@pytest.mark.parametrize("path", PAGE, ids=lambda path: path.name)
def test_no_file_of_the_page_is_long(path):
    assert len(path.read_text().splitlines()) <= PAGE_FILE


def parameters(function: Function) -> list[ast.arg]:
    """All parameters but self and cls."""
    known = function.args
    named = [*known.posonlyargs, *known.args, *known.kwonlyargs, *filter(None, (known.vararg, known.kwarg))]
    return [parameter for parameter in named if parameter.arg not in {"self", "cls"}]


def answers_a_person(source: Source, function: Function) -> bool:
    """A command or a route: its parameters are the options that it offers."""
    offered = str(source).startswith(("ganvas/cli/", "ganvas/web/api/"))
    return offered and ("Annotated[" in ast.unparse(function.args) or bool(function.decorator_list))


@pytest.mark.parametrize("source", OURS, ids=str)
def test_functions_take_few_parameters(source: Source):
    counts = {f.name: len(parameters(f)) for f in functions(source) if not answers_a_person(source, f)}
    assert not {name: count for name, count in counts.items() if count > PARAMETERS}


@pytest.mark.parametrize("source", OURS, ids=str)
def test_every_signature_is_typed(source: Source):
    bare = [f.name for f in functions(source) if f.returns is None or any(p.annotation is None for p in parameters(f))]
    assert not bare


@pytest.mark.parametrize("source", OURS, ids=str)
def test_a_module_says_what_it_is_for(source: Source):
    assert ast.get_docstring(source.tree), "one plain sentence on what the module is for"


def public(source: Source) -> list[Function | ast.ClassDef]:
    """Classes and functions at the top of the module and methods of its classes, private and inherited ones apart."""
    top = [node for node in source.tree.body if isinstance(node, Function | ast.ClassDef)]
    inside = [m for node in top if isinstance(node, ast.ClassDef) for m in node.body if isinstance(m, Function)]
    return [node for node in (*top, *inside) if not node.name.startswith("_")]


@pytest.mark.parametrize("source", OURS, ids=str)
def test_everything_public_says_what_it_does(source: Source):
    silent = [node.name for node in public(source) if not ast.get_docstring(node)]
    assert not silent


def names(source: Source) -> set[str]:
    """The names that a file gives: its own, its functions', classes', parameters' and variables'."""
    given = {source.path.stem}
    for node in ast.walk(source.tree):
        if isinstance(node, Function | ast.ClassDef):
            given.add(node.name)
        elif isinstance(node, ast.arg):
            given.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            given.add(node.id)
    return given


@pytest.mark.parametrize("source", EVERYTHING, ids=str)
def test_names_say_something_and_in_one_spelling(source: Source):
    given = names(source)
    assert not {name for name in given if name.lower() in NOT_NAMES}
    assert not {name for name in given if "color" in name.lower()}, "the house writes colour"


@pytest.mark.parametrize("source", OURS, ids=str)
def test_everything_is_caught_only_at_the_edges(source: Source):
    broad = [
        handler.lineno
        for handler in ast.walk(source.tree)
        if isinstance(handler, ast.ExceptHandler) and (handler.type is None or ast.unparse(handler.type) == "Exception")
    ]
    assert not broad or str(source).startswith(EDGES)


def test_the_tests_mirror_the_house():
    tested = {str(source.path.relative_to(ROOT / "tests").parent) for source in sources("tests")} - {"."}
    parts = {str(source.path.relative_to(ROOT / "ganvas").parent) for source in sources("ganvas")}
    assert tested <= parts | {"bench", "page"}
