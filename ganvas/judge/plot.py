"""Style against content as a drawing in SVG. Knows figures and lines, nothing of how figures are made."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

WIDTH, HEIGHT, LEFT, BELOW, ABOVE, RIGHT = 720, 420, 70, 50, 20, 30
STEPS = (1, 2, 5)

Point = tuple[str, Mapping[str, float | None], Mapping[str, float | None]]


def draw(answer: Mapping[str, Any]) -> str:
    """Each subject that has both, with its intervals; where true works lie, as a band. Down and left is better."""
    points: list[Point] = [
        (subject["name"], subject["scores"]["kernel"], subject["scores"]["content"])
        for subject in answer["subjects"]
        if "content" in subject["scores"]
    ]
    if not points:
        return "<p>Pictures of no photos have no content to plot.</p>"
    true = answer["true_works"].get("kernel")
    right = reach([x for _, x, _ in points] + ([true] if true else []))
    top = reach([y for _, _, y in points])
    body = [band(true, right) if true else "", *axes(right, top), *(mark(point, right, top) for point in points)]
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" role="img" aria-label="Style against content">'
        f"{''.join(body)}</svg><p class=quiet>Left: nearer to the painter. Down: more of the photo kept. "
        "The band is where other true works lie.</p>"
    )


def reach(figures: Sequence[Mapping[str, float | None]]) -> float:
    """How far an axis must go: a little beyond the largest value or end of an interval."""
    ends = [end for figure in figures for end in (figure["value"], figure["high"]) if end is not None]
    return 1.08 * max([*ends, 1e-3])


def across(value: float, right: float) -> float:
    """From a kernel distance to a place."""
    return LEFT + max(value, 0) / right * (WIDTH - LEFT - RIGHT)


def up(value: float, top: float) -> float:
    """From a content distance to a place."""
    return HEIGHT - BELOW - max(value, 0) / top * (HEIGHT - BELOW - ABOVE)


def band(true: Mapping[str, float | None], right: float) -> str:
    """Where other true works lie."""
    value = true["value"] or 0.0
    low, high = true["low"], true["high"]
    start, end = across(value if low is None else low, right), across(value if high is None else high, right)
    height = HEIGHT - BELOW - ABOVE
    return f'<rect class="true" x="{start:.1f}" y="{ABOVE}" width="{end - start:.1f}" height="{height}"/>'


def axes(right: float, top: float) -> Iterator[str]:
    """Two lines with their ticks and names."""
    bottom = HEIGHT - BELOW
    yield f'<path class="axis" fill="none" d="M{LEFT} {ABOVE}V{bottom}H{WIDTH - RIGHT}"/>'
    for value in ticks(right):
        yield f'<text x="{across(value, right):.1f}" y="{bottom + 18}" text-anchor="middle">{value:g}</text>'
    for value in ticks(top):
        yield f'<text x="{LEFT - 8}" y="{up(value, top) + 4:.1f}" text-anchor="end">{value:g}</text>'
    yield f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 8}" text-anchor="end">style: kernel distance x 1000</text>'
    yield f'<text x="{LEFT + 8}" y="{ABOVE + 8}">content: feature distance</text>'


def ticks(end: float) -> list[float]:
    """Four to nine round numbers from 0 to the end."""
    size = 10.0 ** len(str(int(end)))
    while True:
        for step in reversed(STEPS):
            if end / (step * size) >= 4:
                return [round(turn * step * size, 9) for turn in range(int(end / (step * size)) + 1)]
        size /= 10


def mark(point: Point, right: float, top: float) -> str:
    """A subject: its place, its intervals, its name."""
    name, style, content = point
    x, y = across(style["value"] or 0.0, right), up(content["value"] or 0.0, top)
    lines = ""
    if style["low"] is not None and style["high"] is not None:
        lines += (
            f'<path class="reach" d="M{across(style["low"], right):.1f} {y:.1f}H{across(style["high"], right):.1f}"/>'
        )
    if content["low"] is not None and content["high"] is not None:
        lines += f'<path class="reach" d="M{x:.1f} {up(content["low"], top):.1f}V{up(content["high"], top):.1f}"/>'
    side, gap = ("end", -9) if x > WIDTH * 0.7 else ("start", 9)
    label = f'<text x="{x + gap:.1f}" y="{y - 7:.1f}" text-anchor="{side}">{escape(name)}</text>'
    return f'{lines}<circle cx="{x:.1f}" cy="{y:.1f}" r="5"/>{label}'
