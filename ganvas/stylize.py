"""The spine: from a photo's bytes to a stored picture. Web, jobs, command line and film all call it.

Knows the order of things (decode, reduce, apply, encode, put) and nothing of how each is done or who asks.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from ganvas.engine.controls import DEFAULT_CONTROLS, Controls, check_controls
from ganvas.engine.crop import PictureCrop, PixelBox, crop_photo, locate_crop, scale_box
from ganvas.engine.engine import Engine, compute_working_size
from ganvas.engine.faces import find_avatar
from ganvas.engine.resample import fit_within, resize
from ganvas.engine.tiling import ignore_progress
from ganvas.image import (
    FORMATS,
    DecodeLimits,
    MetadataPolicy,
    Photo,
    check_format,
    check_metadata_policy,
    decode,
    encode,
    fill_transparent,
)
from ganvas.storage.blobs import Store
from ganvas.style.file import Style


@dataclass(frozen=True)
class Ask:
    """What a person asks for: the name of a style, controls, and how the picture is written.

    ``format``: one of ``ganvas.image.FORMATS``; ``quality`` 1 to 100; ``metadata``: what the picture says of its
    photo, one of ``ganvas.image.KEEPS``. ``long_edge``: a preview of at most so many pixels, with strokes of the same
    scale as at full size. ``crop``: "avatar" paints the square around the largest face alone. ``cut``: a part of the
    picture is kept, painted as it is in the whole.
    """

    style: str
    controls: Controls = DEFAULT_CONTROLS
    format: str = "png"
    quality: int = 90
    metadata: MetadataPolicy = "none"
    long_edge: int | None = None
    crop: Literal["none", "avatar"] = "none"
    cut: PictureCrop | None = None


@dataclass(frozen=True)
class StylizedPicture:
    """A picture that was made and is in the store under ``key``, and the style that made it.

    ``width`` and ``height`` in pixels, ``bytes`` of the file, ``format`` one of ``ganvas.image.FORMATS``. ``version``
    and ``style_sha256`` are those of the style's file: a newer one than was asked for where that one is gone.
    """

    key: str
    width: int
    height: int
    bytes: int
    format: str
    style: str
    version: int
    style_sha256: str

    @property
    def pinned(self) -> str:
        """The style that made it, as NAME@VERSION."""
        return f"{self.style}@{self.version}"

    @property
    def media_type(self) -> str:
        """The media type of the file."""
        return FORMATS[self.format]


def stylize(
    engine: Engine,
    store: Store,
    photo: bytes,
    ask: Ask,
    on_progress: Callable[[float], None] = ignore_progress,
    limits: DecodeLimits | None = None,
) -> StylizedPicture:
    """Make and keep the picture of a photo.

    A version of the style that an upgrade took away gives way to the newest, as the result says.
    ``on_tile`` hears the fraction done and may raise Cancelled. Raises UnknownStyle, BadStyle, BadControls, BadPhoto,
    TooLarge; what the ask alone shows to be wrong is refused before the photo is read.
    """
    check_controls(ask.controls)
    style = engine.catalog.get_or_newest(ask.style)
    check_format(ask.format, 1, 1)
    check_metadata_policy(ask.metadata)
    given = decode(photo, limits)
    fill_transparent(given)
    on_progress(0.0)
    if ask.crop == "avatar":
        square = find_avatar(given.pixels)
        given = crop_photo(given, PixelBox(square.left, square.top, square.side, square.side))
    part = locate_crop(ask.cut, *given.pixels.shape[:2]) if ask.cut else None
    longest = max(given.pixels.shape[:2])
    if ask.long_edge is not None:
        given = reduce_for_preview(given, style, ask.controls.stroke, ask.long_edge)
    check_format(ask.format, *(compute_output_size(ask.cut, part) if ask.cut and part else given.pixels.shape[:2]))
    made = replace(given, pixels=engine.apply(f"{style.name}@{style.version}", given.pixels, ask.controls, on_progress))
    del given  # at 100 megapixels the photo's 300 MB are wanted by the encoder
    if ask.cut and part:
        made = crop_photo(made, scale_box(part, max(made.pixels.shape[:2]) / longest), ask.cut.size)
    if ask.long_edge is not None:
        made = reduce_photo(made, ask.long_edge)
    return put_picture(store, made, ask, style)


def put_picture(store: Store, picture: Photo, ask: Ask, style: Style) -> StylizedPicture:
    """Encode a picture and keep it in the store."""
    data = encode(picture, ask.format, ask.quality, ask.metadata)
    height, width = picture.pixels.shape[:2]
    origin = (style.name, style.version, style.sha256)
    return StylizedPicture(store.put(data), width, height, len(data), ask.format, *origin)


def compute_output_size(cut: PictureCrop, part: PixelBox) -> tuple[int, int]:
    """Height and width of what is kept."""
    return (cut.size[1], cut.size[0]) if cut.size else (part.height, part.width)


def reduce_for_preview(photo: Photo, style: Style, stroke: float, edge: int) -> Photo:
    """The photo with a long edge of ``edge``, but no less than what the network would see of the whole one.

    One that is longer than 2:1 is reduced to that or not at all: rounding its short edge would make it see another.
    """
    size = photo.pixels.shape[:2]
    canvases = {style.canvas, style.drawing or style.canvas}
    seen = max(max(compute_working_size(replace(style, canvas=canvas), stroke, size)) for canvas in canvases)
    if edge > seen and max(size) > 2 * min(size):
        return photo
    return reduce_photo(photo, max(edge, seen))


def reduce_photo(photo: Photo, edge: int) -> Photo:
    """The photo with a long edge of at most ``edge`` pixels."""
    size = fit_within(photo.pixels.shape[:2], edge)
    alpha = None if photo.alpha is None else resize(photo.alpha, size)
    return replace(photo, pixels=resize(photo.pixels, size), alpha=alpha)
