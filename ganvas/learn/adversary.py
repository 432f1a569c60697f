"""Adversary: a discriminator with its objective, its stabilisers and its optimiser. Knows no generators and no data."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from ganvas.learn.differentiable import Change, vary
from ganvas.learn.losses import over_heads
from ganvas.learn.maker import DescentOptions, gathered, scatter
from ganvas.learn.method import adam, advance
from ganvas.learn.nets.choice import DiscriminatorOptions, FeatureJudge, build_discriminator
from ganvas.learn.penalties import ADVERSARIAL, ObjectiveName, r1, rightness, slope_from_one, soften


@dataclass(frozen=True, kw_only=True)
class Stabilisers:
    """What keeps a discriminator from learning the art by heart.

    ``smoothing``: art is labelled 1 - smoothing. ``r1``: weight of R1, applied each ``r1_every`` steps and as much
    stronger (Karras 2020, lazy regularisation). ``penalty``: weight of WGAN's. ``pool``: half of what the discriminator
    sees are old pictures out of so many (Shrivastava 2017, as CycleGAN uses it). ``changes`` and ``strength``:
    DiffAugment and its probability. ``aim``: where above 0, the strength is steered so that the discriminator is right
    that much (as ADA's r_t; Karras suggests 0.6), going from 0 to 1 within ``span`` pictures at most.
    """

    smoothing: float = 0.0
    r1: float = 0.0
    r1_every: int = 16
    penalty: float = 10.0
    pool: int = 0
    changes: tuple[Change, ...] = ()
    strength: float = 1.0
    aim: float = 0.0
    span: float = 20_000.0


@dataclass(frozen=True)
class AdversaryOptions(Stabilisers):
    """Which discriminator, what it learns, and its stabilisers."""

    discriminator: DiscriminatorOptions = field(default_factory=DiscriminatorOptions)
    objective: ObjectiveName = "least-squares"


class Pool:
    """Pictures that were made before. Half of the pictures asked are answered with an old one, which they replace."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.kept: list[Tensor] = []

    def exchange(self, x: Tensor) -> Tensor:
        """n x c x h x w of new pictures to as many, some of them old."""
        return torch.stack([self.one(picture) for picture in x]) if self.size else x

    def one(self, picture: Tensor) -> Tensor:
        """This picture or an old one."""
        if len(self.kept) < self.size:
            self.kept.append(picture.detach().clone())
            return picture
        if torch.rand(()) < 0.5:
            return picture
        place = int(torch.randint(self.size, ()))
        old, self.kept[place] = self.kept[place], picture.detach().clone()
        return old

    def state_dict(self) -> dict[str, Any]:
        """The pictures."""
        return {"kept": list(self.kept)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """The inverse of ``state_dict``."""
        self.kept = list(state["kept"])


class Adversary:
    """A discriminator and all that belongs to its learning; ``inputs`` is 6 where it is shown photo and picture."""

    def __init__(
        self,
        options: AdversaryOptions,
        descent: DescentOptions,
        inputs: int = 3,
        network: nn.Module | None = None,
    ) -> None:
        self.options = options
        self.network = network or build_discriminator(options.discriminator, inputs)
        self.network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        self.objective = ADVERSARIAL[options.objective]
        self.optimizer = adam(self.network, descent.discriminator_rate, descent.betas)
        self.pool = Pool(options.pool)
        self.strength = 0.0 if options.aim else options.strength

    def begin(self, art: Tensor) -> None:
        """Fix what is measured on art n x c x h x w before the first step."""
        if isinstance(self.network, FeatureJudge):
            with torch.no_grad():
                self.network.measure(art)

    def judge(self, x: Tensor) -> list[Tensor]:
        """Logits of x, changed by chance where the options say so."""
        return self.network(vary(x, self.options.changes, self.strength) if self.strength else x)

    def learn(self, real: Tensor, fake: Tensor, step: int) -> dict[str, Tensor]:
        """The discriminator's ``loss`` on art and on detached pictures, and what it thinks of both."""
        fake = self.pool.exchange(fake.detach())
        return self.weigh((real, fake), (self.judge(real), self.judge(fake)), step)

    def weigh(
        self, pictures: tuple[Tensor, Tensor], logits: tuple[list[Tensor], list[Tensor]], step: int
    ) -> dict[str, Tensor]:
        """The same by its logits of both: for who has them without showing the pictures again."""
        options, (real, fake), (seen, made) = self.options, pictures, logits
        loss = over_heads(self.objective.discriminate, seen, made)
        loss = loss + over_heads(partial(soften, options.objective, smoothing=options.smoothing), seen)
        if options.objective == "wgan-gp":
            loss = loss + options.penalty * slope_from_one(self.judge, real, fake)
        if options.r1 and step % options.r1_every == 0:
            loss = loss + options.r1 * options.r1_every * r1(self.judge, real)
        self.steer(rightness(options.objective, seen, made), len(real))
        return {"loss": loss, "real": mean_logit(seen), "fake": mean_logit(made), **self.told()}

    def deceived(self, fake: Tensor) -> Tensor:
        """The generator's loss on its pictures."""
        return self.fooled(self.judge(fake))

    def fooled(self, logits: list[Tensor]) -> Tensor:
        """The same by the logits of its pictures."""
        return over_heads(self.objective.generate, logits)

    @torch.no_grad()
    def opinion(self, x: Tensor) -> float:
        """The mean logit of x, asked without learning anything from it."""
        self.network.eval()
        try:
            return float(mean_logit(self.network(x)))
        finally:
            self.network.train()

    def steer(self, right: float, pictures: int) -> None:
        """Change more when the discriminator is surer than ``aim``, less when it is not."""
        if self.options.aim:
            way = 1 if right > self.options.aim else -1
            self.strength = min(1.0, max(0.0, self.strength + way * pictures / self.options.span))

    def told(self) -> dict[str, Tensor]:
        """The strength of the changes, where there are any."""
        return {"strength": torch.tensor(self.strength)} if self.options.changes else {}

    def advance(self, rate: float) -> None:
        """A step along the gradients."""
        advance(self.optimizer, rate)

    def state_dict(self) -> dict[str, Any]:
        """Weights, the optimiser's state, the pool and the strength."""
        return {**gathered(self.parts()), "strength": self.strength}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """The inverse of ``state_dict``."""
        scatter(state, self.parts())
        self.strength = state["strength"]

    def parts(self) -> dict[str, Any]:
        """What has a state."""
        return {"network": self.network, "optimizer": self.optimizer, "pool": self.pool}


def mean_logit(logits: list[Tensor]) -> Tensor:
    """One figure for the log."""
    return over_heads(torch.mean, [head.detach() for head in logits])
