"""A generator with its exponential moving average and its optimiser."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from ganvas.learn.methods.protocol import ExponentialMovingAverage, TrainingBatch, UnpairedBatch, make_adam
from ganvas.learn.nets.factory import AnyGenerator


@dataclass(frozen=True)
class OptimisationOptions:
    """How weights go down, for any method.

    ``half_life`` of the generator's average in pictures, 0 for none. ``accumulate``: the batch is taken in so many
    parts whose gradients add up, for batches that memory does not hold. ``bf16``: whether forward passes may be
    computed in bf16, where the schedule's ``precision`` chooses it. ``clip``: the longest gradient of the generator's,
    0 for none: where losses begin one after the other, the first gradients of a new one would otherwise throw it off.
    """

    generator_rate: float = 2e-4
    discriminator_rate: float = 2e-4
    betas: tuple[float, float] = (0.5, 0.999)
    half_life: float = 0.0
    accumulate: int = 1
    bf16: bool = True
    clip: float = 0.0


class GeneratorTrainer:
    """A generator ``live``, its average ``generator`` (what is given away), and the optimiser."""

    def __init__(self, network: AnyGenerator, options: OptimisationOptions) -> None:
        self.network: AnyGenerator = network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        self.ema_generator = deepcopy(self.network).eval()
        self.ema = ExponentialMovingAverage(self.network, self.ema_generator, options.half_life)
        self.optimizer = make_adam(self.network, options.generator_rate, options.betas)

    def update_ema(self, batch_size: int, step: int) -> None:
        """Let the average follow after a step of ``pictures`` pictures."""
        self.ema.update(batch_size, (step + 1) * batch_size)

    @torch.no_grad()
    def generate(self, x: Tensor) -> Tensor:
        """What the average makes of x, in float32."""
        return self.ema_generator(x)

    def state_dict(self) -> dict[str, Any]:
        """Weights and the optimiser's state."""
        return collect_states({"live": self.network, "generator": self.ema_generator, "optimizer": self.optimizer})

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """The inverse of ``state_dict``."""
        restore_states(state, {"live": self.network, "generator": self.ema_generator, "optimizer": self.optimizer})


def collect_states(components: dict[str, Any]) -> dict[str, Any]:
    """The states of named parts."""
    return {name: part.state_dict() for name, part in components.items()}


def restore_states(state: dict[str, Any], components: dict[str, Any]) -> None:
    """Give each named part its state back."""
    for name, part in components.items():
        part.load_state_dict(state[name])


def split_batch(batch: TrainingBatch, count: int) -> list[TrainingBatch]:
    """The batch in ``count`` parts of equal size."""
    tensors = (batch.source.chunk(count), batch.target.chunk(count), batch.grain.chunk(count))
    parts = [TrainingBatch(batch.step, *part) for part in zip(*tensors, strict=True)]
    if batch.unpaired is None:
        return parts
    beside = zip(*(side.chunk(count) for side in batch.unpaired), strict=True)
    return [replace(part, unpaired=UnpairedBatch(*sides)) for part, sides in zip(parts, beside, strict=True)]


def set_frozen(networks: Sequence[nn.Module], frozen: bool) -> None:
    """Stop, or let through again, gradients to the weights; those to the pictures pass either way."""
    for network in networks:
        network.requires_grad_(not frozen)
