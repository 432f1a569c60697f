from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from ganvas.errors import BadData
from ganvas.learn.data.batches import BatchPrefetcher, DataOptions, load_picture
from ganvas.learn.data.domains import load_domains as domains_of
from ganvas.learn.training import loop
from tests.learn.conftest import make_tiny_recipe, write_pictures


def test_the_batch_is_a_function_of_the_step(domains):
    first, second = (
        loop.make_batch_function(make_tiny_recipe("house", domains)),
        loop.make_batch_function(make_tiny_recipe("house", domains)),
    )
    assert all(torch.equal(getattr(first(5), part), getattr(second(5), part)) for part in ("source", "target", "grain"))
    assert not torch.equal(first(5).source, first(6).source)


def test_making_batches_ahead_changes_none_of_them(domains):
    batch_at = loop.make_batch_function(make_tiny_recipe("house", domains))
    ahead = BatchPrefetcher(batch_at)
    assert all(torch.equal(ahead(step).source, batch_at(step).source) for step in (0, 1, 2, 7, 3))


def test_a_batch_is_as_large_as_the_recipe_says_and_in_range(domains):
    batch = loop.make_batch_function(make_tiny_recipe("house", domains))(0)
    assert batch.source.shape == batch.target.shape == batch.grain.shape == (2, 3, 32, 32)
    assert batch.source.min() >= -1 and batch.source.max() <= 1


@pytest.mark.parametrize("kind", ["grey", "sixteen bits", "transparent", "palette", "bilevel"])
def test_pictures_of_every_kind_can_be_trained_on(kind, tmp_path):
    ramp = np.linspace(0, 255, 40 * 50).reshape(40, 50).astype(np.uint8)
    made = {
        "grey": Image.fromarray(ramp),
        "sixteen bits": Image.fromarray(ramp.astype(np.uint16) * 257),
        "transparent": Image.fromarray(np.dstack([ramp, ramp, ramp, ramp])),
        "palette": Image.fromarray(ramp).convert("P"),
        "bilevel": Image.fromarray(ramp).convert("1"),
    }[kind]
    made.save(tmp_path / "picture.png")
    pixels = load_picture(tmp_path / "picture.png")
    assert pixels.shape == (40, 50, 3) and pixels.dtype == np.uint8
    if kind in ("grey", "sixteen bits"):
        assert np.abs(pixels[..., 0].astype(int) - ramp).max() <= 1
    if kind == "transparent":
        assert pixels[0, 0].min() == 255, "what is transparent lies on white"


def test_a_run_over_grey_and_sixteen_bit_pictures_learns(tmp_path):
    for name, values in (("photos", np.uint8), ("art", np.uint16)):
        folder = write_pictures(tmp_path / name, 4, 3)
        for path in folder.iterdir():
            grey = np.asarray(Image.open(path).convert("L"))
            Image.fromarray(grey.astype(values) * (257 if values is np.uint16 else 1)).save(path)
    loop.start_training(make_tiny_recipe("house", (tmp_path / "photos", tmp_path / "art"), 3), tmp_path / "run")
    assert (tmp_path / "run" / "checkpoint.pt").exists()


def test_a_broken_file_is_named(tmp_path):
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    with pytest.raises(BadData, match=r"broken.jpg cannot be trained on"):
        load_picture(tmp_path / "broken.jpg")


def test_a_picture_smaller_than_the_crop_is_enlarged(tmp_path):
    folders = write_pictures(tmp_path / "a", 3, 1, (9, 20)), write_pictures(tmp_path / "b", 3, 2, (20, 9))
    assert loop.make_batch_function(make_tiny_recipe("house", folders))(0).source.shape == (2, 3, 32, 32)


def test_an_empty_folder_says_so(tmp_path, domains):
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadData, match=r"No pictures in"):
        loop.make_batch_function(make_tiny_recipe("house", (tmp_path / "empty", domains[1])))


def test_a_recipe_may_learn_from_a_part_of_the_art(domains):
    data = DataOptions(*map(str, domains), target_only=("*1.png", "*1.jpg"))
    _, whole = domains_of(replace(data, target_only=()))
    _, part = domains_of(data)
    assert 0 < len(part) < len(whole)
    assert {path.stem[-1] for path in part.paths} == {"1"}
    with pytest.raises(BadData, match=r"No picture in .* matches nowhere"):
        domains_of(replace(data, target_only=("nowhere/*",)))


def test_pixels_that_are_meant_to_be_seen_stay_squares(domains):
    recipe = make_tiny_recipe("house", domains)
    data = replace(recipe.data, target_enlarge=4, zoom=(1.0, 1.0))
    batch_at = loop.make_batch_function(replace(recipe, data=data))
    art = torch.cat([batch_at(step).target for step in range(10)])  # n x 3 x 32 x 32
    places: list[set[int]] = []
    for picture in art:
        changes = torch.nonzero((picture[..., 1:] != picture[..., :-1]).any(0))[:, 1]  # after these the colour changes
        places.append(set((changes % 4).tolist()))
    assert any(places) and all(len(found) <= 1 for found in places)


def test_of_each_work_a_part_may_be_meant(domains):
    data = DataOptions(*map(str, domains), target_edge=4096)
    _, whole = domains_of(data)
    _, part = domains_of(replace(data, target_part=(0.25, 0.0, 1.0, 0.5)))
    for index in range(len(whole)):
        height, width = whole[index].shape[:2]
        assert np.array_equal(part[index], whole[index][: height // 2, -(-width // 4) :])
