"""CUT and FastCUT: one direction, held by contrast (Park 2020, https://arxiv.org/abs/2007.15651). Knows no pairs.

    L_G = E[(D(G(x)) - 1)^2] + lambda_x * NCE(x, G(x)) + lambda_y * NCE(y, G(y))

NCE: a place of the picture must be told, by the generator's own encoder, to come from the same place of the photo and
not from another of it. FastCUT has no second term, a stronger first one, and mirrors photos half of the time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from ganvas.learn.adversary import AdversaryOptions
from ganvas.learn.maker import DescentOptions
from ganvas.learn.method import Batch, adam
from ganvas.learn.nets.choice import GeneratorOptions
from ganvas.learn.nets.contrast import Projections, choose_places, encode
from ganvas.learn.onesided import OneSided


@dataclass(frozen=True)
class CutOptions:
    """The two networks, how they learn, and the weights: ``contrast`` of photos, ``identity`` of art.

    ``places``: how many places of each map are compared; ``temperature`` of the comparison; ``mirror``: FastCUT's.
    """

    generator: GeneratorOptions = field(default_factory=GeneratorOptions)
    adversary: AdversaryOptions = field(default_factory=AdversaryOptions)
    descent: DescentOptions = field(default_factory=DescentOptions)
    contrast: float = 1.0
    identity: float = 1.0
    mirror: bool = False
    places: int = 256
    temperature: float = 0.07


@dataclass(frozen=True)
class FastCutOptions(CutOptions):
    """CUT's settings with FastCUT's values."""

    contrast: float = 10.0
    identity: float = 0.0
    mirror: bool = True


class Cut(OneSided):
    """Photo to picture, unpaired, one generator and one discriminator."""

    Options: ClassVar[type] = CutOptions
    needs: ClassVar[str] = "both"
    generators: ClassVar[Sequence[str]] = ("resnet9", "resnet6", "local")
    discriminators: ClassVar[Sequence[str]] = ("patch70", "patch16", "multi-scale", "projected")

    def __init__(self, options: CutOptions) -> None:
        super().__init__(options.generator, options.adversary, options.descent)
        self.options = options
        self.weights = {"contrast": options.contrast, "identity": options.identity}
        with torch.no_grad():
            maps = encode(self.maker.live, torch.zeros(1, 3, 64, 64))
        self.projections = Projections([x.shape[1] for x in maps])
        self.projections_optimizer = adam(self.projections, self.descent.generator_rate, self.descent.betas)
        self.mirrored = False

    def paint(self, batch: Batch) -> Tensor:
        """Pictures of the photos, or of mirrored photos."""
        self.mirrored = self.options.mirror and bool(torch.rand(()) < 0.5)
        return self.maker.live(batch.source.flip(3) if self.mirrored else batch.source)

    def terms(self, batch: Batch, fake: Tensor) -> dict[str, Tensor]:
        """Contrast of picture and photo, and of the art with what is made of it."""
        told = {"contrast": self.contrast(batch.source, fake.flip(3) if self.mirrored else fake)}
        if self.options.identity:
            told["identity"] = self.contrast(batch.target, self.maker.live(batch.target))
        return told

    def contrast(self, photo: Tensor, picture: Tensor) -> Tensor:
        """NCE over all maps: each place of the picture against all chosen places of its photo."""
        keys, queries = encode(self.maker.live, photo), encode(self.maker.live, picture)
        places = choose_places(keys, self.options.places)
        known = self.projections(keys, places)
        asked = self.projections(queries, places)
        return torch.stack([self.compare(q, k.detach()) for q, k in zip(asked, known, strict=True)]).mean()

    def compare(self, asked: Tensor, known: Tensor) -> Tensor:
        """n x p x 256 twice: how hard it is to tell which place is which."""
        logits = asked @ known.transpose(1, 2) / self.options.temperature  # n x p x p
        right = torch.arange(logits.shape[1]).expand(logits.shape[:2])
        return cross_entropy(logits.flatten(0, 1), right.flatten())

    def optimizers(self) -> list[torch.optim.Optimizer]:
        """The generator's and the projections'."""
        return [self.maker.optimizer, self.projections_optimizer]

    def parts(self) -> dict[str, Any]:
        """What has a state."""
        return {
            **super().parts(),
            "projections": self.projections,
            "projections_optimizer": self.projections_optimizer,
        }


class FastCut(Cut):
    """CUT with a stronger contrast, without the art's identity, and with mirrored photos."""

    Options: ClassVar[type] = FastCutOptions
