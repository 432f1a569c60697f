"""The few environment variables that a process which reads hostile files is given."""

import os

PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # no tokens, no secrets


def reduce_environment() -> dict[str, str]:
    """The few variables that such a process gets."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ}
