"""The report of a run: one HTML file to send to somebody, or TensorBoard's files.

Nothing in the file is fetched: curves are drawn as SVG, samples lie in it.
"""

import base64
import html
import importlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ganvas.errors import MissingDependency
from ganvas.learn.data.batches import load_picture
from ganvas.learn.training.run import Run

CURVE_WIDTH, CURVE_HEIGHT, CURVE_POINTS = 560, 120, 280
MAX_SHEETS = 6
STYLESHEET = """body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
body{color:#222;background:#fff}
img{max-width:100%;height:auto}figure{margin:1rem 0}svg{width:100%;max-width:35rem;height:auto;background:#f6f6f4}
table{border-collapse:collapse}td,th{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top}
.finding{border-left:.3rem solid #b3261e;padding:.2rem 1rem;margin:1rem 0}
pre{overflow:auto;background:#f6f6f4;padding:1rem}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}svg,pre{background:#242424}}"""


def render_run_report(run: Run) -> str:
    """The whole report as HTML.

    Raises:
        BadRun: the folder holds no run.
    """
    recipe, lines = run.load_recipe(), run.read_log()
    losses = [line for line in lines if not {"diagnosis", "trial"} & line.keys()]
    found = [line for line in lines if "diagnosis" in line]
    title = html.escape(f"{recipe.name}: a run of {recipe.method}")
    parts = [
        f"<h1>{title}</h1>",
        f"<p>{describe_progress(losses, recipe.schedule.steps)}</p>",
        "<h2>What the doctor says</h2>",
        *([render_diagnosis(line) for line in found] or ["<p>Nothing: no alarm so far.</p>"]),
        "<h2>Which state became the style</h2>",
        render_candidate_table(run),
        "<h2>Losses</h2>",
        *render_loss_curves(losses),
        "<h2>Samples</h2>",
        *embed_sample_sheets(run.samples_folder),
        "<h2>Recipe</h2>",
        f"<pre>{html.escape(run.recipe_path.read_text())}</pre>",
    ]
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{STYLESHEET}</style>'
    return head + '<meta name="viewport" content="width=device-width">' + "\n".join(parts) + "</html>\n"


def describe_progress(losses: Sequence[Mapping[str, Any]], steps: int) -> str:
    """How far the run is, in a sentence."""
    if not losses:
        return f"Nothing is logged yet, of {steps} steps."
    last = losses[-1]
    return f"{last['step'] + 1} of {steps} steps in {last['seconds'] / 60:.1f} minutes."


def render_diagnosis(line: Mapping[str, Any]) -> str:
    """One diagnosis as HTML."""
    evidence = ", ".join(f"{html.escape(name)} {value:g}" for name, value in line["evidence"].items())
    done = f"<br>Done: {html.escape(line['done'])}." if line["done"] else ""
    what = f"<strong>Step {line['step']}: {html.escape(line['what'])}</strong>"
    return f'<div class="finding">{what}<br>{evidence}<br>{html.escape(line["change"])}{done}</div>'


def render_candidate_table(run: Run) -> str:
    """The candidates with their validation scores, the best and the last of them named."""
    trials, best = run.read_candidate_scores(), run.find_best_step()
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


def render_loss_curves(losses: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A curve for each loss, with its name, its last value and its range."""
    names = dict.fromkeys(name for line in losses for name in line if name not in ("step", "seconds"))
    for name in names:
        points = [(line["step"], line[name]) for line in losses if name in line]
        values = [value for _, value in points]
        about = f"{html.escape(name)}: {values[-1]:.4g} (from {min(values):.4g} to {max(values):.4g})"
        yield f"<figure><figcaption>{about}</figcaption>{draw_curve(points)}</figure>"


def draw_curve(points: Sequence[tuple[int, float]]) -> str:
    """Steps and values as an SVG line; of many points each is the mean of its share."""
    count = min(CURVE_POINTS, len(points))
    shares = [points[index * len(points) // count : (index + 1) * len(points) // count] for index in range(count)]
    means = [(share[0][0], sum(value for _, value in share) / len(share)) for share in shares]
    low, high = min(value for _, value in means), max(value for _, value in means)
    last = max(means[-1][0], 1)
    places = (
        f"{CURVE_WIDTH * step / last:.1f},{CURVE_HEIGHT * (1 - (value - low) / ((high - low) or 1)):.1f}"
        for step, value in means
    )
    line = f'<polyline fill="none" stroke="#2a6db0" stroke-width="2" points="{" ".join(places)}"/>'
    return f'<svg viewBox="-4 -4 {CURVE_WIDTH + 8} {CURVE_HEIGHT + 8}" role="img">{line}</svg>'


def embed_sample_sheets(folder: Path) -> Iterator[str]:
    """Some sheets from the first to the last, within the file."""
    paths = sorted(folder.glob("step-*.jpg"))
    chosen = sorted(
        {round(index * (len(paths) - 1) / max(MAX_SHEETS - 1, 1)) for index in range(min(MAX_SHEETS, len(paths)))}
    )
    for path in (paths[index] for index in chosen):
        data = base64.b64encode(path.read_bytes()).decode()
        step = parse_sheet_step(path)
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
        raise MissingDependency("TensorBoard is not installed.", "Install it with: pip install tensorboard") from None
    count = 0
    for line in run.read_log():
        if "diagnosis" in line:
            writer.add_text("doctor", f"{line['what']} {line['change']}", line["step"])
            continue
        for name, value in select_scalars(line).items():
            writer.add_scalar(name, value, line["step"])
            count += 1
    for path in sorted(run.samples_folder.glob("step-*.jpg")):
        writer.add_image("samples", load_picture(path), parse_sheet_step(path), dataformats="HWC")
    writer.close()
    return count


def parse_sheet_step(sheet: Path) -> int:
    """The step after which a sheet of samples was drawn."""
    return int(sheet.stem.removeprefix("step-"))


def select_scalars(line: Mapping[str, Any]) -> dict[str, float]:
    """The losses of a line of the log, or its candidate's scores."""
    if "trial" in line:
        return {f"validation/{name}": value for name, value in line["trial"].items()}
    return {name: value for name, value in line.items() if name not in ("step", "seconds")}
