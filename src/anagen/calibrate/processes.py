"""Work side by side in processes of their own, which end when the one that asked for it ends."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process
from typing import TypeVar

Task = TypeVar("Task")
Done = TypeVar("Done")
# Big arrays come and go thousands of times; handing each back to the system and asking for it again
# costs a tenth of a simulation. Read by the GNU C library as a process starts, ignored by others.
KEEPS_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**31)}
LOOKS_AFTER_SECONDS = 1.0
Each = Callable[[Callable[[Task], Done], Iterable[Task]], Iterator[tuple[int, Done]]]


@contextmanager
def side_by_side(workers: int) -> Iterator[Each]:
    """Gives `each(function, tasks)`: number and result of every task, in the order they end.

    One worker works in this process, in the order of the tasks. More of them are started afresh, so
    a script that calls this needs a main guard. An interrupt ends them in the middle of a task.
    """
    if workers <= 1:
        yield lambda function, tasks: enumerate(map(function, tasks))
        return
    others = active_children()
    for name, setting in KEEPS_MEMORY.items():
        os.environ.setdefault(name, setting)
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_obey_parent)

    def each(function: Callable[[Task], Done], tasks: Iterable[Task]) -> Iterator[tuple[int, Done]]:
        numbers = {pool.submit(function, task): number for number, task in enumerate(tasks)}
        running = set(numbers)
        while running:
            # An interrupt that another thread is handed does not end this wait: look often.
            ended, running = wait(running, LOOKS_AFTER_SECONDS, FIRST_COMPLETED)
            for future in sorted(ended, key=numbers.__getitem__):
                yield numbers[future], future.result()

    try:
        yield each
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        # A task may take an hour, and nobody waits for it any more.
        for worker in active_children():
            if worker not in others:
                worker.terminate()
        raise
    pool.shutdown()


def _obey_parent() -> None:
    """An interrupt is for the parent, which ends its workers; a parent that is killed tells nobody:
    without this its workers would wait for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def follow() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
