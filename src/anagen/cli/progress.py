"""Progress on standard error, with an estimate of the time left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Report = Callable[[int, int, str], None]


@contextmanager
def progress(title: str, *, quiet: bool) -> Iterator[Report]:
    """Yields `report(done, total, label)`. `quiet` (JSON output) shows nothing."""
    if quiet:
        yield lambda _done, _total, _label: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(title, total=None)

        def report(done: int, total: int, label: str) -> None:
            bars.update(task, completed=done, total=total, description=f"{title}: {label}")

        yield report
