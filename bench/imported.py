"""A generator that others trained, imported: its pictures against those of its own code. Knows vintagify's wheel.

Run by hand, since the wheel weighs 42 MB:

    pip download --no-deps vintagify==0.1.2
    python -m bench.imported vintagify-0.1.2-py3-none-any.whl

The generator's file is loaded out of the wheel by itself; nothing else of the package is imported.
"""

import sys
import tempfile
import zipfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ganvas.engine import session
from ganvas.learn.export import write
from ganvas.learn.interchange import Claim, adopt, read
from ganvas.learn.method import Product
from ganvas.style import Style

CODE, WEIGHTS = "vintagify/generator.py", "vintagify/resources/G_A2B_epoch33.pth"
LEVEL = 2 / 255  # one level of 255 in -1..1


def compare(wheel: Path, size: tuple[int, int] = (256, 320)) -> dict[str, float]:
    """The largest differences, in levels of 255, of torch and of the style file from their network on one tensor."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheel) as archive:
        code, weights = (Path(archive.extract(name, folder)) for name in (CODE, WEIGHTS))
        theirs = loaded(code).ResnetGenerator().eval()
        theirs.load_state_dict(read(weights))
        ours = adopt(read(weights), Claim("resnet9"))
        torch.manual_seed(0)
        x = torch.nn.functional.interpolate(torch.rand(1, 3, 32, 40) * 2 - 1, size, mode="bicubic").clamp(-1, 1)
        with torch.no_grad():
            wanted, found = theirs(x), ours(x)
        path = Path(folder) / "vintage.onnx"
        write(Product(ours, multiple=ours.multiple), Style("vintage", {"en": "Vintage"}, multiple=4), path)
        served = session.open(path, "fp32")(x.numpy())
        apart = {"torch": float((found - wanted).abs().max()), "file": float(np.abs(served - wanted.numpy()).max())}
        return {name: value / LEVEL for name, value in apart.items()}


def loaded(path: Path) -> Any:
    """A Python file as a module."""
    spec = spec_from_file_location("their_generator", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is no Python file.")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    differences = compare(Path(sys.argv[1]))
    sys.stdout.write("".join(f"{name}: at most {value:.4f} levels of 255\n" for name, value in differences.items()))
    sys.exit(max(differences.values()) > 1)
