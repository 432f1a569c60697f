"""Controls: strength, stroke, colour and mask, with their ranges."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ganvas.errors import BadControls

MIN_STROKE, MAX_STROKE = 0.25, 4.0


@dataclass(frozen=True)
class Controls:
    """``strength``: 0 the photo, 1 the picture. ``stroke``: width of the strokes relative to the picture, 1 as the
    painter would, 0.25 to 4. ``colour``: the style's, or the photo's own. ``mask``: uint8 h x w of any size, 255
    where the style goes and 0 where the photo stays.
    """

    strength: float = 1.0
    stroke: float = 1.0
    colour: Literal["style", "photo"] = "style"
    mask: NDArray[np.uint8] | None = None


DEFAULT_CONTROLS = Controls()


def check_controls(controls: Controls) -> None:
    """Raise BadControls when something is out of range."""
    if not 0 <= controls.strength <= 1:
        raise BadControls(f"The strength is {controls.strength}.", "It goes from 0 (the photo) to 1 (the picture).")
    if not MIN_STROKE <= controls.stroke <= MAX_STROKE:
        raise BadControls(
            f"The stroke is {controls.stroke}.", f"It goes from {MIN_STROKE} (fine) to {MAX_STROKE} (broad)."
        )
    if controls.colour not in ("style", "photo"):
        raise BadControls(f"The colour is {str(controls.colour)[:20]!r}.", "It is 'style' or 'photo'.")
    mask = controls.mask
    if mask is not None and (mask.ndim != 2 or mask.dtype != np.uint8 or mask.size == 0):
        raise BadControls("The mask is not one grey channel of bytes.", "255 where the style goes, 0 where not.")
