"""Recipe: all that decides a style, as data. Knows TOML and the methods by name, and nothing of tensors."""

import dataclasses
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import tomli_w
from pydantic import TypeAdapter, ValidationError

from ganvas.errors import BadRecipe
from ganvas.learn.data import DataOptions
from ganvas.learn.fit import refuse_misfits
from ganvas.learn.methods import METHODS
from ganvas.learn.precision import Wanted
from ganvas.style import CANVAS
from ganvas.text import decode_text


@dataclass(frozen=True)
class Schedule:
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
class About:
    """What the style file says of itself beyond what training measures; see ``ganvas.style.Style``."""

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
    schedule: Schedule = field(default_factory=Schedule)
    about: About = field(default_factory=About)
    options: Any = None


def build(plain: Mapping[str, Any]) -> Recipe:
    """A recipe from plain data, as TOML and JSON give it.

    Raises:
        BadRecipe: an unknown method or key, a value of the wrong kind, or parts that do not fit together; the
            message names what would be right.
    """
    method = plain.get("method", "house")
    if method not in METHODS:
        raise BadRecipe(f"There is no method {method!r}.", f"Known methods: {', '.join(METHODS)}.")
    kind = METHODS[method].Options
    options = checked(kind, laid_over(dataclasses.asdict(kind()), plain.get("options", {})), "options")
    recipe = checked(Recipe, {key: value for key, value in plain.items() if key != "options"}, "recipe")
    refuse_misfits(method, METHODS[method], options, recipe.data)
    refuse_canvas(recipe.about)
    return dataclasses.replace(recipe, options=options)


def refuse_canvas(about: About) -> None:
    """Raise BadRecipe for a canvas that no style file may have: training would be for nothing."""
    for key, edge in (("canvas", about.canvas), ("drawing", about.drawing)):
        if not (CANVAS[0] <= edge <= CANVAS[1] or (key == "drawing" and edge == 0)):
            raise BadRecipe(f"about.{key} is {edge} pixels.", f"Use {CANVAS[0]} to {CANVAS[1]}.")


def laid_over(whole: dict[str, Any], given: Any) -> Any:
    """The method's own settings with those that are given, at any depth: naming one of a table keeps the others."""
    if not isinstance(given, Mapping):
        return given
    changed = {
        key: laid_over(whole[key], value) if is_table(whole.get(key), value) else value for key, value in given.items()
    }
    return {**whole, **changed}


def is_table(*values: Any) -> bool:
    """Whether all values are tables."""
    return all(isinstance(value, Mapping) for value in values)


def checked(kind: type, plain: Any, where: str) -> Any:
    """``plain`` as an instance of the dataclass ``kind``, every level of it checked for unknown keys."""
    refuse_unknown(kind, plain, where)
    try:
        return TypeAdapter(kind, config=None).validate_python(plain)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join([where, *map(str, first["loc"])])
        raise BadRecipe(f"{place}: {first['msg']}.", f"Given was {first['input']!r}.") from None


def refuse_unknown(kind: Any, plain: Any, where: str) -> None:
    """Raise BadRecipe for a key that the dataclass has not, at any depth."""
    if not (dataclasses.is_dataclass(kind) and isinstance(plain, Mapping)):
        return
    known = {f.name: f.type for f in dataclasses.fields(kind)}
    for key, value in plain.items():
        if key not in known:
            raise BadRecipe(f"{where} has no setting {key!r}.", f"Known settings: {', '.join(sorted(known))}.")
        refuse_unknown(known[key], value, f"{where}.{key}")


def plain(recipe: Recipe) -> dict[str, Any]:
    """A recipe as plain data, the inverse of ``build``; every setting is written out."""
    return dataclasses.asdict(recipe)


def load(path: Path) -> Recipe:
    """The recipe of a TOML file.

    Raises:
        BadRecipe: the file is missing, is not TOML, or does not fit.
    """
    try:
        return build(tomllib.loads(decode_text(path.read_bytes())))
    except FileNotFoundError:
        raise BadRecipe(f"There is no recipe {path}.", "Give the path of a .toml file; see recipes/.") from None
    except OSError as error:
        raise BadRecipe(f"{path} cannot be read: {error.strerror}.", "Give the path of a .toml file.") from None
    except UnicodeDecodeError:
        raise BadRecipe(f"{path} is neither UTF-8 nor UTF-16.", "Save the recipe as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise BadRecipe(f"{path} is not TOML: {error}.", "See recipes/ for examples.") from None


def save(recipe: Recipe, path: Path) -> None:
    """Write a recipe as TOML, every setting spelled out."""
    path.write_text(tomli_w.dumps(plain(recipe)), encoding="utf-8")


def change(recipe: Recipe, settings: Sequence[str]) -> Recipe:
    """A recipe with ``key=value`` settings changed: ``schedule.steps=100``, ``options.content=0.5``.

    Raises:
        BadRecipe: no equals sign, an unknown key or a value of the wrong kind.
    """
    whole, changes = plain(recipe), [parted(setting) for setting in settings]
    if any(key == "method" and value != recipe.method for key, value in changes):
        whole["options"] = {}  # those of another method
    for key, value in changes:
        put(whole, key, value)
    return build(whole)


def parted(setting: str) -> tuple[str, Any]:
    """``key=value`` as the two."""
    key, equals, value = setting.partition("=")
    if not equals:
        raise BadRecipe(f"{setting!r} has no equals sign.", "Write key=value, as in options.content=0.5.")
    return key, value_of(value)


def put(whole: dict[str, Any], key: str, value: Any) -> None:
    """Set the value at a path of keys with dots between them.

    Raises:
        BadRecipe: the path leads through a value that has no parts.
    """
    place: Any = whole
    *path, last = key.split(".")
    for part in path:
        place = place.setdefault(part, {})
        if not isinstance(place, dict):
            raise BadRecipe(f"{key!r}: {part} has no settings of its own.", f"It is {place!r}.")
    place[last] = value


def value_of(text: str) -> Any:
    """A TOML value, or the text itself where it is none."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
