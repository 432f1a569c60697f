"""The loops over pixels and seeds that strokes are computed with, compiled by Numba.

Each takes the whole photo and a window in it, and reads no farther than it must; all that is summed up over places is
a whole number, so that a window gives bit for bit what the whole gives. All run without Python's global lock.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]
Kernel = TypeVar("Kernel", bound=Callable[..., Any])
BLOCK = 4  # pixels a side of a cell of the direction field
EDGES = np.float32(6)  # in pixels: farther in, a stroke's edge is not felt
FINE = np.float32(1 / 512)  # what shines through less than this is covered


def compile_kernel(function: Kernel) -> Kernel:
    """Compiled at the first call, and kept on disk where some folder can be written; else for this process alone."""
    try:
        return cast("Kernel", numba.njit(nogil=True, cache=True)(function))
    except RuntimeError:  # no folder for the compiled code can be written
        return cast("Kernel", numba.njit(nogil=True)(function))


@compile_kernel
def clamp(place: int, size: int) -> int:
    """A place on a line of ``size``, or the nearest that is on it."""
    return min(max(place, 0), size - 1)


@compile_kernel
def hash_cell(i: int, j: int, salt: int) -> int:
    """A number of 24 bits that belongs to a cell of the grid, as good as by chance (mixed as in MurmurHash3)."""
    x = (i * 374761393 + j * 668265263 + salt * 2246822519) & 0xFFFFFFFF
    x = ((x ^ (x >> 15)) * 0x85EBCA6B) & 0xFFFFFFFF
    x = ((x ^ (x >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    return (x ^ (x >> 16)) & 0xFFFFFF


@compile_kernel
def chance(i: int, j: int, salt: int) -> float:
    """The same as a number in 0..1."""
    return hash_cell(i, j, salt) / 16777216.0


@compile_kernel
def sum_tensor(pixels: Numbers, top: int, left: int, tensor: Numbers) -> None:
    """Structure tensor summed over blocks: ``tensor`` is 3 x m x n int64, its first block at (top, left) in blocks.

    Gradients by Sobel's filter on each channel; a block beyond the photo has none.
    """
    height, width = pixels.shape[:2]
    for bi in range(tensor.shape[1]):
        for bj in range(tensor.shape[2]):
            e, f, k = 0, 0, 0
            for y in range(max((top + bi) * BLOCK, 0), min((top + bi + 1) * BLOCK, height)):
                up, down = clamp(y - 1, height), clamp(y + 1, height)
                for x in range(max((left + bj) * BLOCK, 0), min((left + bj + 1) * BLOCK, width)):
                    before, after = clamp(x - 1, width), clamp(x + 1, width)
                    for c in range(3):
                        gx, gy = 0, 0
                        for row, weight in ((up, 1), (y, 2), (down, 1)):
                            gx += weight * (np.int64(pixels[row, after, c]) - np.int64(pixels[row, before, c]))
                        for column, weight in ((before, 1), (x, 2), (after, 1)):
                            gy += weight * (np.int64(pixels[down, column, c]) - np.int64(pixels[up, column, c]))
                        e, f, k = e + gx * gx, f + gx * gy, k + gy * gy
            tensor[0, bi, bj], tensor[1, bi, bj], tensor[2, bi, bj] = e, f, k


@compile_kernel
def blur_rows(given: Numbers, radius: int, made: Numbers) -> None:
    """Sums over 2 x radius + 1 rows of c x m x n int64; made is c x m - 2 x radius x n."""
    for c in range(given.shape[0]):
        for j in range(given.shape[2]):
            made[c, 0, j] = 0
        for i in range(2 * radius + 1):
            for j in range(given.shape[2]):
                made[c, 0, j] += given[c, i, j]
        for i in range(1, made.shape[1]):
            for j in range(given.shape[2]):
                made[c, i, j] = made[c, i - 1, j] + given[c, i + 2 * radius, j] - given[c, i - 1, j]


@compile_kernel
def blur_columns(given: Numbers, radius: int, made: Numbers) -> None:
    """The same over columns: made is c x m x n - 2 x radius."""
    for c in range(given.shape[0]):
        for i in range(given.shape[1]):
            total = 0
            for j in range(2 * radius + 1):
                total += given[c, i, j]
            made[c, i, 0] = total
            for j in range(1, made.shape[2]):
                total += given[c, i, j + 2 * radius] - given[c, i, j - 1]
                made[c, i, j] = total


@compile_kernel
def integrate(pixels: Numbers, top: int, left: int, sums: Numbers) -> None:
    """Integral image of the three channels and of the sum of their squares: sums is m + 1 x n + 1 x 4 int64."""
    for j in range(sums.shape[1]):
        for c in range(4):
            sums[0, j, c] = 0
    for i in range(sums.shape[0] - 1):
        r, g, b, q = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
        for c in range(4):
            sums[i + 1, 0, c] = 0
        for j in range(sums.shape[1] - 1):
            y, x = top + i, left + j
            red, green, blue = np.int64(pixels[y, x, 0]), np.int64(pixels[y, x, 1]), np.int64(pixels[y, x, 2])
            r, g, b, q = r + red, g + green, b + blue, q + red * red + green * green + blue * blue
            sums[i + 1, j + 1, 0] = sums[i, j + 1, 0] + r
            sums[i + 1, j + 1, 1] = sums[i, j + 1, 1] + g
            sums[i + 1, j + 1, 2] = sums[i, j + 1, 2] + b
            sums[i + 1, j + 1, 3] = sums[i, j + 1, 3] + q


@compile_kernel
def mean_of_box(sums: Numbers, y: int, x: int, radius: int) -> tuple[float, float, float, float]:
    """Means of the three channels, and their standard deviation, within ``radius`` of a place of the integral image."""
    height, width = sums.shape[0] - 1, sums.shape[1] - 1
    y, x = clamp(y, height), clamp(x, width)
    up, down = max(y - radius, 0), min(y + radius + 1, height)
    before, after = max(x - radius, 0), min(x + radius + 1, width)
    n = 1.0 / ((down - up) * (after - before))
    r = (sums[down, after, 0] - sums[up, after, 0] - sums[down, before, 0] + sums[up, before, 0]) * n
    g = (sums[down, after, 1] - sums[up, after, 1] - sums[down, before, 1] + sums[up, before, 1]) * n
    b = (sums[down, after, 2] - sums[up, after, 2] - sums[down, before, 2] + sums[up, before, 2]) * n
    q = (sums[down, after, 3] - sums[up, after, 3] - sums[down, before, 3] + sums[up, before, 3]) * n
    return r, g, b, np.sqrt(max(q - r * r - g * g - b * b, 0.0) / 3.0)


@compile_kernel
def angle_at(field: Numbers, y: float, x: float) -> float:
    """The angle along the edges at a place of the direction field, in pixels from its first block's corner."""
    i, j = clamp(int(np.floor(y / BLOCK)), field.shape[1]), clamp(int(np.floor(x / BLOCK)), field.shape[2])
    e, f, k = field[0, i, j], field[1, i, j], field[2, i, j]
    return 0.5 * np.arctan2(2.0 * f, e - k) + 0.5 * np.pi


@compile_kernel
def walk(
    sums: Numbers, at: tuple[float, float], way: tuple[float, float], most: float, step: float, limit: float
) -> float:
    """How far one can go from a place before the colour is ``limit`` levels off the one at its start."""
    r, g, b, _ = mean_of_box(sums, int(at[0]), int(at[1]), 1)
    gone = step
    while gone < most:
        red, green, blue, _ = mean_of_box(sums, int(at[0] + way[0] * gone), int(at[1] + way[1] * gone), 1)
        if abs(red - r) + abs(green - g) + abs(blue - b) > 3 * limit:
            return gone
        gone += step
    return most


@compile_kernel
def plan_strokes(
    sums: Numbers, field: Numbers, corners: tuple[int, int, int, int], layer: Numbers, free: Numbers, planned: Numbers
) -> int:
    """One layer's strokes in a grid of seeds, row by row; how many of ``planned``, n x 16 float64, were filled.

    ``corners``: the absolute place of the integral image (y, x) and of the direction field (y, x). ``layer``: spacing,
    length, width, detail, radius of the detail, number from -1 to 1, then the first and last row and column of cells.
    ``free``: vary, follow, angle, wander, bend, clip, salt. Of a stroke: y, x, cosine, sine, length, width, bend,
    colour (3), two chances, layer, the bristles' offset and number, and its priority.
    """
    spacing, length, width, detail, around, number = layer[0], layer[1], layer[2], layer[3], int(layer[4]), layer[5]
    vary, follow, angle, wander, curl, clip, salt = free[0], free[1], free[2], free[3], free[4], free[5], int(free[6])
    top, left, field_top, field_left = corners
    inside, count = max(1, int(np.round(0.45 * width))), 0
    for i in range(int(layer[6]), int(layer[7])):
        for j in range(int(layer[8]), int(layer[9])):
            y, x = (i + chance(i, j, salt)) * spacing, (j + chance(i, j, salt + 1)) * spacing
            py, px = int(np.floor(y)) - top, int(np.floor(x)) - left
            if detail > 0:
                _, _, _, spread = mean_of_box(sums, py, px, around)
                if spread * (0.75 + 0.5 * chance(i, j, salt + 8)) < detail:
                    continue
            r, g, b, _ = mean_of_box(sums, py, px, inside)
            far = length * (1 - vary + 2 * vary * chance(i, j, salt + 3))
            wide = min(width * (1 - vary + 2 * vary * chance(i, j, salt + 4)), far)
            turn, turned = angle, 0.0
            if follow > 0:
                turn = angle_at(field, y - field_top, x - field_left)
                dy, dx = 0.5 * far * np.sin(turn), 0.5 * far * np.cos(turn)
                ahead = angle_at(field, y + dy - field_top, x + dx - field_left)
                behind = angle_at(field, y - dy - field_top, x - dx - field_left)
                turned = ahead - behind - np.pi * np.round((ahead - behind) / np.pi)
                turn += angle
            turn += (chance(i, j, salt + 5) - 0.5) * wander
            if chance(i, j, salt + 7) < 0.5:
                turn, turned = turn + np.pi, turned
            c, s = np.cos(turn), np.sin(turn)
            if clip > 0:
                step = max(1.5, 0.5 * wide)
                ahead = walk(sums, (py + 0.5, px + 0.5), (s, c), far, step, clip)
                behind = walk(sums, (py + 0.5, px + 0.5), (-s, -c), far, step, clip)
                y, x = y + 0.5 * (ahead - behind) * s, x + 0.5 * (ahead - behind) * c
                far = max(0.5 * (ahead + behind), wide)
            bend = 0.5 * far * np.tan(0.5 * turned) + (chance(i, j, salt + 6) - 0.5) * 2 * curl * wide
            one = planned[count]
            one[0], one[1], one[2], one[3], one[4], one[5] = y, x, c, s, far, wide
            one[6] = min(max(bend, -0.5 * far), 0.5 * far)
            one[7], one[8], one[9] = r, g, b
            one[10], one[11] = 2 * chance(i, j, salt + 9) - 1, 2 * chance(i, j, salt + 10) - 1
            one[12], one[13], one[14] = number, 16 + 200 * chance(i, j, salt + 11), 2 + 0.35 * wide
            one[15] = chance(i, j, salt + 2)
            count += 1
    return count


@compile_kernel
def span_of_row(stroke: Numbers, dy: float, low: float, high: float) -> tuple[float, float]:
    """From where to where, beside its middle, a row ``dy`` below it may be touched by a stroke.

    ``low`` and ``high``: how far across it reaches.
    """
    c, s, length = stroke[2], stroke[3], stroke[4] + 1.0
    start, end = -1e9, 1e9
    if abs(c) > 1e-6:
        a, b = (-length - dy * s) / c, (length - dy * s) / c
        start, end = max(start, min(a, b)), min(end, max(a, b))
    if abs(s) > 1e-6:
        a, b = (dy * c - low) / s, (dy * c - high) / s
        start, end = max(start, min(a, b)), min(end, max(a, b))
    return start, end


@compile_kernel
def lay_row(
    stroke: Numbers, bristles: Numbers, shape: tuple[float, float], place: tuple[int, int, int, int, int],
    laid: Numbers, open_: Numbers,
) -> None:  # fmt: skip
    """Lay one row of a stroke: ``place`` is the row, its first and last column, and the window's top and left.

    The body's half width is 1 - t^4 along it, t = -1..1, and thinner to its end; its edge is smooth over one pixel.
    """
    row, begin, stop, top, left = place
    taper, ragged, one, half = np.float32(shape[0]), np.float32(shape[1]), np.float32(1), np.float32(0.5)
    c, s, wide = np.float32(stroke[2]), np.float32(stroke[3]), np.float32(stroke[5])
    over_length, over_width = np.float32(1.0 / stroke[4]), np.float32(1.0 / stroke[5])
    bent, slim = np.float32(stroke[6] / stroke[5]), np.float32(stroke[5] / stroke[4])
    brim, offset, hairs = one + np.float32(0.75 / stroke[5]), np.float32(stroke[13]), np.float32(stroke[14])
    dy = np.float32(row + top - stroke[0])
    for column in range(begin, stop):
        through = open_[row, column]
        if through < FINE:
            continue
        dx = np.float32(column + left - stroke[1])
        u = (dx * c + dy * s) * over_length
        v = (dy * c - dx * s) * over_width - bent * u * u
        if abs(v) > brim or abs(u) > one:
            continue
        hair = v * hairs + offset
        k = int(hair)
        part = hair - np.float32(k)
        bristle = bristles[k & 255] * (one - part) + bristles[(k + 1) & 255] * part
        t = u * (one + ragged * half * (one + bristle))
        narrow, squared = one - half * taper * (one + t), t * t
        body = one - squared * squared
        away = (body * narrow - abs(v)) * wide
        if away < -one:
            continue
        if away < EDGES:  # the distance to a slanting edge is less
            rise = (-half * taper * body - np.float32(4) * squared * t * narrow) * slim
            away = away / np.sqrt(one + rise * rise)
        cover = min(away + half, one)
        if cover <= 0:
            continue
        share = through * cover
        left_over = through - share
        laid[row, column, 0] += share * np.float32(stroke[7])
        laid[row, column, 1] += share * np.float32(stroke[8])
        laid[row, column, 2] += share * np.float32(stroke[9])
        open_[row, column] = left_over
        if through > half and left_over <= half:
            laid[row, column, 3], laid[row, column, 4], laid[row, column, 5] = u, v, bristle
            for channel in range(6, 9):
                laid[row, column, channel] = np.float32(stroke[channel + 4])
            laid[row, column, 9] = min(max(away, np.float32(0)) * np.float32(0.25), one)


@compile_kernel
def render(
    strokes: Numbers, bristles: Numbers, shape: tuple[float, float], frame: tuple[int, int, int, int],
    laid: Numbers, open_: Numbers,
) -> None:  # fmt: skip
    """Lay strokes, the topmost first, into some rows of ``laid``, h x w x STROKE_CHANNELS.

    ``strokes``: n x 16 float64 as ``plan_strokes`` gives them. ``shape``: taper, ragged. ``frame``: the window's top
    and left, first and last row. ``open_``, h x w: how much still shines through.
    """
    top, left, first_row, last_row = frame
    for index in range(strokes.shape[0]):
        stroke = strokes[index]
        cy, cx, c, s, length, width, bend = stroke[0], stroke[1], stroke[2], stroke[3], stroke[4], stroke[5], stroke[6]
        low, high = min(bend, 0.0) - width - 1.0, max(bend, 0.0) + width + 1.0
        tall = abs(s) * (length + 1.0) + abs(c) * max(high, -low)
        first, last = max(int(np.floor(cy - tall)) - top, first_row), min(int(np.ceil(cy + tall)) - top + 1, last_row)
        for row in range(first, last):
            start, end = span_of_row(stroke, row + top - cy, low, high)
            begin, stop = (
                max(int(np.floor(start + cx)) - left, 0),
                min(int(np.ceil(end + cx)) - left + 1, laid.shape[1]),
            )
            if begin < stop:
                lay_row(stroke, bristles, shape, (row, begin, stop, top, left), laid, open_)


@compile_kernel
def fill_gaps(
    sums: Numbers, offset: tuple[int, int], band: tuple[int, int], laid: Numbers, open_: Numbers, made: Numbers
) -> None:
    """Channels first, colours in -1..1; where strokes leave something open, the photo's own colour, softened.

    ``offset``: where the window's corner lies in the integral image. h x w x c to c x h x w.
    """
    for row in range(band[0], band[1]):
        for column in range(laid.shape[1]):
            through = open_[row, column]
            if through >= FINE:
                r, g, b, _ = mean_of_box(sums, row + offset[0], column + offset[1], 1)
                laid[row, column, 0] += through * np.float32(r)
                laid[row, column, 1] += through * np.float32(g)
                laid[row, column, 2] += through * np.float32(b)
            for c in range(3):
                made[c, row, column] = laid[row, column, c] * np.float32(1 / 127.5) - np.float32(1)
            for c in range(3, laid.shape[2]):
                made[c, row, column] = laid[row, column, c]
