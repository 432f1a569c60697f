"""How near pictures are to the true ones: L1, PSNR and SSIM on pairs."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ganvas.engine import session
from ganvas.learn import recipe as recipes
from ganvas.learn.data.domains import load_domains
from ganvas.learn.recipe import Recipe

FloatImage = NDArray[np.float64]
CHANGE_THRESHOLD = 12.0  # of 255: what differs less is the same


def score_pairs(recipe: Recipe, style: Path) -> dict[str, dict[str, float]]:
    """L1, PSNR and SSIM on the pairs of ``val``, of the style, of copying the photo and of the mean colour."""
    places = {key: get_validation_folder(getattr(recipe.data, key)) for key in ("source", "target")}
    data = recipes.override_settings(recipe, [f'data.{key}="{place}"' for key, place in places.items()]).data
    source, target = load_domains(data, None)
    run = session.open_network(style, "fp32")
    photos = [np.asarray(source[index], np.float64) for index in range(len(source))]
    wanted = [np.asarray(target[index], np.float64) for index in range(len(target))]
    mean = np.mean([picture.mean((0, 1)) for picture in wanted], axis=0)
    ways: dict[str, Callable[[FloatImage], FloatImage]] = {
        "style": lambda photo: stylize_photo(run, photo),
        "copy": lambda photo: photo,
        "mean colour": lambda photo: np.broadcast_to(mean, photo.shape),
    }
    return {name: compute_pair_scores([way(photo) for photo in photos], wanted, photos) for name, way in ways.items()}


def get_validation_folder(folder: str) -> str:
    """The ``val`` folder of a ``train`` folder."""
    return folder.replace("/train/", "/val/")


def stylize_photo(network: session.Session, photo: FloatImage) -> FloatImage:
    """What the style file makes of a photo h x w x 3 of 0..255, sides being multiples that it takes."""
    x = (photo.transpose(2, 0, 1)[None] / 127.5 - 1).astype(np.float32)
    return (network(np.ascontiguousarray(x))[0].transpose(1, 2, 0).clip(-1, 1) + 1) * 127.5


def compute_pair_scores(
    found: list[FloatImage], wanted: list[FloatImage], photos: list[FloatImage]
) -> dict[str, float]:
    """The means over all pictures: L1 of 255, PSNR in dB, SSIM of brightness (Wang 2004, 8 x 8 windows).

    The last is L1 where the wanted picture differs from the photo: what is blank on both sides says little.
    """
    pairs = list(zip(found, wanted, strict=True))
    changed = [np.abs(picture - photo).max(2) > CHANGE_THRESHOLD for picture, photo in zip(wanted, photos, strict=True)]
    far = [np.abs(a - b).mean(2)[place].mean() for (a, b), place in zip(pairs, changed, strict=True) if place.any()]
    return {
        "L1": float(np.mean([np.abs(a - b).mean() for a, b in pairs])),
        "PSNR": float(np.mean([10 * np.log10(255**2 / max(float(((a - b) ** 2).mean()), 1e-9)) for a, b in pairs])),
        "SSIM": float(np.mean([compute_ssim(a.mean(2), b.mean(2)) for a, b in pairs])),
        "L1 where it changes": float(np.mean(far)) if far else 0.0,
    }


def compute_ssim(a: FloatImage, b: FloatImage) -> float:
    """SSIM over windows of 8 x 8, h x w each."""
    one, two = (take_windows(x) for x in (a, b))
    means, variances = (one.mean(2), two.mean(2)), (one.var(2), two.var(2))
    together = (one * two).mean(2) - means[0] * means[1]
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    top = (2 * means[0] * means[1] + c1) * (2 * together + c2)
    return float((top / ((means[0] ** 2 + means[1] ** 2 + c1) * (variances[0] + variances[1] + c2))).mean())


def take_windows(x: FloatImage) -> FloatImage:
    """All 8 x 8 windows of h x w, two pixels apart: rows x columns x 64."""
    view = np.lib.stride_tricks.sliding_window_view(x, (8, 8))[::2, ::2]
    return view.reshape(*view.shape[:2], 64)
