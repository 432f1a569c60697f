"""Preview: what the networks of a recipe will be shown, as one sheet. Knows batches, and trains nothing."""

import numpy as np
import torch
from torch import Tensor

from ganvas.learn.data import Pixels
from ganvas.learn.differentiable import vary
from ganvas.learn.loop import pictured
from ganvas.learn.recipe import Recipe
from ganvas.learn.samples import to_pixels

GAP = 4


def preview(recipe: Recipe, columns: int = 8) -> Pixels:
    """Rows of source crops and of target crops, and of targets as DiffAugment shows them: h x w x 3.

    A pair stands in one column.
    """
    batch_at = pictured(recipe)
    steps = range(-(-columns // recipe.data.batch))
    batches = [batch_at(step) for step in steps]
    rows = [torch.cat([batch.source for batch in batches]), torch.cat([batch.target for batch in batches])]
    if not recipe.data.source:
        rows = rows[1:]
    adversary = getattr(recipe.options, "adversary", None)
    if adversary is not None and adversary.changes:
        torch.manual_seed(recipe.seed)
        rows.append(vary(rows[-1], adversary.changes, adversary.strength))
    return np.concatenate([row_of(row[:columns]) for row in rows], 0)


def row_of(x: Tensor) -> Pixels:
    """n x 3 x h x w side by side with white between."""
    bordered = [np.pad(piece, ((GAP, GAP), (GAP, GAP), (0, 0)), constant_values=255) for piece in to_pixels(x)]
    return np.concatenate(bordered, 1)
