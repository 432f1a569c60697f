"""Short-lived grants: who may load a picture that was just made and is in no history.

A grant is an empty file beside the store, so it survives a restart and holds for every process on the same folder. Its
name is a hash of owner and key, so that the folder tells nothing to who reads it.
"""

import hashlib
import time
from pathlib import Path

FOLDER = "grants"


class Grants:
    """The grants in a data folder; each ends ``seconds`` after it was last given."""

    def __init__(self, data: Path, seconds: float) -> None:
        self.folder = data / FOLDER
        self.seconds = seconds

    def give(self, owner: str, key: str) -> None:
        """Let an owner get what lies under a key."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.find_path(owner, key).touch()

    def covers(self, owner: str, key: str) -> bool:
        """Whether an owner's grant for a key holds now."""
        return find_time(self.find_path(owner, key)) > time.time() - self.seconds

    def sweep(self) -> None:
        """Delete what has ended."""
        for path in self.folder.glob("*"):
            if find_time(path) <= time.time() - self.seconds:
                path.unlink(missing_ok=True)

    def find_path(self, owner: str, key: str) -> Path:
        """The file of a grant."""
        return self.folder / hashlib.sha256(f"{owner}\0{key}".encode("utf-8", "replace")).hexdigest()


def find_time(path: Path) -> float:
    """When a file was last touched, in seconds since 1970; 0 where there is none."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
