"""Checks an uploaded style file in a process of its own that may die.

A file of a few bytes can unfold to gigabytes when it is read, so it is read by the server itself only after another
process has read it within bounds and found it to be a style.
"""

import json
import resource
import subprocess
import sys
from pathlib import Path

import ganvas
from ganvas.engine.tile_trial import try_served_tile
from ganvas.environment import reduce_environment
from ganvas.errors import BadStyle
from ganvas.style.file import check_style

MAX_MEMORY_BYTES = 3 * 2**30  # bytes of address space, most of it libraries
MAX_CPU_SECONDS = 90  # seconds
TIMEOUT_SECONDS = 480  # seconds by the clock, on a machine that does much else
CHILD_CODE = """
import sys
from pathlib import Path

from ganvas.engine.style_inspection import run_inspection_child

run_inspection_child(Path(sys.argv[1]))
"""


def inspect_style_file(path: Path) -> None:
    """Come back when the file is a style that can be run. Raises BadStyle with what is wrong."""
    environment = reduce_environment() | {"PYTHONPATH": str(Path(ganvas.__file__).parent.parent)}
    command = [sys.executable, "-P", "-c", CHILD_CODE, str(path)]
    try:
        child = subprocess.run(command, env=environment, capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
        said: dict[str, str] = json.loads(child.stdout)
    except subprocess.TimeoutExpired as error:
        raise BadStyle(f"The file was not looked through in {TIMEOUT_SECONDS} s.", "Try again later.") from error
    except ValueError as error:
        raise BadStyle("The file takes too much memory or time to be read.", "A style is of a few MB.") from error
    if said["what"]:
        raise BadStyle(said["what"], said["right"])


def run_inspection_child(path: Path) -> None:
    """Say on the standard output what is wrong with a file, as JSON; run in the process that may die."""
    for what, most in ((resource.RLIMIT_AS, MAX_MEMORY_BYTES), (resource.RLIMIT_CPU, MAX_CPU_SECONDS)):
        resource.setrlimit(what, (most, resource.getrlimit(what)[1]))
    what, right = "", ""
    try:
        check_style(path)
        try_served_tile(path)
    except BadStyle as error:
        what, right = error.what, error.right
    sys.stdout.write(json.dumps({"what": what, "right": right}))
