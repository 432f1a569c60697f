"""Export: a run -> a style file that a caller can trust.

The file is refused when torch and the file disagree: what was trained is what is served.
"""

import dataclasses
import logging
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch

from ganvas import __version__
from ganvas.engine import session
from ganvas.engine.engine import Engine
from ganvas.errors import BadRun, MissingDependency
from ganvas.image import Photo, decode, encode
from ganvas.learn import recipe as recipes
from ganvas.learn.data.batches import shrink_to_edge
from ganvas.learn.methods import METHODS
from ganvas.learn.methods.protocol import TrainedGenerator
from ganvas.learn.recipe import Recipe
from ganvas.learn.training import checkpoints
from ganvas.learn.training.run import Run
from ganvas.style.catalog import Catalog
from ganvas.style.file import Style, rewrite_style, save_style

PARITY_SIZES = ((1, 64, 64), (1, 96, 132), (2, 128, 80), (1, 256, 256))
OPSET = 18
PARITY_TOLERANCE = 2e-3  # of -1..1, a quarter of a level of 255
PREVIEW_EDGE = 480


def export_run(run: Path, path: Path, checkpoint: str = "best") -> list[Style]:
    """Write the style files of a run: ``path``, and beside it one for each further network that the method gives.

    ``checkpoint``: ``best`` by its validation scores (the last, where none were made), ``last``, or a candidate's step.

    Raises:
        BadRun: no such checkpoint, or torch and the file disagree by more than TOLERANCE.
    """
    recipe = Run(run).load_recipe()
    method = METHODS[recipe.method](recipe.options)
    state = checkpoints.load_selected_checkpoint(Run(run), method, checkpoint)
    state["choice"] = {"best": Run(run).find_best_step(), "trials": Run(run).read_candidate_scores()}
    return [export_generator(recipe, state, product, path) for product in method.list_generators()]


def export_generator(recipe: Recipe, state: Mapping[str, Any], generator: TrainedGenerator, path: Path) -> Style:
    """One network as a style file, checked against torch and with a preview on the recipe's photo."""
    path = path.with_stem(path.stem + generator.suffix)
    style = write_style(generator, make_style_metadata(recipe, state, generator), path)
    return rewrite_style(path, dataclasses.replace(style, preview=render_style_preview(recipe, style, path)))


def write_style(product: TrainedGenerator, style: Style, path: Path) -> Style:
    """A network as a style file that says how far it is from torch.

    Raises:
        BadRun: by more than TOLERANCE.
    """
    product.generator.eval().float()
    style = save_style(export_to_onnx(product), style, path)
    parity = {precision: measure_disagreement(product, path, precision) for precision in ("fp32", "bf16")}
    if parity["fp32"] > PARITY_TOLERANCE:
        path.unlink()
        raise BadRun(f"Torch and the file disagree by {parity['fp32']:.2g}.", "Report it, with the run's recipe.")
    return rewrite_style(path, dataclasses.replace(style, parity=parity))


def make_style_metadata(recipe: Recipe, state: Mapping[str, Any], product: TrainedGenerator) -> Style:
    """What the file says of itself, but for what is measured on the file."""
    about, data = recipe.about, recipe.data
    beside = dataclasses.replace(data.unpaired, source=Path(data.unpaired.source).name)
    shared = dataclasses.replace(data, source=Path(data.source).name, target=Path(data.target).name, unpaired=beside)
    return Style(
        name=recipe.name + product.suffix,
        title=about.title or {"en": recipe.name},
        kind=product.kind,
        method=recipe.method,
        halo=product.halo,
        fixed_halo=product.fixed_halo,
        multiple=product.multiple,
        canvas=about.canvas,
        drawing=about.drawing,
        grain=product.grain,
        texture=product.texture,
        cells=product.cells,
        strokes=product.strokes.plain(),
        artist=about.artist,
        licence=about.licence,
        source=about.source,
        recipe=recipes.serialise_recipe(dataclasses.replace(recipe, data=shared)),
        card=about.card,
        made={
            "steps": state["step"],
            "pictures": state["step"] * data.batch,
            "seconds": round(state["seconds"]),
            "threads": recipe.schedule.threads,
            "torch": torch.__version__,
            "ganvas": __version__,
            **summarise_selection(state["choice"]),
        },
    )


def summarise_selection(selection: Mapping[str, Any]) -> dict[str, Any]:
    """The candidates' validation scores and the best of them, as a file says it; nothing where there were none."""
    if not selection["trials"]:
        return {}
    return {
        "best": selection["best"],
        "validation": {str(step): dict(found) for step, found in selection["trials"].items()},
    }


def export_to_onnx(product: TrainedGenerator) -> onnx.ModelProto:
    """The network as plain ONNX with free batch, height and width, without traces of the machine that made it."""
    name = "z" if product.kind == "sampler" else "x"
    axes = {0: torch.export.Dim("n", min=1, max=64)}
    if product.kind == "transfer":
        axes |= {2: product.multiple * torch.export.Dim("h"), 3: product.multiple * torch.export.Dim("w")}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    example = product.make_example_input(2, *round_up_size(128, 192, product.multiple))
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            product.generator, (example,), input_names=[name], output_names=["y"],
            dynamic_shapes=(axes,), opset_version=OPSET, dynamo=True, verbose=False,
        )  # fmt: skip
    if program is None:
        raise BadRun("The network could not be exported.", "Report it, with the run's recipe.")
    return strip_exporter_notes(program.model_proto)


def round_up_size(height: int, width: int, multiple: int) -> tuple[int, int]:
    """The next larger sizes that the network can take; twice the multiple, so that no side inside is 1."""
    return tuple(max(2, -(-side // multiple)) * multiple for side in (height, width))  # pyright: ignore


def strip_exporter_notes(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model without source lines, stack traces and other notes of the exporter."""
    ends = (*model.graph.input, *model.graph.output)
    for part in (model, model.graph, *model.graph.node, *ends):
        part.ClearField("doc_string")
        part.ClearField("metadata_props")
    model.graph.ClearField("value_info")
    return model


def measure_disagreement(product: TrainedGenerator, path: Path, precision: session.Precision) -> float:
    """The largest difference between torch in fp32 and the file, over inputs of several sizes, in -1..1."""
    run, worst = session.open_network(path, precision), 0.0
    torch.manual_seed(0)
    for count, height, width in PARITY_SIZES:
        x = product.make_example_input(count, *round_up_size(height, width, product.multiple))
        with torch.no_grad():
            y = product.generator(x).numpy()
        worst = max(worst, float(np.abs(run(x.numpy()) - y).max()))
    return worst


def render_style_preview(recipe: Recipe, style: Style, path: Path) -> bytes:
    """A WebP of what the file makes of the recipe's preview photo, through the engine that serves it; else nothing."""
    if not recipe.about.preview or style.kind != "transfer":
        return b""
    photo = Path(recipe.about.preview)
    if not photo.is_absolute():
        photo = Path(recipe.data.source).parent / photo
    if not photo.is_file():
        raise MissingDependency(
            f"The preview photo {photo} is missing.", "Set about.preview to a photo that may be shown."
        )
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "style.onnx").symlink_to(path.absolute())
        pixels = Engine(Catalog([Path(folder)])).apply(style.name, decode(photo.read_bytes()).pixels)
    return encode(Photo(shrink_to_edge(pixels, PREVIEW_EDGE)), "webp", 82)
