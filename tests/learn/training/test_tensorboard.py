"""TensorBoard's files, read by TensorBoard's own reader."""

import importlib

import numpy as np
import pytest

from ganvas.image import Photo, encode
from ganvas.learn.training.report import write_tensorboard
from ganvas.learn.training.run import Run
from tests.learn.conftest import make_tiny_recipe

MISSING_TENSORBOARD = "TensorBoard is not installed: pip install tensorboard"
LOSSES = {"discriminator": [0.5, 0.375, 0.25], "content": [1.5, 1.0, 0.75]}


@pytest.fixture
def run(domains, tmp_path) -> Run:
    """A run of three logged steps and one diagnosis."""
    written = Run(tmp_path / "run")
    written.create(make_tiny_recipe("house", domains, 3))
    for step in range(3):
        losses = {name: values[step] for name, values in LOSSES.items()}
        written.append_log({"step": 20 * step, **losses, "seconds": 1.0 + step})
    about = {"what": "The generator gives the photo back.", "evidence": {"mean difference": 0.01}, "done": ""}
    written.samples_folder.mkdir(exist_ok=True)
    (written.samples_folder / "step-000040.jpg").write_bytes(
        encode(Photo(np.full((8, 12, 3), 200, np.uint8)), "jpeg", 90)
    )
    written.append_log({"step": 40, "diagnosis": "does nothing", **about, "change": "Halve content."})
    return written


@pytest.mark.filterwarnings("ignore")  # those of TensorBoard's own modules
def test_what_is_written_is_read_by_tensorboard_itself(run, tmp_path):
    pytest.importorskip("tensorboard", reason=MISSING_TENSORBOARD)
    reader = importlib.import_module("tensorboard.backend.event_processing.event_accumulator")
    assert write_tensorboard(run, tmp_path / "board") == 6

    board = reader.EventAccumulator(str(tmp_path / "board"))
    board.Reload()
    tags = board.Tags()
    assert set(tags["scalars"]) == set(LOSSES), "seconds are no loss"
    for name, values in LOSSES.items():
        assert [(event.step, event.value) for event in board.Scalars(name)] == list(
            zip((0, 20, 40), values, strict=True)
        )
    (sheet,) = board.Images("samples")
    assert (sheet.step, sheet.height, sheet.width) == (40, 8, 12)
    (said,) = (board.Tensors(tag) for tag in tags["tensors"] if tag.startswith("doctor"))
    assert [event.step for event in said] == [40]
    assert said[0].tensor_proto.string_val[0].decode() == "The generator gives the photo back. Halve content."
