"""Settings of the brush strokes that a style's network is given beside the photo."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

# The channels of a stroke map, in order: the stroke's colour (3, in -1..1), the place along it and across it (-1..1),
# the bristle (-1..1), two chances that are constant within a stroke (-1..1), its layer (-1 the broadest, 1 the
# finest), and how far the edge of the stroke is (0 at the edge, 1 from EDGE pixels on).
STROKE_CHANNELS = 10
EDGE = 4.0
MOST_LAYERS, LONGEST = 6, 160.0


@dataclass(frozen=True)
class StrokeSettings:
    """Strokes in layers, the broadest first; without a layer there are no strokes.

    For each layer: ``spacing`` of its seeds, half the ``length`` and half the ``width`` of its strokes, in pixels at
    the working size, and ``detail``, the standard deviation of the photo (levels of 255) around a seed from which it
    is painted. Lengths and widths vary by ``vary``. Strokes run along the photo's edges (``follow``), or else all at
    ``angle`` degrees; each is turned by up to half of ``wander`` radians. ``bend``: random curvature in half widths,
    beside the field's own. ``taper``: how much thinner a stroke ends than it begins. ``ragged``: how unevenly its
    bristles lift. A stroke ends where the photo's colour is ``clip`` levels off its own (0: nowhere). ``seed``
    chooses among patterns.
    """

    spacing: tuple[float, ...] = ()
    length: tuple[float, ...] = ()
    width: tuple[float, ...] = ()
    detail: tuple[float, ...] = ()
    vary: float = 0.35
    follow: bool = True
    angle: float = 0.0
    wander: float = 0.5
    bend: float = 0.3
    taper: float = 0.6
    ragged: float = 0.2
    clip: float = 30.0
    seed: int = 0

    @property
    def layers(self) -> int:
        """How many layers there are; 0 means that there are no strokes."""
        return len(self.spacing)

    @property
    def channels(self) -> int:
        """How many channels the map has: STROKE_CHANNELS, or none."""
        return STROKE_CHANNELS if self.layers else 0

    def plain(self) -> dict[str, Any]:
        """The settings as JSON has them; empty without strokes."""
        table = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}
        return table if self.layers else {}


def build_stroke_settings(table: Mapping[str, Any]) -> StrokeSettings:
    """The inverse of ``StrokeSettings.plain``.

    Raises:
        ValueError: an unknown key, or a value of the wrong kind or out of range; the message says which.
    """
    known = {field.name: field for field in fields(StrokeSettings)}
    if unknown := sorted(set(table) - set(known)):
        raise ValueError(f"strokes have no setting {unknown[0]!r}; known are {', '.join(sorted(known))}")
    for key, value in table.items():
        kind = type(known[key].default)
        parts: tuple[Any, ...] = tuple(value) if kind is tuple and isinstance(value, (list, tuple)) else (value,)
        allowed = (kind,) if kind in (bool, int) else (int, float)
        if not all(type(part) in allowed for part in parts) or (kind is tuple and not isinstance(value, (list, tuple))):
            raise ValueError(f"strokes.{key} is {str(value)[:40]!r}, which is not of its kind")
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    settings = StrokeSettings(**values)
    for what in find_stroke_faults(settings):
        raise ValueError(what)
    return settings


def find_stroke_faults(settings: StrokeSettings) -> Iterator[str]:
    """What is out of range, each in a sentence without its full stop."""
    count = settings.layers
    if not count == len(settings.length) == len(settings.width) == len(settings.detail) or count > MOST_LAYERS:
        yield f"strokes need one spacing, length, width and detail for each of at most {MOST_LAYERS} layers"
        return
    for index in range(count):
        if not 2 <= settings.spacing[index] <= LONGEST:
            yield f"strokes.spacing goes from 2 to {LONGEST:.0f} pixels"
        if not 0.5 <= settings.width[index] <= settings.length[index] <= LONGEST:
            yield f"a stroke's half width is at least 0.5, its half length no less and at most {LONGEST:.0f} pixels"
        if not settings.length[index] <= 8 * settings.spacing[index]:
            yield "a stroke's half length is at most 8 times the spacing, or painting takes too long"
        if not 0 <= settings.detail[index] <= 255:
            yield "strokes.detail goes from 0 to 255"
    ranges = {"vary": 0.9, "wander": 7.0, "bend": 4.0, "taper": 1.0, "ragged": 0.8, "clip": 255.0}
    for key, most in ranges.items():
        if not 0 <= getattr(settings, key) <= most:
            yield f"strokes.{key} goes from 0 to {most}"
    if not (-360 <= settings.angle <= 360 and 0 <= settings.seed < 2**31):
        yield "strokes.angle goes from -360 to 360 degrees, strokes.seed from 0 to 2147483647"
