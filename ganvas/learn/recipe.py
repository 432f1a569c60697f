"""Recipe: all that decides a style, as data."""

import dataclasses
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import tomli_w
from pydantic import TypeAdapter, ValidationError

from ganvas.errors import BadRecipe
from ganvas.learn.compatibility import refuse_conflicts
from ganvas.learn.data.batches import DataOptions
from ganvas.learn.methods import METHODS
from ganvas.learn.training.precision import Wanted
from ganvas.style.file import CANVAS_RANGE
from ganvas.text import decode_text


@dataclass(frozen=True)
class TrainingSchedule:
    """How long: ``steps``, or ``minutes``, which a short measurement turns into steps before the run starts.

    The learning rate is full until ``decay_from`` (a share of the steps), then falls to 0 along a cosine.
    ``threads`` 0 is torch's own choice; it is written into the run, since sums depend on it. ``doctor``: whether each
    ``examine_every`` steps somebody looks at how the run fares, and whether safe changes are made (``act``). In the
    second half of the run each ``judge_every`` steps the state is scored on validation photos, and the best of these
    becomes the style; -1 is an eighth of the steps, 0 never. ``precision``: what networks compute in;
    ``auto`` is what this processor is quicker in, and is written into the run as what it was.
    """

    steps: int = 0
    minutes: float = 25.0
    decay_from: float = 0.5
    checkpoint_every: int = 200
    sample_every: int = 500
    threads: int = 0
    doctor: Literal["off", "watch", "act"] = "watch"
    examine_every: int = 100
    judge_every: int = -1
    precision: Wanted = "auto"


@dataclass(frozen=True)
class StyleDescription:
    """What the style file says of itself beyond what training measures; see ``ganvas.style.file.Style``."""

    title: dict[str, str] = field(default_factory=dict[str, str])
    artist: str = ""
    licence: str = ""
    source: str = ""
    canvas: int = 768
    drawing: int = 0
    card: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    preview: str = ""


@dataclass(frozen=True)
class Recipe:
    """A name, a method with its options, the data, the schedule, the seed, and what the style says of itself."""

    name: str
    data: DataOptions
    method: str = "house"
    seed: int = 1
    schedule: TrainingSchedule = field(default_factory=TrainingSchedule)
    about: StyleDescription = field(default_factory=StyleDescription)
    options: Any = None


def build_recipe(settings: Mapping[str, Any]) -> Recipe:
    """A recipe from plain data, as TOML and JSON give it.

    Raises:
        BadRecipe: an unknown method or key, a value of the wrong kind, or parts that do not fit together; the
            message names what would be right.
    """
    method = settings.get("method", "house")
    if method not in METHODS:
        raise BadRecipe(f"There is no method {method!r}.", f"Known methods: {', '.join(METHODS)}.")
    kind = METHODS[method].Options
    options = parse_dataclass(kind, merge_settings(dataclasses.asdict(kind()), settings.get("options", {})), "options")
    recipe = parse_dataclass(Recipe, {key: value for key, value in settings.items() if key != "options"}, "recipe")
    refuse_conflicts(method, METHODS[method], options, recipe.data)
    refuse_bad_canvas(recipe.about)
    return dataclasses.replace(recipe, options=options)


def refuse_bad_canvas(description: StyleDescription) -> None:
    """Raise BadRecipe for a canvas that no style file may have: training would be for nothing."""
    for key, edge in (("canvas", description.canvas), ("drawing", description.drawing)):
        if not (CANVAS_RANGE[0] <= edge <= CANVAS_RANGE[1] or (key == "drawing" and edge == 0)):
            raise BadRecipe(f"about.{key} is {edge} pixels.", f"Use {CANVAS_RANGE[0]} to {CANVAS_RANGE[1]}.")


def merge_settings(defaults: dict[str, Any], overrides: Any) -> Any:
    """The method's own settings with those that are given, at any depth: naming one of a table keeps the others."""
    if not isinstance(overrides, Mapping):
        return overrides
    changed = {
        key: merge_settings(defaults[key], value) if are_tables(defaults.get(key), value) else value
        for key, value in overrides.items()
    }
    return {**defaults, **changed}


def are_tables(*values: Any) -> bool:
    """Whether all values are tables."""
    return all(isinstance(value, Mapping) for value in values)


def parse_dataclass(kind: type, settings: Any, path: str) -> Any:
    """``plain`` as an instance of the dataclass ``kind``, every level of it checked for unknown keys."""
    refuse_unknown_keys(kind, settings, path)
    try:
        return TypeAdapter(kind, config=None).validate_python(settings)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join([path, *map(str, first["loc"])])
        raise BadRecipe(f"{place}: {first['msg']}.", f"Given was {first['input']!r}.") from None


def refuse_unknown_keys(kind: Any, settings: Any, path: str) -> None:
    """Raise BadRecipe for a key that the dataclass has not, at any depth."""
    if not (dataclasses.is_dataclass(kind) and isinstance(settings, Mapping)):
        return
    known = {f.name: f.type for f in dataclasses.fields(kind)}
    for key, value in settings.items():
        if key not in known:
            raise BadRecipe(f"{path} has no setting {key!r}.", f"Known settings: {', '.join(sorted(known))}.")
        refuse_unknown_keys(known[key], value, f"{path}.{key}")


def serialise_recipe(recipe: Recipe) -> dict[str, Any]:
    """A recipe as plain data, the inverse of ``build``; every setting is written out."""
    return dataclasses.asdict(recipe)


def load_recipe(path: Path) -> Recipe:
    """The recipe of a TOML file.

    Raises:
        BadRecipe: the file is missing, is not TOML, or does not fit.
    """
    try:
        return build_recipe(tomllib.loads(decode_text(path.read_bytes())))
    except FileNotFoundError:
        raise BadRecipe(f"There is no recipe {path}.", "Give the path of a .toml file; see recipes/.") from None
    except OSError as error:
        raise BadRecipe(f"{path} cannot be read: {error.strerror}.", "Give the path of a .toml file.") from None
    except UnicodeDecodeError:
        raise BadRecipe(f"{path} is neither UTF-8 nor UTF-16.", "Save the recipe as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise BadRecipe(f"{path} is not TOML: {error}.", "See recipes/ for examples.") from None


def save_recipe(recipe: Recipe, path: Path) -> None:
    """Write a recipe as TOML, every setting spelled out."""
    path.write_text(tomli_w.dumps(serialise_recipe(recipe)), encoding="utf-8")


def override_settings(recipe: Recipe, assignments: Sequence[str]) -> Recipe:
    """A recipe with ``key=value`` settings changed: ``schedule.steps=100``, ``options.content=0.5``.

    Raises:
        BadRecipe: no equals sign, an unknown key or a value of the wrong kind.
    """
    whole, changes = serialise_recipe(recipe), [split_assignment(setting) for setting in assignments]
    if any(key == "method" and value != recipe.method for key, value in changes):
        whole["options"] = {}  # those of another method
    for key, value in changes:
        set_nested_value(whole, key, value)
    return build_recipe(whole)


def split_assignment(assignment: str) -> tuple[str, Any]:
    """``key=value`` as the two."""
    key, equals, value = assignment.partition("=")
    if not equals:
        raise BadRecipe(f"{assignment!r} has no equals sign.", "Write key=value, as in options.content=0.5.")
    return key, parse_toml_value(value)


def set_nested_value(settings: dict[str, Any], key: str, value: Any) -> None:
    """Set the value at a path of keys with dots between them.

    Raises:
        BadRecipe: the path leads through a value that has no parts.
    """
    place: Any = settings
    *path, last = key.split(".")
    for part in path:
        place = place.setdefault(part, {})
        if not isinstance(place, dict):
            raise BadRecipe(f"{key!r}: {part} has no settings of its own.", f"It is {place!r}.")
    place[last] = value


def parse_toml_value(text: str) -> Any:
    """A TOML value, or the text itself where it is none."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
