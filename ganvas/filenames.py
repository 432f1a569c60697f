"""Names of files: shown safely, and no two of them for the same file."""

import unicodedata
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import TypeVar

JOINERS = {"\u200c", "\u200d"}  # invisible, but part of words in some scripts and of many emoji
AnyPath = TypeVar("AnyPath", bound=PurePath)


def show_name(name: str) -> str:
    """A name as it may be printed anywhere: what would steer a terminal, reverse a line or is no UTF-8 is escaped.

    A byte that is no UTF-8 (``os.fsdecode`` keeps it as a lone surrogate) becomes ``\\xc4``.
    """
    return "".join(letter if is_visible(letter) else escape_letter(letter) for letter in name)


def is_visible(letter: str) -> bool:
    """Whether a letter can be shown as it is."""
    return letter.isprintable() or letter in JOINERS or unicodedata.category(letter) == "Zs"


def escape_letter(letter: str) -> str:
    """A letter by its number, as Python writes it."""
    code = ord(letter)
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def fold_name(name: str) -> str:
    """What is the same for two names of one file on some system: letters composed, without case."""
    return unicodedata.normalize("NFC", name).casefold()


def number_name(path: AnyPath, first: int = 2) -> Iterator[AnyPath]:
    """The path with " (2)", " (3)" ... behind its stem, without end."""
    number = first
    while True:
        yield path.with_name(f"{path.stem} ({number}){path.suffix}")
        number += 1


def fold_path(path: PurePath) -> str:
    """A path without case."""
    return fold_name(str(path))


class FreeNames:
    """Gives paths away, each once; ``key`` says the same for two paths of one file."""

    def __init__(self, key: Callable[[PurePath], str] = fold_path) -> None:
        self.key = key
        self.files: set[str] = set()
        self.folders: set[str] = set()
        self.numbers: dict[str, int] = {}

    def claim_file(self, path: AnyPath) -> AnyPath:
        """The path, or it with a number where it is taken; from now on it is.

        Where a folder of the path is a file already, that folder gets the number.
        """
        path = self.claim_parents(path)
        free = path if self.is_free(path) else self.find_number(path)
        self.files.add(self.key(free))
        return free

    def claim_folder(self, path: AnyPath) -> AnyPath:
        """The path, or it with a number, as a folder that nobody else has."""
        path = self.claim_parents(path)
        free = path if self.is_free(path) else self.find_number(path)
        self.folders.add(self.key(free))
        return free

    def claim_parents(self, path: AnyPath) -> AnyPath:
        """The path with its folders renamed where one of them is a file already."""
        parent = path.parent
        if parent == path or self.key(parent) in self.folders:
            return path
        parent = self.claim_parents(parent)
        if self.key(parent) in self.files:
            parent = next(free for free in number_name(parent) if self.key(free) not in self.files)
        self.folders.add(self.key(parent))
        return parent / path.name if path.name else path

    def find_number(self, path: AnyPath) -> AnyPath:
        """The path with the first number that is free; looks on where the last search for it ended."""
        key = self.key(path)
        first = self.numbers.get(key, 2)
        number, free = next(found for found in enumerate(number_name(path, first), first) if self.is_free(found[1]))
        self.numbers[key] = number + 1
        return free

    def is_free(self, path: PurePath) -> bool:
        """Whether neither a file nor a folder has this path."""
        key = self.key(path)
        return key not in self.files and key not in self.folders
