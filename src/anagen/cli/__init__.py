"""The command line: one file a verb, heavy imports only inside the verb that needs them."""

from __future__ import annotations

import os
import sys

from anagen.errors import AnagenError


def run() -> None:
    """Entry point of `anagen`: runs a verb and turns errors into messages, never tracebacks."""
    from anagen.cli.app import app
    from anagen.cli.messages import print_error

    try:
        app(prog_name="anagen")
    except AnagenError as error:
        print_error(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader went away (a pager was closed); there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; nothing was left half written.\n")
        sys.exit(130)
    except Exception as error:
        if os.environ.get("ANAGEN_TRACEBACK"):
            raise
        sys.stderr.write(
            f"anagen: this is a defect in Anagen, not in your input: "
            f"{type(error).__name__}: {error}\n"
            "Set ANAGEN_TRACEBACK=1 and run again for the details a report needs.\n"
        )
        sys.exit(1)
