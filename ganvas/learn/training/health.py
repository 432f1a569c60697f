"""Health figures of a run: of its pictures and of its losses."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

POOL_SIZE = 8
LUMA_WEIGHTS = (0.299, 0.587, 0.114)
# The discriminator's mean loss under which it is as good as sure, by objective; guessing is 1.39, 0.5 and 2.
WINNING_LOSSES = {"vanilla": 0.1, "least-squares": 0.06, "hinge": 0.1}


def compute_luma(x: Tensor) -> Tensor:
    """n x 3 x h x w to the brightness n x 1 x h x w."""
    return (x * x.new_tensor(LUMA_WEIGHTS).view(1, 3, 1, 1)).sum(1, keepdim=True)


def measure_change(picture: Tensor, photo: Tensor) -> float:
    """The mean absolute difference, in -1..1."""
    return float((picture - photo).abs().mean())


def correlate_brightness(picture: Tensor, photo: Tensor) -> float:
    """The correlation of the brightness of cells, -1 to 1: below 0 light has become dark."""
    cells = [avg_pool2d(compute_luma(x), POOL_SIZE).flatten() for x in (picture, photo)]
    return float(torch.corrcoef(torch.stack(cells))[0, 1].nan_to_num())


def measure_diversity(x: Tensor) -> float:
    """The mean absolute difference of pairs of pictures n x 3 x h x w, seen in cells."""
    small = avg_pool2d(x, POOL_SIZE).flatten(1)
    return float(torch.pdist(small, 1).mean() / small.shape[1]) if len(x) > 1 else 0.0


def measure_grid_artefacts(x: Tensor) -> float:
    """How far the strengths of patterns with a period of 2 and 4 pixels stand above those of their neighbours.

    1 is as strong as they; a picture without a grid has 1 to 5. n x 3 x h x w, sides multiples of 4 and at least 32.
    """
    centred = compute_luma(x) - compute_luma(x).mean((2, 3), keepdim=True)
    power = torch.fft.fft2(centred[:, 0]).abs().square().mean(0)  # h x w
    h, w = power.shape
    places = [(h // 2, 0), (0, w // 2), (h // 2, w // 2), (h // 4, 0), (0, w // 4), (h // 4, w // 4)]
    return max(float(power[place] / measure_neighbour_power(power, place)) for place in places)


def measure_neighbour_power(power: Tensor, place: tuple[int, int]) -> Tensor:
    """The median strength of the frequencies two and three steps away."""
    h, w = power.shape
    steps = [(a, b) for a in range(-3, 4) for b in range(-3, 4) if max(abs(a), abs(b)) >= 2]
    return torch.stack([power[(place[0] + a) % h, (place[1] + b) % w] for a, b in steps]).median() + 1e-9


def measure_blotches(picture: Tensor, photo: Tensor) -> float:
    """The share of cells that are far from the photo while most cells are near it."""
    far = avg_pool2d((picture - photo).abs().mean(1, keepdim=True), POOL_SIZE).flatten()
    return float((far > 4 * far.median() + 0.5).float().mean())


def is_discriminator_winning(objective: str, lines: Sequence[Mapping[str, float]]) -> bool:
    """Whether the discriminator has told art from pictures with hardly a doubt over these logged steps."""
    if objective not in WINNING_LOSSES or not all("discriminator" in line for line in lines):
        return False
    return sum(line["discriminator"] for line in lines) / len(lines) < WINNING_LOSSES[objective]


def measure_loss_spikes(lines: Sequence[Mapping[str, float]]) -> float:
    """The largest of a loss over its median, of the loss that jumps most: 1 to 3 in a calm run."""
    names = [name for name in lines[0] if name not in ("step", "seconds", "real", "fake", "strength")]
    worst = 1.0
    for name in names:
        values = sorted(abs(line.get(name, 0.0)) for line in lines)
        worst = max(worst, values[-1] / (values[len(values) // 2] + 0.1))
    return worst


def measure_memorisation(train_logit: float, validation_logit: float, fake_logit: float) -> float:
    """How much more the discriminator likes art that it learnt from than unseen art, of how much more than pictures.

    0: it judges, 1: it has learnt its art by heart (r_v of Karras 2020, https://arxiv.org/abs/2006.06676, equation 1).
    """
    return (train_logit - validation_logit) / (train_logit - fake_logit) if train_logit - fake_logit > 0.2 else 0.0
