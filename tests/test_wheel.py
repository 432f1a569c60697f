"""The wheel carries all that serving needs, so that its users need neither Node nor the repository."""

import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.house import ROOT

PAGE = ROOT / "ganvas" / "web" / "static"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as `make wheel` builds it."""
    folder = tmp_path_factory.mktemp("wheel")
    (built,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    return Path(built)


def names(wheel: Path) -> set[str]:
    """The files in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_has_every_module_and_the_frozen_features(wheel: Path):
    ours = {str(path.relative_to(ROOT)) for path in (ROOT / "ganvas").rglob("*.py")}
    weights = {str(path.relative_to(ROOT)) for path in (ROOT / "ganvas" / "learn" / "weights").iterdir()}
    assert (ours | weights) <= names(wheel)


def test_the_wheel_has_the_built_in_styles(wheel: Path):
    styles = {f"ganvas/styles/{path.name}" for path in (ROOT / "styles").glob("*.onnx")}
    assert {name for name in names(wheel) if name.startswith("ganvas/styles/") and name.endswith(".onnx")} == styles


def test_the_wheel_has_the_weights_with_their_licence(wheel: Path):
    assert {"ganvas/weights/centerface.onnx", "ganvas/weights/LICENSE"} <= set(names(wheel))


@pytest.mark.skipif(not (PAGE / "index.html").exists(), reason="the page is not built: make page")
def test_the_wheel_has_the_page(wheel: Path):
    page = {str(path.relative_to(ROOT)) for path in PAGE.rglob("*") if path.is_file()}
    assert page <= names(wheel)


def test_the_wheel_has_nothing_else(wheel: Path):
    assert {name.split("/")[0].split("-")[0] for name in names(wheel)} == {"ganvas"}
    assert not [name for name in names(wheel) if "__pycache__" in name or name.endswith(".pt")]


def test_serving_does_not_ask_for_torch(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith("METADATA"))
        needed = Parser().parsestr(archive.read(metadata).decode()).get_all("Requires-Dist") or []
    plain = [line for line in needed if "extra ==" not in line]
    assert any(line.startswith("fastapi") for line in plain)
    assert not [line for line in plain if line.startswith("torch")]
    assert any(line.startswith("torch>=") and "extra == 'learn'" in line for line in needed)
