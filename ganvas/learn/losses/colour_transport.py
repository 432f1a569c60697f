"""Colours, taken together, brought to the art's: sliced optimal transport between zones' mean colours.

Along each of some directions through the cube of colours, the pictures' zones and the art's are sorted; each zone
should be where the art has the same rank (Pitie 2005, https://doi.org/10.1109/ICCV.2005.166; Rabin 2011,
https://doi.org/10.1007/978-3-642-24785-9_37). One photo need not have all of the art's colours: what is sorted are the
zones of the last pictures, too. Knows tensors only.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, normalize

from ganvas.learn.losses.memory_bank import MemoryBank

DIRECTIONS = 12


class ColourTransport(nn.Module):
    """The colours of the last zones of art and of pictures; a zone is a square of ``cell`` pixels."""

    def __init__(self, cell: int = 16, art: int = 4096, made: int = 2048) -> None:
        super().__init__()
        self.cell = cell
        self.art, self.made = MemoryBank(3, art), MemoryBank(3, made)

    def learn(self, art: Tensor) -> None:
        """Keep the zones of art, n x 3 x h x w in -1..1."""
        self.art.enqueue(self.zones(art))

    def forward(self, pictures: Tensor) -> Tensor:
        """How far, squared, the zones of pictures n x 3 x h x w are from where the art's have their ranks."""
        mine = self.zones(pictures)
        among = torch.cat([mine, self.made.vectors])
        directions = normalize(torch.randn(3, DIRECTIONS), dim=0)
        art = (self.art.vectors @ directions).sort(0).values
        ranks = (among.detach() @ directions).argsort(0).argsort(0)[: len(mine)]
        wanted = art.gather(0, ranks * (len(art) - 1) // max(len(among) - 1, 1))
        self.made.enqueue(mine)
        return 3 * (mine @ directions - wanted).square().mean()

    def zones(self, x: Tensor) -> Tensor:
        """The mean colours of the squares of n x 3 x h x w: m x 3."""
        return avg_pool2d(x.float(), self.cell).permute(0, 2, 3, 1).flatten(0, 2)
