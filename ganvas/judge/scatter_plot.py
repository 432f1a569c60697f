"""Style against content as a drawing in SVG."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

WIDTH, HEIGHT, LEFT_MARGIN, BOTTOM_MARGIN, TOP_MARGIN, RIGHT_MARGIN = 720, 420, 70, 50, 20, 30
TICK_STEPS = (1, 2, 5)

PlotPoint = tuple[str, Mapping[str, float | None], Mapping[str, float | None]]


def draw_scatter_plot(judgement: Mapping[str, Any]) -> str:
    """Each subject that has both, with its intervals; where true works lie, as a band. Down and left is better."""
    points: list[PlotPoint] = [
        (subject["name"], subject["scores"]["kernel"], subject["scores"]["content"])
        for subject in judgement["subjects"]
        if "content" in subject["scores"]
    ]
    if not points:
        return "<p>Pictures of no photos have no content to plot.</p>"
    true = judgement["true_works"].get("kernel")
    right = compute_axis_end([x for _, x, _ in points] + ([true] if true else []))
    top = compute_axis_end([y for _, _, y in points])
    body = [
        draw_true_works_band(true, right) if true else "",
        *draw_axes(right, top),
        *(draw_subject(point, right, top) for point in points),
    ]
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" role="img" aria-label="Style against content">'
        f"{''.join(body)}</svg><p class=quiet>Left: nearer to the painter. Down: more of the photo kept. "
        "The band is where other true works lie.</p>"
    )


def compute_axis_end(estimates: Sequence[Mapping[str, float | None]]) -> float:
    """How far an axis must go: a little beyond the largest value or end of an interval."""
    ends = [end for figure in estimates for end in (figure["value"], figure["high"]) if end is not None]
    return 1.08 * max([*ends, 1e-3])


def map_to_x(value: float, right: float) -> float:
    """From a kernel distance to a place."""
    return LEFT_MARGIN + max(value, 0) / right * (WIDTH - LEFT_MARGIN - RIGHT_MARGIN)


def map_to_y(value: float, top: float) -> float:
    """From a content distance to a place."""
    return HEIGHT - BOTTOM_MARGIN - max(value, 0) / top * (HEIGHT - BOTTOM_MARGIN - TOP_MARGIN)


def draw_true_works_band(true: Mapping[str, float | None], right: float) -> str:
    """Where other true works lie."""
    value = true["value"] or 0.0
    low, high = true["low"], true["high"]
    start, end = map_to_x(value if low is None else low, right), map_to_x(value if high is None else high, right)
    height = HEIGHT - BOTTOM_MARGIN - TOP_MARGIN
    return f'<rect class="true" x="{start:.1f}" y="{TOP_MARGIN}" width="{end - start:.1f}" height="{height}"/>'


def draw_axes(right: float, top: float) -> Iterator[str]:
    """Two lines with their ticks and names."""
    bottom = HEIGHT - BOTTOM_MARGIN
    yield f'<path class="axis" fill="none" d="M{LEFT_MARGIN} {TOP_MARGIN}V{bottom}H{WIDTH - RIGHT_MARGIN}"/>'
    for value in choose_ticks(right):
        yield f'<text x="{map_to_x(value, right):.1f}" y="{bottom + 18}" text-anchor="middle">{value:g}</text>'
    for value in choose_ticks(top):
        yield f'<text x="{LEFT_MARGIN - 8}" y="{map_to_y(value, top) + 4:.1f}" text-anchor="end">{value:g}</text>'
    yield f'<text x="{WIDTH - RIGHT_MARGIN}" y="{HEIGHT - 8}" text-anchor="end">style: kernel distance x 1000</text>'
    yield f'<text x="{LEFT_MARGIN + 8}" y="{TOP_MARGIN + 8}">content: feature distance</text>'


def choose_ticks(end: float) -> list[float]:
    """Four to nine round numbers from 0 to the end."""
    size = 10.0 ** len(str(int(end)))
    while True:
        for step in reversed(TICK_STEPS):
            if end / (step * size) >= 4:
                return [round(turn * step * size, 9) for turn in range(int(end / (step * size)) + 1)]
        size /= 10


def draw_subject(point: PlotPoint, right: float, top: float) -> str:
    """A subject: its place, its intervals, its name."""
    name, style, content = point
    x, y = map_to_x(style["value"] or 0.0, right), map_to_y(content["value"] or 0.0, top)
    lines = ""
    if style["low"] is not None and style["high"] is not None:
        low, high = map_to_x(style["low"], right), map_to_x(style["high"], right)
        lines += f'<path class="reach" d="M{low:.1f} {y:.1f}H{high:.1f}"/>'
    if content["low"] is not None and content["high"] is not None:
        low, high = map_to_y(content["low"], top), map_to_y(content["high"], top)
        lines += f'<path class="reach" d="M{x:.1f} {low:.1f}V{high:.1f}"/>'
    side, gap = ("end", -9) if x > WIDTH * 0.7 else ("start", 9)
    label = f'<text x="{x + gap:.1f}" y="{y - 7:.1f}" text-anchor="{side}">{escape(name)}</text>'
    return f'{lines}<circle cx="{x:.1f}" cy="{y:.1f}" r="5"/>{label}'
