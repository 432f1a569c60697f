"""What a process that reads hostile files may know of its surroundings. Knows names of variables, and no process."""

import os

PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # no tokens, no secrets


def reduce_environment() -> dict[str, str]:
    """The few variables that such a process gets."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}
