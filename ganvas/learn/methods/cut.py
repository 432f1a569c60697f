"""CUT and FastCUT: one direction, held by contrast (Park 2020, https://arxiv.org/abs/2007.15651).

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

from ganvas.learn.methods.discriminator import AdversarialOptions
from ganvas.learn.methods.generator import OptimisationOptions
from ganvas.learn.methods.one_sided import OneSidedMethod
from ganvas.learn.methods.protocol import TrainingBatch, make_adam
from ganvas.learn.nets.contrastive import ProjectionHeads, encode_feature_maps, sample_positions
from ganvas.learn.nets.factory import GeneratorOptions


@dataclass(frozen=True)
class CutOptions:
    """The two networks, how they learn, and the weights: ``contrast`` of photos, ``identity`` of art.

    ``places``: how many places of each map are compared; ``temperature`` of the comparison; ``mirror``: FastCUT's.
    """

    generator: GeneratorOptions = field(default_factory=GeneratorOptions)
    adversary: AdversarialOptions = field(default_factory=AdversarialOptions)
    descent: OptimisationOptions = field(default_factory=OptimisationOptions)
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


class CutMethod(OneSidedMethod):
    """Photo to picture, unpaired, one generator and one discriminator."""

    Options: ClassVar[type] = CutOptions
    required_data: ClassVar[str] = "both"
    supported_generators: ClassVar[Sequence[str]] = ("resnet9", "resnet6", "local")
    supported_discriminators: ClassVar[Sequence[str]] = ("patch70", "patch16", "multi-scale", "projected")

    def __init__(self, options: CutOptions) -> None:
        super().__init__(options.generator, options.adversary, options.descent)
        self.options = options
        self.loss_weights = {"contrast": options.contrast, "identity": options.identity}
        with torch.no_grad():
            maps = encode_feature_maps(self.generator_trainer.network, torch.zeros(1, 3, 64, 64))
        self.projection_heads = ProjectionHeads([x.shape[1] for x in maps])
        self.projection_optimizer = make_adam(
            self.projection_heads, self.optimisation.generator_rate, self.optimisation.betas
        )
        self.flipped = False

    def generate_for_training(self, batch: TrainingBatch) -> Tensor:
        """Pictures of the photos, or of mirrored photos."""
        self.flipped = self.options.mirror and bool(torch.rand(()) < 0.5)
        return self.generator_trainer.network(batch.source.flip(3) if self.flipped else batch.source)

    def extra_losses(self, batch: TrainingBatch, output: Tensor) -> dict[str, Tensor]:
        """Contrast of picture and photo, and of the art with what is made of it."""
        told = {"contrast": self.compute_patch_nce_loss(batch.source, output.flip(3) if self.flipped else output)}
        if self.options.identity:
            told["identity"] = self.compute_patch_nce_loss(batch.target, self.generator_trainer.network(batch.target))
        return told

    def compute_patch_nce_loss(self, photo: Tensor, picture: Tensor) -> Tensor:
        """NCE over all maps: each place of the picture against all chosen places of its photo."""
        keys, queries = (
            encode_feature_maps(self.generator_trainer.network, photo),
            encode_feature_maps(self.generator_trainer.network, picture),
        )
        places = sample_positions(keys, self.options.places)
        known = self.projection_heads(keys, places)
        asked = self.projection_heads(queries, places)
        return torch.stack([self.compute_info_nce(q, k.detach()) for q, k in zip(asked, known, strict=True)]).mean()

    def compute_info_nce(self, queries: Tensor, keys: Tensor) -> Tensor:
        """n x p x 256 twice: how hard it is to tell which place is which."""
        logits = queries @ keys.transpose(1, 2) / self.options.temperature  # n x p x p
        right = torch.arange(logits.shape[1]).expand(logits.shape[:2])
        return cross_entropy(logits.flatten(0, 1), right.flatten())

    def list_generator_optimizers(self) -> list[torch.optim.Optimizer]:
        """The generator's and the projections'."""
        return [self.generator_trainer.optimizer, self.projection_optimizer]

    def list_stateful_components(self) -> dict[str, Any]:
        """What has a state."""
        return {
            **super().list_stateful_components(),
            "projections": self.projection_heads,
            "projections_optimizer": self.projection_optimizer,
        }


class FastCutMethod(CutMethod):
    """CUT with a stronger contrast, without the art's identity, and with mirrored photos."""

    Options: ClassVar[type] = FastCutOptions
