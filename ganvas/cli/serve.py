"""``ganvas serve``: the page and the API. Knows how the parts are put together, and nothing of what they do."""

from pathlib import Path
from typing import Annotated

import typer


def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; any but this machine's own needs GANVAS_TOKEN.")
    ] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder that pictures and added styles are kept in.")] = None,
    work: Annotated[
        bool, typer.Option("--work/--no-work", help="Do jobs in this process too, or leave them to `ganvas work`.")
    ] = True,
) -> None:
    """Serve the page and the API, by default on http://127.0.0.1:8000 for this machine alone."""
    from dataclasses import replace

    from ganvas.cli.wiring import keep_private, open_engine, settled
    from ganvas.store import Store
    from ganvas.web.app import create_app
    from ganvas.web.server import address, check_address, listen, run

    given = {"host": host, "port": port, "data": data}
    settings = replace(settled(), **{name: value for name, value in given.items() if value is not None})
    check_address(settings)
    keep_private(settings)
    engine = open_engine(settings)
    app = create_app(settings, engine, Store(settings.data / "store"), engine.catalog, works=work)
    with listen(settings) as listening:
        typer.echo(f"Ganvas serves {address(listening)} (API: {address(listening)}/api/v1/docs); Ctrl+C stops it.")
        run(app, listening)
