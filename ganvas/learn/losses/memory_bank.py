"""A memory bank: the last feature vectors, the oldest making room for new ones."""

import torch
from torch import Tensor, nn


class MemoryBank(nn.Module):
    """The last ``size`` vectors, each ``width`` wide."""

    kept: Tensor
    seen: Tensor

    def __init__(self, width: int, size: int) -> None:
        super().__init__()
        self.register_buffer("kept", torch.zeros(size, width))
        self.register_buffer("seen", torch.zeros((), dtype=torch.int64))

    @property
    def vectors(self) -> Tensor:
        """The vectors that are there: m x width."""
        return self.kept[: int(self.seen)]

    @torch.no_grad()
    def enqueue(self, new: Tensor) -> None:
        """The last of n x width in place of the oldest."""
        new = new[-len(self.kept) :]
        begun = int(self.seen)
        self.kept[torch.arange(begun, begun + len(new)) % len(self.kept)] = new.detach()
        self.seen += len(new)
