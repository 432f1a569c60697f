"""The report: a judgement as one HTML page that needs nothing else."""

import base64
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from PIL import Image

from ganvas.judge import scatter_plot
from ganvas.judge.features import Pixels
from ganvas.judge.judge import Judgement
from ganvas.judge.nearest_works import PictureAndWork
from ganvas.judge.scores import SCORES
from ganvas.judge.serialise import JSON_CLOSING_TAG, JSON_OPENING_TAG

TEMPLATE_PATH = Path(__file__).with_name("report.html")
PHOTO_LABEL = "the photo"
FAMILY_TITLES = {"style": "Style", "content": "Content", "both": "Both", "faults": "Faults"}
WEBP_QUALITY = 92  # of the WebP pictures that are shown; figures are made from pixels

JudgementJson = Mapping[str, Any]


def render_page(answer: JudgementJson, judgement: Judgement) -> str:
    """The whole page: the answer, and of what was found the pictures that a person should see."""
    names = [subject["name"] for subject in answer["subjects"]]
    title = f"{names[0]}, judged"
    return Template(TEMPLATE_PATH.read_text(encoding="utf-8")).substitute(
        title=escape(title),
        first=escape(names[0]),
        lead=escape(describe_evaluation(answer)),
        verdicts="\n".join(render_verdicts(answer)),
        figures=render_score_table(answer),
        plot=scatter_plot.draw_scatter_plot(answer),
        pictures="\n".join(render_comparison_sliders(names, judgement.sample_pictures)),
        served=render_serving_table(answer),
        nearest=render_nearest_works(answer, judgement.nearest_pairs),
        again=render_reproduction(answer),
        answer=JSON_OPENING_TAG + json.dumps(answer).replace("<", "\\u003c") + JSON_CLOSING_TAG,
    )


def describe_evaluation(answer: JudgementJson) -> str:
    """What was judged with, in a few sentences."""
    asked, counts = answer["question"], {name: len(files) for name, files in answer["sets"].items()}
    photos = "all photos of the folder" if asked["every_photo"] else f"photos of the {asked['side']} side"
    return (
        f"{counts['photos']} {photos}, {counts['art']} works of the {asked['side']} side, unseen in training. "
        f"{answer['network']}. Made {answer['made']} by Ganvas {answer['ganvas']}."
    )


def render_verdicts(answer: JudgementJson) -> Iterator[str]:
    """A sentence for each subject that the first was judged against."""
    first = escape(answer["subjects"][0]["name"])
    for other in answer["against"]:
        said: dict[str, list[str]] = {"won": [], "lost": [], "undecided": []}
        for name, gap in other["gaps"].items():
            if SCORES[name].better_direction:
                said[gap["verdict"]].append(escape(SCORES[name].title))
        parts = [f"<b>{verdict}</b> {', '.join(titles)}" for verdict, titles in said.items() if titles]
        yield f"<p>{first} against <b>{escape(other['name'])}</b>: {'; '.join(parts)}.</p>"


def render_score_table(answer: JudgementJson) -> str:
    """The table of all scores: a row a score, a column a subject, true works last."""
    columns = [subject["name"] for subject in answer["subjects"]]
    head = "".join(f"<th scope=col>{escape(name)}</th>" for name in ("score", *columns, "other true works"))
    body: list[str] = []
    for family, title in FAMILY_TITLES.items():
        body.append(f"<tr class=family><th colspan={len(columns) + 2} scope=rowgroup>{title}</th></tr>")
        body += [render_score_row(answer, name) for name, about in SCORES.items() if about.family == family]
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"


def render_score_row(answer: JudgementJson, name: str) -> str:
    """One score of every subject, with its verdict."""
    about = SCORES[name]
    wish = {"less": "less is better", "more": "more is better", "": "neither is better"}[about.better_direction]
    cells = [f"<td>{escape(about.title)}<small>{escape(about.description)}; {wish}</small></td>"]
    gaps: list[Mapping[str, Any]] = [{}, *(other["gaps"] for other in answer["against"])]
    for subject, gap in zip(answer["subjects"], gaps, strict=True):
        verdict = gap[name]["verdict"] if name in gap and about.better_direction else ""
        cells.append(render_estimate_cell(subject["scores"].get(name), about.decimals, verdict))
    cells.append(render_estimate_cell(answer["true_works"].get(name), about.decimals))
    return f"<tr>{''.join(cells)}</tr>"


def render_estimate_cell(estimate: Mapping[str, Any] | None, digits: int, verdict: str = "") -> str:
    """A figure, its interval under it, and the verdict."""
    if estimate is None:
        return "<td>-</td>"
    low, high = estimate["low"], estimate["high"]
    reach = "no interval: too few" if low is None else f"{low:.{digits}f} to {high:.{digits}f}"
    said = f'<small class="{verdict}">{verdict}</small>' if verdict else ""
    return f"<td>{estimate['value']:.{digits}f}<small>{reach}</small>{said}</td>"


def render_comparison_sliders(names: Sequence[str], shown: Mapping[str, Sequence[Pixels]]) -> Iterator[str]:
    """A slider for each photo, between any two of the photo and its pictures."""
    made = {PHOTO_LABEL: shown[""], **{name: shown[name] for name in names if name in shown}}
    choices = list(made)
    for index in range(len(shown[""])):
        kept = "".join(
            f'<template data-name="{escape(name)}">{render_image(made[name][index], name)}</template>'
            for name in choices
        )
        left, right = PHOTO_LABEL, choices[1] if len(choices) > 1 else PHOTO_LABEL
        yield (
            f'<figure class="show">{kept}<div class="pair">{render_image(made[right][index], "right")}'
            f'<div class="over">{render_image(made[left][index], "left")}</div></div>'
            f'<div class="turn">{render_picture_select("Right", choices, right)}'
            f"{render_picture_select('Left', choices, left)}"
            f'<input type="range" min="0" max="100" value="50" aria-label="How much of the left picture shows, '
            f'photo {index + 1}"></div></figure>'
        )


def render_picture_select(label: str, names: Sequence[str], chosen: str) -> str:
    """A list to choose one of the pictures from."""
    options = "".join(
        f'<option value="{escape(name)}"{" selected" if name == chosen else ""}>{escape(name)}</option>'
        for name in names
    )
    return f"<label>{label} <select>{options}</select></label>"


def render_image(pixels: Pixels, name: str) -> str:
    """A picture at its own size, inside the page."""
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "webp", quality=WEBP_QUALITY)
    height, width = pixels.shape[:2]
    source = f"data:image/webp;base64,{base64.b64encode(data.getvalue()).decode()}"
    return f'<img src="{source}" width="{width}" height="{height}" alt="{escape(name)}">'


def render_serving_table(answer: JudgementJson) -> str:
    """Seams, precision, parity and cost of every subject that is a style."""
    styles = [subject for subject in answer["subjects"] if "serving" in subject]
    if not styles:
        return "<p>None of these is a style that is served.</p>"
    rows = [line for subject in styles for line in render_style_rows(subject)]
    return f'<div class="wide"><table><tbody>{"".join(rows)}</tbody></table></div>'


def render_style_rows(subject: Mapping[str, Any]) -> Iterator[str]:
    """The rows of one style."""
    yield f"<tr class=family><th colspan=2>{escape(subject['name'])}</th></tr>"
    faults, made = subject["serving"], subject["about"]["made"]
    if made:
        yield f"<tr><td>Trained</td><td>{describe_training(made)}</td></tr>"
    for title, gap in (("Seam between tiles", faults["seam"]), ("Lost by computing in bf16", faults["bf16"])):
        said = f"mean {gap['mean']:.3f}, at most {gap['most']:.0f} levels of 255" if gap else "not in tiles"
        yield f"<tr><td>{title}</td><td>{said}</td></tr>"
    parity = ", ".join(f"{escape(str(key))} {value}" for key, value in faults["parity"].items()) or "not recorded"
    yield f"<tr><td>PyTorch against the file, of -1 to 1</td><td>{parity}</td></tr>"
    yield from render_cost_rows(subject["cost"]) if "cost" in subject else ()


def describe_training(training: Mapping[str, Any]) -> str:
    """Which state of its training a style is, and how the candidates did on the validation side."""
    said = f"{training['steps']} steps"
    if "validation" not in training:
        return f"{said}; not chosen by scores"
    last = max(training["validation"], key=int)
    tried = [
        f"step {step}{' (best)' if int(step) == training['best'] else ''}{' (last)' if step == last else ''}: "
        f"style {found['style']:.1f}, content {found['content']:.3f}"
        for step, found in training["validation"].items()
    ]
    return "<br>".join([f"{said}; candidates on the validation side:", *tried])


def render_cost_rows(cost: Mapping[str, Any]) -> Iterator[str]:
    """The rows of what a style costs."""
    yield f"<tr><td>Parameters</td><td>{cost['parameters']:,} in {cost['bytes']:,} bytes</td></tr>"
    for edge, size in cost["sizes"].items():
        yield f"<tr><td>A photo of {edge} px</td><td>{format_cost(size)}</td></tr>"


def format_cost(size: Mapping[str, Any]) -> str:
    """Operations, seconds and memory of one size."""
    count, seconds, memory = size["operations"], size["seconds"], size["memory"]
    parts = ["operations not known" if count is None else f"{count / 1e9:.1f} GFLOP"]
    parts += ["too long or failed"] if seconds is None else [f"{seconds:.2f} s", f"{memory / 2**20:.0f} MiB resident"]
    return ", ".join(parts)


def render_nearest_works(answer: JudgementJson, near: Mapping[str, Sequence[PictureAndWork]]) -> str:
    """How free of trained works the pictures are, and those that are nearest to one, beside it."""
    said = "".join(f"<p>{describe_memorisation(subject)}</p>" for subject in answer["subjects"])
    usual = answer["unseen_works"]
    yardstick = (
        f"<p>Seen by the network, unseen works by the painter are {usual['least']:.3f} (the nearest), "
        f"{usual['middle']:.3f} (half of them nearer) to {usual['most']:.3f} from a trained one; 0 is a copy, or a "
        "tile of one. A picture nearer than the nearest of these counts as remembered.</p>"
    )
    true = [render_pair(pair, f"the nearest unseen work, and a trained one: {usual['least']:.3f}") for pair in near[""]]
    return said + yardstick + "".join([*true, *render_nearest_pairs(answer, near)])


def render_nearest_pairs(answer: JudgementJson, near: Mapping[str, Sequence[PictureAndWork]]) -> Iterator[str]:
    """The pictures of each subject that are nearest to a trained work."""
    least = answer["unseen_works"]["least"]
    for subject in answer["subjects"]:
        for told, pair in zip(subject["nearest"], near[subject["name"]], strict=False):
            mark = "; remembered" if told["gap"] < least else ""
            names = f"{subject['name']}: {told['picture']}, and {told['work']} that was trained on"
            yield render_pair(pair, f"{names}: {told['gap']:.3f}{mark}")


def render_pair(pair: PictureAndWork, caption: str) -> str:
    """A picture beside a trained work."""
    sides = f"{render_image(pair.picture, 'picture')}{render_image(pair.work, 'trained work')}"
    return f'<figure class="near">{sides}<figcaption>{escape(caption)}</figcaption></figure>'


def describe_memorisation(subject: Mapping[str, Any]) -> str:
    """The bias of a subject's Frechet distance, and how free it is of trained works."""
    name, floor, freedom = escape(subject["name"]), subject["frechet_of_true_works"], subject["freedom"]
    return (
        f"{name}: as many true works get a Frechet distance of {floor:.1f}, its bias in sets of this size; the "
        f"pictures are {freedom:.0%} as free of the trained works as unseen works are."
    )


def render_reproduction(answer: JudgementJson) -> str:
    """The command, and all that the figures depend on."""
    asked = answer["question"]
    facts = {
        "photos": asked["photos"],
        "art": asked["art"],
        "subjects": ", ".join(asked["subjects"]),
        "machine": ", ".join(map(str, answer["machine"].values())),
        "versions": ", ".join(f"{name} {version}" for name, version in answer["versions"].items()),
        "seeds": ", ".join(f"{name} {seed}" for name, seed in answer["seeds"].items()),
        "protocol": str(answer["protocol"]),
        "seconds": str(answer["seconds"]),
    }
    listed = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())
    return (
        "<p><code>ganvas judge --again THIS_FILE</code> judges the same photos and works again, told by their hashes, "
        f"and says which figures came out otherwise.</p><dl>{listed}</dl>"
    )
