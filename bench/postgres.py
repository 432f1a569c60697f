"""A PostgreSQL server of one's own, in a temporary folder and on a socket there.

PostgreSQL refuses to run as root, so root runs it as the user ``postgres``.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

USER = "postgres"


def find_programs() -> Path | None:
    """The folder of ``initdb`` and ``pg_ctl``; None where PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    other = shutil.which("initdb")
    return Path(other).parent if other else None


@contextmanager
def serve_postgres() -> Generator[str]:
    """The URL of a database of a new server, which is gone at the end."""
    programs = find_programs()
    assert programs, "PostgreSQL is not installed: apt-get install postgresql"
    with tempfile.TemporaryDirectory(prefix="ganvas-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, USER, USER)
        data = folder / "data"
        run_as_postgres(programs / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync")
        settings = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off -c max_connections=200"
        run_as_postgres(programs / "pg_ctl", "-D", data, "-w", "-o", settings, "-l", folder / "log", "start")
        try:
            yield f"postgresql://{USER}@/postgres?host={folder}"
        finally:
            run_as_postgres(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")


def run_as_postgres(*command: str | Path) -> None:
    """Run a program as a user that PostgreSQL takes."""
    become = ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []
    subprocess.run([*become, *map(str, command)], check=True, stdout=subprocess.DEVNULL, cwd="/")
