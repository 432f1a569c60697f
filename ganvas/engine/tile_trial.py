"""A trial of the tile that is served, in a process with limits: ``python -m ganvas.engine.tile_trial FOLDER``.

A network of a few hundred bytes can ask for gigabytes at the size at which pictures are made although it is harmless
at 64 pixels. So the trial runs what the engine would run, with the runtime that the engine would open.
"""

import os
import resource
import subprocess
import sys
from functools import partial
from math import isqrt
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import ganvas
from ganvas.engine import session, thumbnail_norm
from ganvas.engine.engine import MAX_WHOLE_PIXELS, Engine
from ganvas.engine.tiling import TILE_SIDE, round_up, run_tile
from ganvas.errors import BadStyle
from ganvas.style.catalog import Catalog
from ganvas.style.file import Style, load_style

MIB = 2**20
DONE = b"done"
TILED_MEMORY, WHOLE_MEMORY = 1536 * MIB, 2048 * MIB  # bytes of private memory; Monet's tile takes 690 MB
SECONDS = 120  # of one processor; Monet's tile takes 3
PATIENCE = 240  # seconds by the clock, on a machine that does much else
PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # no tokens, no secrets


def try_served_tile(path: Path) -> None:
    """Run the network in a style file at the largest size at which it is served. Raises BadStyle if it takes too much.

    ``path`` must hold a style that ``check_style`` has accepted. A sampler has one size, which was tried there.
    """
    style = load_style(path)
    if style.kind != "transfer":
        return
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment |= {"PYTHONPATH": str(Path(ganvas.__file__).parent.parent), "OMP_NUM_THREADS": "1"}
    with TemporaryDirectory(prefix="ganvas-trial-") as folder:
        (Path(folder) / "style.onnx").symlink_to(path.absolute())
        command = [sys.executable, "-P", "-m", "ganvas.engine.tile_trial", folder]
        try:
            child = subprocess.run(command, env=environment, capture_output=True, timeout=PATIENCE, check=False)
        except subprocess.TimeoutExpired as error:
            raise BadStyle(f"The network did not finish one tile in {PATIENCE} s.", "Use fewer layers.") from error
    if child.stdout != DONE:
        limits = f"{memory_of(style) // MIB:,} MiB of memory or {SECONDS} s of a processor"
        what = f"One tile of the network takes more than {limits}, or fails."
        raise BadStyle(what, "Use fewer or narrower layers, and enlarge no map beyond the picture.")


def memory_of(style: Style) -> int:
    """Bytes that a run of the style's network may take."""
    return WHOLE_MEMORY if style.halo is None else TILED_MEMORY


def main(folder: Path) -> None:
    """Limit this process, run the one style in the folder, and write DONE on the standard output."""
    catalog = Catalog([folder])
    style = catalog.get(catalog.names()[0])
    limit_process(memory_of(style))
    run_largest(catalog, style)
    sys.stdout.buffer.write(DONE)


def limit_process(memory: int) -> None:
    """Bound private memory and processor time, and forbid writing files."""
    bounds = {resource.RLIMIT_DATA: memory, resource.RLIMIT_CPU: SECONDS}
    bounds |= {resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0}
    for limit, most in bounds.items():
        resource.setrlimit(limit, (most, most))
    address_space = resource.getrlimit(resource.RLIMIT_AS)[1]  # the caller's bound counts libraries, too
    resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))


def run_largest(catalog: Catalog, style: Style) -> None:
    """Run the network on the largest inputs that the engine gives it."""
    engine = Engine(catalog, partial(session.open_network, threads=1), 1, partial(thumbnail_norm.open_tiled, threads=1))
    if style.halo is None:
        run_once(engine, style, isqrt(MAX_WHOLE_PIXELS))
    if style.halo is not None or style.fixed_halo is not None:
        run_once(engine, style, TILE_SIDE + 2 * round_up(style.multiple, style.halo or style.fixed_halo or 0))


def run_once(engine: Engine, style: Style, side: int) -> None:
    """Run the network on the tile in the middle of a square photo, with its whole halo around it."""
    pixels = np.random.Generator(np.random.PCG64(1)).integers(0, 256, (side, side, 3), np.uint8)
    network, reach = engine.prepare_network(style, pixels)
    core = min(side, reach.max_tile)
    edge = (side - core) // 2
    run_tile(network, pixels, (edge, edge, core, core), reach)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
