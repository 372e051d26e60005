"""`anagen serve`: decision support and a page for this machine only."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from anagen.errors import AnagenError


def serve(
    cds_hooks: Annotated[
        bool,
        typer.Option("--cds-hooks", help="Serve CDS Hooks (patient-view) for a record system."),
    ] = False,
    host: Annotated[str, typer.Option(help="Loopback address; others are refused.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8765,
    examples: Annotated[
        Path, typer.Option(help="Folder of records that the page offers as examples.")
    ] = Path("examples/patients"),
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(
            help="Web origin whose pages may call CDS Hooks; may be given more than once.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """A local page for plans, or CDS Hooks for a record system; nothing leaves the machine."""
    try:
        from anagen.web import app, local
    except ModuleNotFoundError as missing:
        raise AnagenError(
            f"the server needs {missing.name}: install it with  pip install 'anagen[serve]'"
        ) from missing

    origins = local.origins_of(allow_origin or ())
    listening = local.bound(host, port)
    name, taken = listening.getsockname()[:2]
    name = f"[{name}]" if ":" in name else name
    place = f"http://{name}:{taken}"
    typer.echo(f"{place}/cds-services" if cds_hooks else place)
    typer.echo("Only this machine can reach it. Nothing of a record is kept. Ctrl-C ends it.")
    local.serve(
        app.cds_hooks(origins, name=name) if cds_hooks else app.local_page(examples, name=name),
        listening,
    )
