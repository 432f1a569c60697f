"""A replay buffer: the discriminator learns again from the features of recent crops.

Heads on frozen features cost little, and what the features saw of a crop need not be looked for twice. A
discriminator that learns from a few crops a step falls behind its generator; one that goes over the last ones again
keeps up (replay of old pictures: Shrivastava 2017, https://arxiv.org/abs/1612.07828, section 2.3, there for memory).
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from ganvas.learn.training.precision import computing_dtype


class ReplayBuffer:
    """The maps of the last ``size`` crops, by layer, in bf16; ``again`` of them are looked at again at each step."""

    def __init__(self, replayed: int, size: int) -> None:
        self.replayed, self.size = replayed, size
        self.entries: list[dict[str, Tensor]] = []

    def extend_with_replay(self, maps: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """These maps, n x c x h x w each, with up to ``again`` earlier ones behind them; these are kept, too."""
        kind = computing_dtype()
        new = {name: found.detach().to(kind) for name, found in maps.items()}
        chosen = torch.randperm(len(self.entries))[: self.replayed].tolist()
        old = {name: [self.entries[place][name] for place in chosen] for name in new}
        crops = len(next(iter(new.values())))
        self.entries += [{name: found[crop].bfloat16().clone() for name, found in new.items()} for crop in range(crops)]
        self.entries = self.entries[-self.size :]
        return {name: torch.cat([found, *(one[None].to(kind) for one in old[name])]) for name, found in new.items()}

    def state_dict(self) -> dict[str, Any]:
        """The maps."""
        return {"kept": list(self.entries)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """The inverse of ``state_dict``."""
        self.entries = list(state["kept"])
