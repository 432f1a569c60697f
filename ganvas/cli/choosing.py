"""The judge as a training takes it: a critic of candidates. Knows which pictures were not learnt from, no networks."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from ganvas.cli.extras import Extra
from ganvas.cli.terminal import say
from ganvas.errors import BadData, Missing

if TYPE_CHECKING:
    from ganvas.engine.session import Batch
    from ganvas.judge.choice import Trial
    from ganvas.judge.features import Pixels
    from ganvas.learn.data import Pictures
    from ganvas.learn.method import Product
    from ganvas.learn.recipe import Recipe

FEWEST = 3


def critic(recipe: "Recipe") -> "Validation | None":
    """The judge of a recipe's candidates; None, and a line that says why, where the last must be taken unseen."""
    if recipe.schedule.judge_every == 0 or not recipe.data.source:
        return None
    try:
        return able(recipe)
    except (Missing, BadData) as error:
        say(f"No checkpoint is chosen by scores, the last one becomes the style: {error}")
        return None


def able(recipe: "Recipe") -> "Validation":
    """The judge of a recipe's candidates.

    Raises:
        Missing: the judge is not installed.
        BadData: there are too few pictures that are not learnt from.
    """
    with Extra("judge"):
        from ganvas.judge import choice, sight
        from ganvas.learn.data import Pictures
        from ganvas.learn.domains import domains
        from ganvas.learn.readable import describe_left_out, leave_out
    sight.weights()
    if recipe.data.everything:
        raise BadData("The recipe learns from all pictures.", "Set data.everything=false to keep some for choosing.")
    source, target = domains(recipe.data, "validation")
    source = Pictures(choice.spread(source.paths), recipe.about.canvas, source.part)
    for name, found in (("photos", source), ("works", target)):
        for line in describe_left_out(leave_out(found)):
            say(line)
        if len(found) < FEWEST:
            raise BadData(f"Only {len(found)} {name} are not learnt from.", f"At least {FEWEST} are needed.")
    return Validation(recipe, source, target)


class Validation:
    """Scores networks on photos, and works, that were not learnt from, which are read when the first network comes."""

    def __init__(self, recipe: "Recipe", source: "Pictures", target: "Pictures") -> None:
        self.recipe, self.source, self.target = recipe, source, target

    @cached_property
    def trial(self) -> "Trial":
        """The photos, no larger than the network will see them, and the works."""
        from ganvas.judge.choice import Trial

        return Trial([self.source[index] for index in range(len(self.source))], whole(self.target))

    def scores(self, product: "Product") -> Mapping[str, float]:
        """The scores of a network, as it would be served."""
        from ganvas.judge.choice import painted
        from ganvas.style import Style

        about = Style(
            self.recipe.name,
            {},
            halo=product.halo,
            multiple=product.multiple,
            canvas=self.recipe.about.canvas,
            grain=product.grain,
            texture=product.texture,
        )

        def run(x: "Batch") -> "Batch":
            import torch

            with torch.no_grad():
                return product.generator(torch.from_numpy(x)).float().numpy()

        return self.trial.scores(lambda photo: painted(run, about, photo))

    def best(self, trials: Mapping[int, Mapping[str, float]]) -> int:
        """The step with the smallest sum of ranks."""
        from ganvas.judge.choice import rank

        return int(rank({str(step): found for step, found in trials.items()}))


def whole(pictures: "Pictures") -> Iterator["Pixels"]:
    """The pictures at their full size, one after the other; of each the part that is meant."""
    from ganvas.learn.data import opened, part_of

    for path in pictures.paths:
        yield part_of(opened(path), pictures.part)
