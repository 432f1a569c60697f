"""Builds settings, catalogue and engine for commands."""

import os
from functools import partial
from pathlib import Path
from typing import cast

import ganvas
from ganvas.engine import session, thumbnail_norm
from ganvas.engine.engine import Engine
from ganvas.settings import Settings
from ganvas.style.catalog import Catalog


def load_settings() -> Settings:
    """The settings of this process, from its environment."""
    return Settings.from_environment(os.environ)


def keep_private(settings: Settings) -> None:
    """Let nobody else on this machine read the data folder: what is there already, and what this process writes."""
    os.umask(0o077)
    settings.data.mkdir(parents=True, exist_ok=True)
    settings.data.chmod(0o700)


def find_built_in_styles() -> Path:
    """The folder of the built-in styles: in an installed package within it, in a clone beside it."""
    package = Path(ganvas.__file__).parent
    within = package / "styles"
    return within if within.is_dir() else package.parent / "styles"


def open_catalog(settings: Settings) -> Catalog:
    """The styles on offer: the person's own, then those of the folders in the settings, then the built-in ones."""
    return Catalog([settings.data / "styles", *settings.styles, find_built_in_styles()])


def open_engine(settings: Settings) -> Engine:
    """The engine over the styles on offer."""
    precision = cast(session.Precision, settings.precision)
    open = partial(session.open_network, precision=precision, threads=settings.threads)
    open_tiled = partial(thumbnail_norm.open_tiled, precision=precision, threads=settings.threads)
    return Engine(open_catalog(settings), open, settings.networks, open_tiled)
