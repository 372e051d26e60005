"""Arguments and options that several verbs share, so that they mean the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

PatientFiles = Annotated[
    list[Path],
    typer.Argument(
        help="Patient files: TOML, YAML or JSON, or a FHIR R4 bundle.", show_default=False
    ),
]
PatientFile = Annotated[
    Path,
    typer.Argument(
        help="A patient file: TOML, YAML or JSON, or a FHIR R4 bundle.", show_default=False
    ),
]
Weeks = Annotated[int, typer.Option(min=4, max=520, help="How far to forecast, in weeks.")]
Draws = Annotated[
    int, typer.Option(min=20, max=2000, help="Virtual twins per plan; more is smoother and slower.")
]
Seed = Annotated[
    int, typer.Option(min=0, max=2**62, help="Same seed, same person, same bits in any order.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output, nothing else.")]
