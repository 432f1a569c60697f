"""Says what to install when an optional dependency is missing."""

from types import TracebackType

from ganvas.errors import MissingDependency


class OptionalPackages:
    """``with Extra("learn"):`` around imports turns a package that is not there into a sentence on what to install."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if isinstance(error, ModuleNotFoundError) and not (error.name or "").startswith("ganvas"):
            right = f"Install it with: pip install 'ganvas[{self.name}]'"
            raise MissingDependency(f"This needs {error.name}, which is not installed.", right) from error
