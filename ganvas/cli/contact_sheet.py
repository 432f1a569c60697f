"""A contact sheet: photos in rows, styles in columns."""

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
from ganvas.style.file import Style

Pixels = NDArray[np.uint8]
CELL_GAP, HEADER_HEIGHT = 8, 28
CONTROL_COLUMNS = {
    "strength 0": Controls(0.0),
    "strength 0.5": Controls(0.5),
    "strength 1": Controls(1.0),
    "colour photo": Controls(colour="photo"),
    "colour photo, strength 0.5": Controls(0.5, colour="photo"),
}
BACKGROUND_COLOUR, TEXT_COLOUR = (250, 249, 246), (40, 40, 40)


def draw_style_sheet(
    engine: Engine, styles: Sequence[Style], photos: Sequence[Path], edge: int, on_picture: Callable[[float], None]
) -> Pixels:
    """The sheet, uint8 h x w x 3: the photo first, then it in each style, each at most ``edge`` pixels long.

    Pictures are made at the photo's own size and reduced, as they are seen on a page. ``on_picture`` is told the share
    that is done. Raises BadPhoto and what the engine raises.
    """
    heads = ["photo", *(style.title.get("en", style.name) for style in styles)]
    cells: dict[tuple[int, int], Pixels] = {}
    for row, path in enumerate(photos):
        photo = load_photo(path)
        cells[row, 0] = reduce_to_edge(photo, edge)
        for column, style in enumerate(styles, 1):
            cells[row, column] = reduce_to_edge(engine.apply(style.name, photo), edge)
            on_picture((row * len(styles) + column) / (len(photos) * len(styles)))
    return lay_out_cells(cells, heads)


def draw_control_sheet(
    engine: Engine, styles: Sequence[Style], photos: Sequence[Path], edge: int, on_picture: Callable[[float], None]
) -> Pixels:
    """The same with what a person may turn in columns, and a row for each photo in each style."""
    rows = [(path, style) for path in photos for style in styles]
    cells: dict[tuple[int, int], Pixels] = {}
    for row, (path, style) in enumerate(rows):
        photo = load_photo(path)
        for column, controls in enumerate(CONTROL_COLUMNS.values()):
            cells[row, column] = reduce_to_edge(engine.apply(style.name, photo, controls), edge)
            on_picture((row * len(CONTROL_COLUMNS) + column + 1) / (len(rows) * len(CONTROL_COLUMNS)))
    return lay_out_cells(cells, list(CONTROL_COLUMNS))


def load_photo(path: Path) -> Pixels:
    """The photo's pixels, uint8 h x w x 3."""
    try:
        photo = decode(path.read_bytes())
    except OSError as error:
        raise BadPhoto(f"{path} cannot be read: {error.strerror}.") from error
    fill_transparent(photo)
    return photo.pixels


def reduce_to_edge(pixels: Pixels, edge: int) -> Pixels:
    """Pixels whose long edge is at most ``edge``."""
    picture = Image.fromarray(pixels)
    picture.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    return np.asarray(picture)


def lay_out_cells(cells: dict[tuple[int, int], Pixels], headers: Sequence[str]) -> Pixels:
    """Cells on paper, each column as wide and each row as high as its largest, under the columns' heads."""
    rows = 1 + max(row for row, _ in cells)
    heights = [max(cells[row, column].shape[0] for column in range(len(headers))) for row in range(rows)]
    widths = [max(cells[row, column].shape[1] for row in range(rows)) for column in range(len(headers))]
    tops = HEADER_HEIGHT + CELL_GAP + np.cumsum([0, *(height + CELL_GAP for height in heights)])
    lefts = CELL_GAP + np.cumsum([0, *(width + CELL_GAP for width in widths)])
    sheet = Image.new("RGB", (int(lefts[-1]), int(tops[-1])), BACKGROUND_COLOUR)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=HEADER_HEIGHT * 0.6)
    for column, head in enumerate(headers):
        pen.text((int(lefts[column]), CELL_GAP), head, TEXT_COLOUR, font)  # pyright: ignore[reportUnknownMemberType]
    for row, column in product(range(rows), range(len(headers))):
        sheet.paste(Image.fromarray(cells[row, column]), (int(lefts[column]), int(tops[row])))
    return np.asarray(sheet)
