"""``ganvas serve``: the page and the API."""

from pathlib import Path
from typing import Annotated

import typer


def serve_app(
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

    from ganvas.cli.compose import keep_private, load_settings, open_engine
    from ganvas.storage.blobs import Store
    from ganvas.web.app import create_app
    from ganvas.web.server import bind_socket, check_address, format_socket_url, run_server

    given = {"host": host, "port": port, "data": data}
    settings = replace(load_settings(), **{name: value for name, value in given.items() if value is not None})
    check_address(settings)
    keep_private(settings)
    engine = open_engine(settings)
    app = create_app(settings, engine, Store(settings.data / "store"), engine.catalog, with_worker=work)
    with bind_socket(settings) as listening:
        typer.echo(
            f"Ganvas serves {format_socket_url(listening)} "
            f"(API: {format_socket_url(listening)}/api/v1/docs); Ctrl+C stops it."
        )
        run_server(app, listening)
