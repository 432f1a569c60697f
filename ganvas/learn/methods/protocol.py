"""The Method protocol: what the training loop calls, and the batches that it is given."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple, Protocol

import torch
from torch import Tensor, nn

from ganvas.learn.training.precision import Precision
from ganvas.style.noise import NOISE_CHANNELS
from ganvas.style.stroke_settings import StrokeSettings


class UnpairedBatch(NamedTuple):
    """Photos that have no true picture, and as much art: n x 3 x h x w in -1..1 each."""

    photos: Tensor
    art: Tensor


@dataclass(frozen=True)
class TrainingBatch:
    """What one step sees: n x 3 x h x w in -1..1 each; ``grain`` has mean 0 and deviation 1.

    ``beside``: what is shown beside pairs, at a size and in a number of its own.
    """

    step: int
    source: Tensor
    target: Tensor
    grain: Tensor
    unpaired: UnpairedBatch | None = None


@dataclass(frozen=True)
class TrainedGenerator:
    """A network that a method gives away, and what a caller must know of it; see ``ganvas.style.file.Style``.

    ``fixed_halo`` is the halo once the norms are given statistics. ``texture``: channels of noise follow the photo's.
    ``strokes``: channels of a stroke map follow last, made by these settings.
    ``inputs`` is the width of a sampler's noise. ``suffix`` is added to the style's name where a method gives several.
    """

    generator: nn.Module
    kind: str = "transfer"
    halo: int | None = None
    fixed_halo: int | None = None
    multiple: int = 1
    grain: float = 0.0
    texture: bool = False
    cells: bool = False
    strokes: StrokeSettings = field(default_factory=StrokeSettings)
    latent_size: int = 0
    suffix: str = ""

    def make_example_input(self, count: int, height: int, width: int) -> Tensor:
        """An input by chance: count x channels x height x width, or count x inputs for a sampler.

        The channels are 3, with texture 6, and STROKE_CHANNELS more with strokes.
        """
        if self.latent_size:
            return torch.randn(count, self.latent_size)
        photos = torch.rand(count, 3, height, width) * 2 - 1
        noise = torch.randn(count, NOISE_CHANNELS if self.texture else 0, height, width)
        return torch.cat([photos, noise, torch.rand(count, self.strokes.channels, height, width) * 2 - 1], 1)


class Method(Protocol):
    """Owns networks, losses and optimisers; ``Options`` is its settings, ``products`` what export takes.

    ``precision`` is what its steps compute in; who trains it sets it before the first.
    """

    Options: ClassVar[type]
    precision: Precision

    def __init__(self, options: Any) -> None: ...

    def calibrate(self, batches: Sequence[TrainingBatch]) -> None:
        """Fix what is measured on data before the first step."""
        ...

    def train_step(self, batch: TrainingBatch, rate_factor: float) -> dict[str, Tensor]:
        """One update of all networks; ``rate`` multiplies the learning rates. Returns the losses, detached."""
        ...

    def generate(self, batch: TrainingBatch) -> Tensor:
        """What the style would make of ``batch.source`` now, n x 3 x h x w in -1..1."""
        ...

    def list_generators(self) -> list[TrainedGenerator]:
        """The networks for export, averaged where an average is kept."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """All that a resumed run needs."""
        ...

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """The inverse of ``state_dict``."""
        ...


class ExponentialMovingAverage:
    """An exponential moving average of a network's weights (Yazici 2018, https://arxiv.org/abs/1806.04498).

    The half-life is in pictures, so that it does not change with the batch (Karras 2022); while few pictures were
    seen, it is a tenth of them.
    """

    def __init__(self, network: nn.Module, average_network: nn.Module, half_life: float) -> None:
        self.network, self.average_network, self.half_life = network, average_network, half_life
        average_network.load_state_dict(network.state_dict())
        average_network.requires_grad_(False)

    @torch.no_grad()
    def update(self, batch_size: int, total_pictures: int) -> None:
        """After a step on ``pictures`` pictures, ``seen`` in all."""
        half_life = min(self.half_life, max(total_pictures, 1) / 10)
        keep = 0.5 ** (batch_size / max(half_life, 1e-6))
        for mine, theirs in zip(self.average_network.parameters(), self.network.parameters(), strict=True):
            mine.lerp_(theirs, 1 - keep)
        for mine, theirs in zip(self.average_network.buffers(), self.network.buffers(), strict=True):
            mine.copy_(theirs)


def step_optimizer(optimizer: torch.optim.Optimizer, rate_factor: float, clip: float = 0.0) -> None:
    """A step along the gradients that have added up, with the learning rate times ``rate``.

    ``clip``: the longest that they may be together, 0 for any length.
    """
    if clip:
        nn.utils.clip_grad_norm_([p for group in optimizer.param_groups for p in group["params"]], clip)
    for group in optimizer.param_groups:
        group["lr"] = group["initial_lr"] * rate_factor
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


def backward_and_step(optimizer: torch.optim.Optimizer, loss: Tensor, rate_factor: float, clip: float = 0.0) -> None:
    """One step down the loss with the optimiser's learning rate times ``rate``; ``clip`` as in ``advance``."""
    loss.backward()  # pyright: ignore[reportUnknownMemberType]
    step_optimizer(optimizer, rate_factor, clip)


def make_adam(network: nn.Module, learning_rate: float, betas: tuple[float, float]) -> torch.optim.Adam:
    """Adam with the learning rate kept as ``initial_lr`` for ``advance``."""
    optimizer = torch.optim.Adam([p for p in network.parameters() if p.requires_grad], learning_rate, betas)
    for group in optimizer.param_groups:
        group["initial_lr"] = learning_rate
    return optimizer
