"""The command line: one file a verb, heavy imports only inside the verb that needs them."""

from __future__ import annotations

import errno
import io
import os
import sys

from anagen.errors import AnagenError

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def run() -> None:
    """Entry point of `anagen`: runs a verb and turns errors into messages, never tracebacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A letter that the terminal does not know becomes a question mark.
            stream.reconfigure(errors="replace")
    if "--json" in sys.argv and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        try:
            _run()
        finally:
            # Here it can still be told when what is left does not go out.
            sys.stdout.flush()
    except BrokenPipeError:
        # The reader went away (a pager was closed); there is nobody left to tell.
        _print_no_more()
        sys.exit(0)
    except OSError as error:
        if error.errno not in FULL:
            raise
        _print_no_more()
        sys.stderr.write(f"anagen: the output cannot be written: {error.strerror}\n")
        sys.exit(1)


def _run() -> None:
    from anagen.cli.app import app
    from anagen.cli.messages import print_error

    try:
        app(prog_name="anagen")
    except SystemExit as end:
        # What prints ends with a failure where the reader went away.
        if isinstance(end.__context__, BrokenPipeError):
            raise end.__context__ from None
        raise
    except AnagenError as error:
        print_error(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; nothing was left half written.\n")
        sys.exit(130)
    except Exception as error:
        unprinted = isinstance(error, OSError) and error.errno in (errno.EPIPE, *FULL)
        if unprinted or os.environ.get("ANAGEN_TRACEBACK"):
            raise
        sys.stderr.write(
            f"anagen: this is a defect in Anagen, not in your input: "
            f"{type(error).__name__}: {error}\n"
            "Set ANAGEN_TRACEBACK=1 and run again for the details a report needs.\n"
        )
        sys.exit(1)


def _print_no_more() -> None:
    """What is left in the buffers goes nowhere, or it would fail once more at the very end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
