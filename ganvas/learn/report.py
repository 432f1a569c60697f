"""The report of a run: one HTML file to send to somebody, or TensorBoard's files. Knows logs and samples only.

Nothing in the file is fetched: curves are drawn as SVG, samples lie in it.
"""

import base64
import html
import importlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ganvas.errors import Missing
from ganvas.learn.data import opened
from ganvas.learn.run import Run

WIDE, HIGH, POINTS = 560, 120, 280
SHEETS = 6
STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
body{color:#222;background:#fff}
img{max-width:100%;height:auto}figure{margin:1rem 0}svg{width:100%;max-width:35rem;height:auto;background:#f6f6f4}
table{border-collapse:collapse}td,th{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top}
.finding{border-left:.3rem solid #b3261e;padding:.2rem 1rem;margin:1rem 0}
pre{overflow:auto;background:#f6f6f4;padding:1rem}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}svg,pre{background:#242424}}"""


def report(run: Run) -> str:
    """The whole report as HTML.

    Raises:
        BadRun: the folder holds no run.
    """
    recipe, lines = run.recipe(), run.lines()
    losses = [line for line in lines if not {"diagnosis", "trial"} & line.keys()]
    found = [line for line in lines if "diagnosis" in line]
    title = html.escape(f"{recipe.name}: a run of {recipe.method}")
    parts = [
        f"<h1>{title}</h1>",
        f"<p>{told(losses, recipe.schedule.steps)}</p>",
        "<h2>What the doctor says</h2>",
        *([finding(line) for line in found] or ["<p>Nothing: no alarm so far.</p>"]),
        "<h2>Which state became the style</h2>",
        choice(run),
        "<h2>Losses</h2>",
        *curves(losses),
        "<h2>Samples</h2>",
        *sheets(run.samples),
        "<h2>Recipe</h2>",
        f"<pre>{html.escape(run.recipe_path.read_text())}</pre>",
    ]
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    return head + '<meta name="viewport" content="width=device-width">' + "\n".join(parts) + "</html>\n"


def told(losses: Sequence[Mapping[str, Any]], steps: int) -> str:
    """How far the run is, in a sentence."""
    if not losses:
        return f"Nothing is logged yet, of {steps} steps."
    last = losses[-1]
    return f"{last['step'] + 1} of {steps} steps in {last['seconds'] / 60:.1f} minutes."


def finding(line: Mapping[str, Any]) -> str:
    """One diagnosis as HTML."""
    evidence = ", ".join(f"{html.escape(name)} {value:g}" for name, value in line["evidence"].items())
    done = f"<br>Done: {html.escape(line['done'])}." if line["done"] else ""
    what = f"<strong>Step {line['step']}: {html.escape(line['what'])}</strong>"
    return f'<div class="finding">{what}<br>{evidence}<br>{html.escape(line["change"])}{done}</div>'


def choice(run: Run) -> str:
    """The candidates with their validation scores, the best and the last of them named."""
    trials, best = run.trials(), run.best()
    if not trials:
        return "<p>No state was scored: the last one is exported.</p>"
    names = list(dict.fromkeys(name for found in trials.values() for name in found))
    head = "".join(f"<th>{html.escape(name)}</th>" for name in ("step", *names, ""))
    marks = {max(trials): "last"}
    marks[best or 0] = "best and last" if best in marks else "best"
    rows = "".join(
        f"<tr><td>{step}</td>{''.join(f'<td>{found[name]:.4g}</td>' for name in names)}"
        f"<td>{marks.get(step, '')}</td></tr>"
        for step, found in trials.items()
    )
    said = "Scores on validation photos and works, less is better; the smallest sum of ranks is exported."
    return f"<p>{said}</p><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def curves(losses: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A curve for each loss, with its name, its last value and its range."""
    names = dict.fromkeys(name for line in losses for name in line if name not in ("step", "seconds"))
    for name in names:
        points = [(line["step"], line[name]) for line in losses if name in line]
        values = [value for _, value in points]
        about = f"{html.escape(name)}: {values[-1]:.4g} (from {min(values):.4g} to {max(values):.4g})"
        yield f"<figure><figcaption>{about}</figcaption>{curve(points)}</figure>"


def curve(points: Sequence[tuple[int, float]]) -> str:
    """Steps and values as an SVG line; of many points each is the mean of its share."""
    count = min(POINTS, len(points))
    shares = [points[index * len(points) // count : (index + 1) * len(points) // count] for index in range(count)]
    means = [(share[0][0], sum(value for _, value in share) / len(share)) for share in shares]
    low, high = min(value for _, value in means), max(value for _, value in means)
    last = max(means[-1][0], 1)
    places = (
        f"{WIDE * step / last:.1f},{HIGH * (1 - (value - low) / ((high - low) or 1)):.1f}" for step, value in means
    )
    line = f'<polyline fill="none" stroke="#2a6db0" stroke-width="2" points="{" ".join(places)}"/>'
    return f'<svg viewBox="-4 -4 {WIDE + 8} {HIGH + 8}" role="img">{line}</svg>'


def sheets(folder: Path) -> Iterator[str]:
    """Some sheets from the first to the last, within the file."""
    paths = sorted(folder.glob("step-*.jpg"))
    chosen = sorted({round(index * (len(paths) - 1) / max(SHEETS - 1, 1)) for index in range(min(SHEETS, len(paths)))})
    for path in (paths[index] for index in chosen):
        data = base64.b64encode(path.read_bytes()).decode()
        step = step_of(path)
        yield f'<figure><img alt="samples of step {step}" src="data:image/jpeg;base64,{data}">'
        yield f"<figcaption>Step {step}</figcaption></figure>"


def write_tensorboard(run: Run, folder: Path) -> int:
    """The run's losses, diagnoses and samples as TensorBoard's files; how many values were written.

    Raises:
        Missing: TensorBoard is not installed.
    """
    try:
        writer: Any = importlib.import_module("torch.utils.tensorboard").SummaryWriter(str(folder))
    except ImportError:
        raise Missing("TensorBoard is not installed.", "Install it with: pip install tensorboard") from None
    count = 0
    for line in run.lines():
        if "diagnosis" in line:
            writer.add_text("doctor", f"{line['what']} {line['change']}", line["step"])
            continue
        for name, value in numbers(line).items():
            writer.add_scalar(name, value, line["step"])
            count += 1
    for path in sorted(run.samples.glob("step-*.jpg")):
        writer.add_image("samples", opened(path), step_of(path), dataformats="HWC")
    writer.close()
    return count


def step_of(sheet: Path) -> int:
    """The step after which a sheet of samples was drawn."""
    return int(sheet.stem.removeprefix("step-"))


def numbers(line: Mapping[str, Any]) -> dict[str, float]:
    """The losses of a line of the log, or its candidate's scores."""
    if "trial" in line:
        return {f"validation/{name}": value for name, value in line["trial"].items()}
    return {name: value for name, value in line.items() if name not in ("step", "seconds")}
