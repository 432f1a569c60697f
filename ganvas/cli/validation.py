"""Scores the checkpoints of a training run on pictures that it does not learn from."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from ganvas.cli.optional import OptionalPackages
from ganvas.cli.terminal import print_message
from ganvas.errors import BadData, MissingDependency

if TYPE_CHECKING:
    from ganvas.engine.session import Batch
    from ganvas.judge.checkpoint_selection import CheckpointEvaluator
    from ganvas.judge.features import Pixels
    from ganvas.learn.data.batches import PictureDataset
    from ganvas.learn.methods.protocol import TrainedGenerator
    from ganvas.learn.recipe import Recipe

MIN_VALIDATION_PICTURES = 3


def open_validation_scorer(recipe: "Recipe") -> "ValidationScorer | None":
    """The judge of a recipe's candidates; None, and a line that says why, where the last must be taken unseen."""
    if recipe.schedule.judge_every == 0 or not recipe.data.source:
        return None
    try:
        return require_validation_scorer(recipe)
    except (MissingDependency, BadData) as error:
        print_message(f"No checkpoint is chosen by scores, the last one becomes the style: {error}")
        return None


def require_validation_scorer(recipe: "Recipe") -> "ValidationScorer":
    """The judge of a recipe's candidates.

    Raises:
        Missing: the judge is not installed.
        BadData: there are too few pictures that are not learnt from.
    """
    with OptionalPackages("judge"):
        from ganvas.judge import checkpoint_selection, efficientnet
        from ganvas.learn.data.batches import PictureDataset
        from ganvas.learn.data.domains import load_domains
        from ganvas.learn.data.readable import describe_left_out, leave_out
    efficientnet.load_weights()
    if recipe.data.everything:
        raise BadData("The recipe learns from all pictures.", "Set data.everything=false to keep some for choosing.")
    source, target = load_domains(recipe.data, "validation")
    source = PictureDataset(checkpoint_selection.pick_evenly_spaced(source.paths), recipe.about.canvas, source.box)
    for name, found in (("photos", source), ("works", target)):
        for line in describe_left_out(leave_out(found)):
            print_message(line)
        if len(found) < MIN_VALIDATION_PICTURES:
            raise BadData(
                f"Only {len(found)} {name} are not learnt from.", f"At least {MIN_VALIDATION_PICTURES} are needed."
            )
    return ValidationScorer(recipe, source, target)


class ValidationScorer:
    """Scores networks on photos, and works, that were not learnt from, which are read when the first network comes."""

    def __init__(self, recipe: "Recipe", source: "PictureDataset", target: "PictureDataset") -> None:
        self.recipe, self.source, self.target = recipe, source, target

    @cached_property
    def evaluator(self) -> "CheckpointEvaluator":
        """The photos, no larger than the network will see them, and the works."""
        from ganvas.judge.checkpoint_selection import CheckpointEvaluator

        return CheckpointEvaluator(
            [self.source[index] for index in range(len(self.source))], iterate_full_pictures(self.target)
        )

    def score_generator(self, generator: "TrainedGenerator") -> Mapping[str, float]:
        """The scores of a network, as it would be served."""
        from ganvas.judge.checkpoint_selection import stylize_at_working_size
        from ganvas.style.file import Style

        about = Style(
            self.recipe.name,
            {},
            halo=generator.halo,
            multiple=generator.multiple,
            canvas=self.recipe.about.canvas,
            grain=generator.grain,
            texture=generator.texture,
            strokes=generator.strokes.plain(),
        )

        def run_generator(x: "Batch") -> "Batch":
            import torch

            with torch.no_grad():
                return generator.generator(torch.from_numpy(x)).float().numpy()

        return self.evaluator.score_pictures(lambda photo: stylize_at_working_size(run_generator, about, photo))

    def choose_best_step(self, scores: Mapping[int, Mapping[str, float]]) -> int:
        """The step with the smallest sum of ranks."""
        from ganvas.judge.checkpoint_selection import select_checkpoint

        return int(select_checkpoint({str(step): found for step, found in scores.items()}))


def iterate_full_pictures(pictures: "PictureDataset") -> Iterator["Pixels"]:
    """The pictures at their full size, one after the other; of each the part that is meant."""
    from ganvas.learn.data.batches import crop_to_box, load_picture

    for path in pictures.paths:
        yield crop_to_box(load_picture(path), pictures.box)
