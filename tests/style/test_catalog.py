"""The styles on offer: found as they appear, published whole, never changed."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ganvas.errors import BadStyle, Forbidden, UnknownStyle
from ganvas.style.catalog import Catalog
from ganvas.style.file import Style, load_style, rewrite_style, save_style
from tests.conftest import blurring, copying, inverting


def put(folder: Path, name: str, model=blurring, version: int = 1, file: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (file or f"{name}.onnx")
    save_style(model(), Style(name, {"en": name}, halo=2, version=version), path)
    return path


@pytest.fixture
def catalog(tmp_path) -> Catalog:
    """Two built-in styles, and a folder of one's own that does not exist yet."""
    put(tmp_path / "built-in", "monet")
    put(tmp_path / "built-in", "ukiyoe", copying)
    return Catalog([tmp_path / "own", tmp_path / "built-in"])


def test_names_are_sorted(catalog):
    assert catalog.names() == ["monet", "ukiyoe"]


def test_a_style_and_its_file_are_found_by_name(catalog, tmp_path):
    assert catalog.get("monet").name == "monet"
    assert catalog.path("monet") == tmp_path / "built-in" / "monet.onnx"


def test_an_unknown_name_is_told_what_is_near(catalog):
    with pytest.raises(UnknownStyle, match="Did you mean monet"):
        catalog.get("mone")


def test_without_styles_the_answer_says_how_to_get_one(tmp_path):
    with pytest.raises(UnknownStyle, match="styles add"):
        Catalog([tmp_path / "nothing"]).get("monet")


def test_a_style_that_appears_while_serving_is_on_offer(catalog, tmp_path):
    assert "vangogh" not in catalog.names()
    put(tmp_path / "own", "vangogh")
    assert "vangogh" in catalog.names()
    (tmp_path / "own" / "vangogh.onnx").unlink()
    assert "vangogh" not in catalog.names()


def test_a_file_that_changes_is_read_again_and_others_are_not(catalog, tmp_path, monkeypatch):
    read: list[str] = []
    monkeypatch.setattr("ganvas.style.catalog.load_style", lambda path: (read.append(path.name), load_style(path))[1])
    catalog.names()
    put(tmp_path / "built-in", "monet", inverting)
    assert catalog.get("monet").sha256 == load_style(tmp_path / "built-in" / "monet.onnx").sha256
    assert read == ["monet.onnx", "ukiyoe.onnx", "monet.onnx"]


def test_what_is_no_style_is_left_out(catalog, tmp_path):
    (tmp_path / "built-in" / "broken.onnx").write_bytes(b"nothing")
    (tmp_path / "built-in" / "folder.onnx").mkdir()
    (tmp_path / "built-in" / "notes.txt").write_text("monet")
    assert catalog.names() == ["monet", "ukiyoe"]


def test_publishing_puts_a_copy_into_the_own_folder(catalog, tmp_path):
    path = put(tmp_path / "elsewhere", "mine")
    published = catalog.publish(path)
    place = tmp_path / "own" / "mine.v1.onnx"
    assert catalog.path("mine") == place
    assert catalog.get("mine") == published
    assert place.read_bytes() == path.read_bytes()
    assert list((tmp_path / "own").iterdir()) == [place]


def test_publishing_the_same_file_again_changes_nothing(catalog, tmp_path):
    path = put(tmp_path / "elsewhere", "mine")
    catalog.publish(path)
    before = (tmp_path / "own" / "mine.v1.onnx").stat().st_mtime_ns
    assert catalog.publish(path) == catalog.get("mine")
    assert (tmp_path / "own" / "mine.v1.onnx").stat().st_mtime_ns == before


@pytest.mark.parametrize("name", ["mine", "monet"])
def test_a_published_version_never_changes(catalog, tmp_path, name):
    catalog.publish(put(tmp_path / "elsewhere", "mine"))
    before = catalog.get(name)
    with pytest.raises(BadStyle, match=r"never changes.*as version 2"):
        catalog.publish(put(tmp_path / "elsewhere", name, inverting))
    assert catalog.get(name) == before


def test_a_published_file_cannot_be_rewritten(catalog, tmp_path):
    style = catalog.publish(put(tmp_path / "elsewhere", "mine"))
    with pytest.raises(BadStyle, match="never changes"):
        rewrite_style(catalog.path("mine"), style)


def test_a_new_version_is_meant_and_the_old_one_stays(catalog, tmp_path):
    old = catalog.get("monet")
    new = catalog.publish(put(tmp_path / "elsewhere", "monet", inverting, version=2))
    assert catalog.get("monet") == new
    assert (catalog.get("monet@1"), catalog.get("monet@2")) == (old, new)
    with pytest.raises(UnknownStyle):
        catalog.get("monet@3")


def test_the_own_folder_comes_first(catalog, tmp_path):
    put(tmp_path / "own", "monet", inverting)
    assert catalog.path("monet").parent == tmp_path / "own"


def test_what_was_added_can_be_removed_in_all_its_versions(catalog, tmp_path):
    for version in (1, 2):
        catalog.publish(put(tmp_path / "elsewhere", "mine", version=version))
    catalog.remove("mine")
    assert catalog.names() == ["monet", "ukiyoe"]
    assert list((tmp_path / "own").iterdir()) == []


def test_what_is_built_in_cannot_be_removed(catalog, tmp_path):
    with pytest.raises(Forbidden, match="built in"):
        catalog.remove("monet")
    with pytest.raises(UnknownStyle):
        catalog.remove("nobody")
    assert (tmp_path / "built-in" / "monet.onnx").exists()


def test_removing_a_new_version_brings_the_built_in_one_back(catalog, tmp_path):
    catalog.publish(put(tmp_path / "elsewhere", "monet", inverting, version=2))
    catalog.remove("monet")
    assert catalog.get("monet").version == 1


def test_a_folder_that_cannot_be_written_is_not_the_own_one(tmp_path, monkeypatch):
    put(tmp_path / "fixed", "monet")
    monkeypatch.setattr(os, "access", lambda place, mode: "fixed" not in str(place))
    with_own = Catalog([tmp_path / "fixed", tmp_path / "own"])
    with_own.publish(put(tmp_path / "elsewhere", "mine"))
    assert with_own.path("mine").parent == tmp_path / "own"
    with pytest.raises(Forbidden):
        Catalog([tmp_path / "fixed"]).publish(put(tmp_path / "elsewhere", "other"))


def test_publishing_and_asking_from_many_threads_holds_together(catalog, tmp_path):
    paths = [put(tmp_path / "elsewhere", f"style-{index}") for index in range(8)]

    def work(path: Path) -> str:
        catalog.publish(path)
        catalog.names()
        return catalog.get(path.stem).name

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, paths)) == [path.stem for path in paths]
    assert len(catalog.names()) == 10


def test_a_half_written_file_is_never_on_offer(catalog, tmp_path):
    path = put(tmp_path / "elsewhere", "mine")
    (tmp_path / "own").mkdir()
    shutil.copy(path, tmp_path / "own" / ".abc.part")
    assert catalog.names() == ["monet", "ukiyoe"]
