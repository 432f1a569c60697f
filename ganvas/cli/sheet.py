"""A contact sheet: photos in rows, styles in columns. Knows pixels, and nothing of files that it is written to."""

from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ganvas.engine.controls import Controls
from ganvas.engine.engine import Engine
from ganvas.errors import BadPhoto
from ganvas.image import decode, fill_transparent
from ganvas.style import Style

Pixels = NDArray[np.uint8]
GAP, HEAD = 8, 28
TURNED = {
    "strength 0": Controls(0.0),
    "strength 0.5": Controls(0.5),
    "strength 1": Controls(1.0),
    "colour photo": Controls(colour="photo"),
    "colour photo, strength 0.5": Controls(0.5, colour="photo"),
}
PAPER, INK = (250, 249, 246), (40, 40, 40)


def draw(
    engine: Engine, styles: Sequence[Style], photos: Sequence[Path], edge: int, on_picture: Callable[[float], None]
) -> Pixels:
    """The sheet, uint8 h x w x 3: the photo first, then it in each style, each at most ``edge`` pixels long.

    Pictures are made at the photo's own size and reduced, as they are seen on a page. ``on_picture`` is told the share
    that is done. Raises BadPhoto and what the engine raises.
    """
    heads = ["photo", *(style.title.get("en", style.name) for style in styles)]
    cells: dict[tuple[int, int], Pixels] = {}
    for row, path in enumerate(photos):
        photo = opened(path)
        cells[row, 0] = reduced(photo, edge)
        for column, style in enumerate(styles, 1):
            cells[row, column] = reduced(engine.apply(style.name, photo), edge)
            on_picture((row * len(styles) + column) / (len(photos) * len(styles)))
    return laid_out(cells, heads)


def draw_controls(
    engine: Engine, styles: Sequence[Style], photos: Sequence[Path], edge: int, on_picture: Callable[[float], None]
) -> Pixels:
    """The same with what a person may turn in columns, and a row for each photo in each style."""
    rows = [(path, style) for path in photos for style in styles]
    cells: dict[tuple[int, int], Pixels] = {}
    for row, (path, style) in enumerate(rows):
        photo = opened(path)
        for column, controls in enumerate(TURNED.values()):
            cells[row, column] = reduced(engine.apply(style.name, photo, controls), edge)
            on_picture((row * len(TURNED) + column + 1) / (len(rows) * len(TURNED)))
    return laid_out(cells, list(TURNED))


def opened(path: Path) -> Pixels:
    """The photo's pixels, uint8 h x w x 3."""
    try:
        photo = decode(path.read_bytes())
    except OSError as error:
        raise BadPhoto(f"{path} cannot be read: {error.strerror}.") from error
    fill_transparent(photo)
    return photo.pixels


def reduced(pixels: Pixels, edge: int) -> Pixels:
    """Pixels whose long edge is at most ``edge``."""
    picture = Image.fromarray(pixels)
    picture.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    return np.asarray(picture)


def laid_out(cells: dict[tuple[int, int], Pixels], heads: Sequence[str]) -> Pixels:
    """Cells on paper, each column as wide and each row as high as its largest, under the columns' heads."""
    rows = 1 + max(row for row, _ in cells)
    heights = [max(cells[row, column].shape[0] for column in range(len(heads))) for row in range(rows)]
    widths = [max(cells[row, column].shape[1] for row in range(rows)) for column in range(len(heads))]
    tops = HEAD + GAP + np.cumsum([0, *(height + GAP for height in heights)])
    lefts = GAP + np.cumsum([0, *(width + GAP for width in widths)])
    sheet = Image.new("RGB", (int(lefts[-1]), int(tops[-1])), PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=HEAD * 0.6)
    for column, head in enumerate(heads):
        pen.text((int(lefts[column]), GAP), head, INK, font)  # pyright: ignore[reportUnknownMemberType]
    for row, column in product(range(rows), range(len(heads))):
        sheet.paste(Image.fromarray(cells[row, column]), (int(lefts[column]), int(tops[row])))
    return np.asarray(sheet)
