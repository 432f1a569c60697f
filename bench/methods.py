"""The methods side by side: time, memory and figures of the recipes in recipes/methods. Knows runs, trains them.

Run by hand; each call is one long training, and its line goes into docs/lab-log.md:

    python -m bench.methods pairs recipes/methods/openmoji-house-pairs.toml --minutes 60
    python -m bench.methods style recipes/methods/ukiyoe-cut.toml --minutes 25
    python -m bench.methods advice ../shared/data/photos ../shared/data/ukiyoe --minutes 25

``pairs`` judges on the ``val`` folder beside ``train``; ``style`` leaves the scores to ``ganvas judge``.
"""

import argparse
import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganvas.advise.advice import advise
from ganvas.advise.facts import gather
from ganvas.advise.rules import Wish
from ganvas.engine import session
from ganvas.learn import loop
from ganvas.learn import recipe as recipes
from ganvas.learn.domains import domains
from ganvas.learn.export import export
from ganvas.learn.recipe import Recipe
from ganvas.learn.run import Run

Table = NDArray[np.float64]


def trained(recipe: Recipe, folder: Path) -> dict[str, float]:
    """Train, or go on, and export; seconds a step and the largest memory in MiB."""
    if (folder / "recipe.toml").exists():
        loop.resume(folder)
    else:
        loop.train(recipe, folder)
    export(folder, folder / f"{recipe.name}.onnx")
    last = Run(folder).lines()[-1]
    return {
        "steps": last["step"] + 1,
        "seconds a step": round(last["seconds"] / (last["step"] + 1), 4),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def judged(recipe: Recipe, folder: Path) -> dict[str, dict[str, float]]:
    """L1, PSNR and SSIM on the pairs of ``val``, of the style, of copying the photo and of the mean colour."""
    data = recipes.change(
        recipe, [f'data.source="{beside(recipe.data.source)}"', f'data.target="{beside(recipe.data.target)}"']
    )
    source, target = domains(data.data, None)
    run = session.open(folder / f"{recipe.name}.onnx", "fp32")
    photos = [np.asarray(source[index], np.float64) for index in range(len(source))]
    wanted = [np.asarray(target[index], np.float64) for index in range(len(target))]
    mean = np.mean([picture.mean((0, 1)) for picture in wanted], axis=0)
    ways: dict[str, Callable[[Table], Table]] = {
        "style": lambda photo: drawn(run, photo),
        "copy": lambda photo: photo,
        "mean colour": lambda photo: np.broadcast_to(mean, photo.shape),
    }
    return {name: scores([way(photo) for photo in photos], wanted) for name, way in ways.items()}


def beside(folder: str) -> str:
    """The ``val`` folder of a ``train`` folder."""
    return folder.replace("/train/", "/val/")


def drawn(run: session.Session, photo: Table) -> Table:
    """What the style file makes of a photo h x w x 3 of 0..255, sides being multiples that it takes."""
    x = (photo.transpose(2, 0, 1)[None] / 127.5 - 1).astype(np.float32)
    return (run(np.ascontiguousarray(x))[0].transpose(1, 2, 0).clip(-1, 1) + 1) * 127.5


def scores(found: list[Table], wanted: list[Table]) -> dict[str, float]:
    """The means over all pictures: L1 of 255, PSNR in dB, SSIM of brightness (Wang 2004, 8 x 8 windows)."""
    pairs = list(zip(found, wanted, strict=True))
    return {
        "L1": float(np.mean([np.abs(a - b).mean() for a, b in pairs])),
        "PSNR": float(np.mean([10 * np.log10(255**2 / max(float(((a - b) ** 2).mean()), 1e-9)) for a, b in pairs])),
        "SSIM": float(np.mean([similarity(a.mean(2), b.mean(2)) for a, b in pairs])),
    }


def similarity(a: Table, b: Table) -> float:
    """SSIM over windows of 8 x 8, h x w each."""
    one, two = (windows(x) for x in (a, b))
    means, variances = (one.mean(2), two.mean(2)), (one.var(2), two.var(2))
    together = (one * two).mean(2) - means[0] * means[1]
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    top = (2 * means[0] * means[1] + c1) * (2 * together + c2)
    return float((top / ((means[0] ** 2 + means[1] ** 2 + c1) * (variances[0] + variances[1] + c2))).mean())


def windows(x: Table) -> Table:
    """All 8 x 8 windows of h x w, two pixels apart: rows x columns x 64."""
    view = np.lib.stride_tricks.sliding_window_view(x, (8, 8))[::2, ::2]
    return view.reshape(*view.shape[:2], 64)


def advised(source: Path, target: Path, minutes: float) -> dict[str, Recipe]:
    """The recipe that is advised, and the default one, for the same minutes."""
    folders = {"source": source, "target": target}

    def measure(plain: dict[str, Any]) -> float:
        return loop.seconds_a_step(loop.threaded(recipes.build(plain)))

    advice = advise(gather(source, target), Wish(minutes), folders, "advised", measure)
    data = {name: str(folder) for name, folder in folders.items()}
    default = recipes.build({"name": "default", "data": data, "schedule": {"minutes": minutes}})
    return {"advised": recipes.build(advice.recipe), "default": default}


def main() -> None:
    """Train what is asked for and print a line of figures."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("what", choices=("pairs", "style", "advice"))
    asked.add_argument("paths", nargs="+", type=Path)
    asked.add_argument("--minutes", type=float, default=25.0)
    asked.add_argument("--runs", type=Path, default=Path("runs"))
    given = asked.parse_args()
    if given.what == "advice":
        chosen = advised(given.paths[0], given.paths[1], given.minutes)
    else:
        minutes = f"schedule.minutes={given.minutes}"
        chosen = {path.stem: recipes.change(recipes.load(path), [minutes]) for path in given.paths}
    for name, recipe in chosen.items():
        folder = given.runs / f"{name}-{given.minutes:g}"
        figures: dict[str, Any] = {"run": str(folder), "method": recipe.method, **trained(recipe, folder)}
        if given.what == "pairs":
            figures |= judged(recipe, folder)
        sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
