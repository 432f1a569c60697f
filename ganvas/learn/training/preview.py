"""Draws the crops that a recipe's networks will be shown, as one sheet."""

import numpy as np
import torch
from torch import Tensor

from ganvas.learn.data.batches import Pixels
from ganvas.learn.losses.diffaugment import diff_augment
from ganvas.learn.recipe import Recipe
from ganvas.learn.training.loop import make_batch_function
from ganvas.learn.training.samples import tensor_to_pixels

BORDER = 4


def draw_batch_preview(recipe: Recipe, columns: int = 8) -> Pixels:
    """Rows of source crops and of target crops, and of targets as DiffAugment shows them: h x w x 3.

    A pair stands in one column.
    """
    batch_at = make_batch_function(recipe)
    steps = range(-(-columns // recipe.data.batch))
    batches = [batch_at(step) for step in steps]
    rows = [torch.cat([batch.source for batch in batches]), torch.cat([batch.target for batch in batches])]
    if not recipe.data.source:
        rows = rows[1:]
    adversary = getattr(recipe.options, "adversary", None)
    if adversary is not None and adversary.changes:
        torch.manual_seed(recipe.seed)
        rows.append(diff_augment(rows[-1], adversary.changes, adversary.strength))
    return np.concatenate([join_row(row[:columns]) for row in rows], 0)


def join_row(x: Tensor) -> Pixels:
    """n x 3 x h x w side by side with white between."""
    bordered = [
        np.pad(piece, ((BORDER, BORDER), (BORDER, BORDER), (0, 0)), constant_values=255)
        for piece in tensor_to_pixels(x)
    ]
    return np.concatenate(bordered, 1)
