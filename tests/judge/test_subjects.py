"""What can be judged: styles, style files, folders by name, loose pictures, the photos; and what is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganvas.engine.engine import Engine
from ganvas.errors import BadData, BadStyle, UnknownStyle
from ganvas.judge.subjects import resolve_subject
from ganvas.style.catalog import Catalog
from ganvas.style.file import load_style, rewrite_style


@pytest.fixture
def subject_engine(style_folder: Path) -> Engine:
    """An engine over the test styles."""
    return Engine(Catalog([style_folder]))


@pytest.fixture
def photo_paths(tmp_path: Path) -> list[Path]:
    """Names of photos; what is in them is given beside them."""
    return [tmp_path / "photos" / f"{name}.jpg" for name in ("hill", "lake")]


def write_grey_picture(folder: Path, name: str, size: tuple[int, int] = (128, 96)) -> None:
    """A grey picture, width x height."""
    folder.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (90, 90, 90)).save(folder / name)


def test_identity_is_the_photo(subject_engine: Engine, photo_paths: list[Path], tmp_path: Path, pixels: np.ndarray):
    subject = resolve_subject("identity", subject_engine, photo_paths, tmp_path)
    assert subject.make_picture is not None
    assert subject.make_picture(photo_paths[0], pixels) is pixels


def test_a_style_is_served_by_the_engine(
    subject_engine: Engine, photo_paths: list[Path], tmp_path: Path, pixels: np.ndarray
):
    subject = resolve_subject("inverting", subject_engine, photo_paths, tmp_path)
    assert subject.make_picture is not None
    np.testing.assert_array_equal(
        subject.make_picture(photo_paths[0], pixels), subject_engine.apply("inverting", pixels)
    )
    assert subject.about["sha256"] == subject_engine.catalog.get("inverting").sha256


def test_a_style_file_needs_not_be_on_offer(
    style_folder: Path, photo_paths: list[Path], tmp_path: Path, pixels: np.ndarray
):
    subject = resolve_subject(str(style_folder / "inverting.onnx"), Engine(Catalog([])), photo_paths, tmp_path)
    assert subject.make_picture is not None
    assert subject.name == "inverting.onnx"
    np.testing.assert_array_equal(
        subject.make_picture(photo_paths[0], pixels), Engine(Catalog([style_folder])).apply("inverting", pixels)
    )


def test_a_folder_gives_pictures_by_name(
    subject_engine: Engine, photo_paths: list[Path], tmp_path: Path, pixels: np.ndarray
):
    write_grey_picture(tmp_path / "made", "hill.png")
    write_grey_picture(tmp_path / "made", "lake.png", (64, 48))
    subject = resolve_subject(str(tmp_path / "made"), subject_engine, photo_paths, tmp_path)
    assert subject.make_picture is not None
    for photo in photo_paths:
        assert subject.make_picture(photo, pixels).shape == pixels.shape
    assert subject.about["formats"] == [".png"]


def test_a_folder_that_lacks_some_is_refused(subject_engine: Engine, photo_paths: list[Path], tmp_path: Path):
    write_grey_picture(tmp_path / "made", "hill.png")
    with pytest.raises(BadData, match=r"lacks pictures of 1 photos \(lake"):
        resolve_subject(str(tmp_path / "made"), subject_engine, photo_paths, tmp_path)


def test_a_picture_of_other_proportions_is_refused(
    subject_engine: Engine, photo_paths: list[Path], tmp_path: Path, pixels: np.ndarray
):
    for name in ("hill.png", "lake.png"):
        write_grey_picture(tmp_path / "made", name, (100, 100))
    subject = resolve_subject(str(tmp_path / "made"), subject_engine, photo_paths, tmp_path)
    assert subject.make_picture is not None
    with pytest.raises(BadData, match="100 x 100, the photo 128 x 96"):
        subject.make_picture(photo_paths[0], pixels)


def test_pictures_of_no_photos_are_loose(subject_engine: Engine, photo_paths: list[Path], tmp_path: Path):
    write_grey_picture(tmp_path / "paintings", "monet.jpg")
    subject = resolve_subject(str(tmp_path / "paintings"), subject_engine, photo_paths, tmp_path)
    assert subject.make_picture is None
    assert [path.name for path in subject.unpaired_pictures] == ["monet.jpg"]


def test_an_empty_folder_is_refused(subject_engine: Engine, photo_paths: list[Path], tmp_path: Path):
    (tmp_path / "nothing").mkdir()
    with pytest.raises(BadData, match="No pictures"):
        resolve_subject(str(tmp_path / "nothing"), subject_engine, photo_paths, tmp_path)


def test_what_is_not_there_is_named(subject_engine: Engine, photo_paths: list[Path], tmp_path: Path):
    with pytest.raises(UnknownStyle):
        resolve_subject("invertin", subject_engine, photo_paths, tmp_path)
    with pytest.raises(BadStyle, match="There is no"):
        resolve_subject(str(tmp_path / "none.onnx"), subject_engine, photo_paths, tmp_path)


def test_a_style_that_takes_no_photo_is_refused(
    subject_engine: Engine, photo_paths: list[Path], style_folder: Path, tmp_path: Path
):
    class SamplerCatalog(Catalog):
        """A catalogue whose styles are all samplers."""

        def get(self, name: str):
            return replace(super().get(name), kind="sampler")

    with pytest.raises(BadStyle, match="makes pictures from nothing"):
        resolve_subject("copying", Engine(SamplerCatalog([style_folder])), photo_paths, tmp_path)


def test_a_file_that_lies_of_itself_is_refused(style_folder: Path, photo_paths: list[Path], tmp_path: Path):
    path = style_folder / "blurring.onnx"
    rewrite_style(path, replace(load_style(path), halo=0))
    with pytest.raises(BadStyle):
        resolve_subject(str(path), Engine(Catalog([])), photo_paths, tmp_path)
