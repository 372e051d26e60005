"""The server's routes: discovery, cards and feedback of CDS Hooks; the local page beside them.

It keeps nothing and logs nothing of a record, and it answers only under names of this machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from anagen.errors import InputProblems
from anagen.web import page
from anagen.web.cds_cards import cards
from anagen.web.cds_request import SERVICE, CdsRequest, discovery, read_feedback, read_request
from anagen.web.responses import json_body, told

LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")
Today = Callable[[], date]
_PRIVATE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def cds_hooks(
    origins: Sequence[str] = (), *, today: Today = date.today, name: str = ""
) -> Starlette:
    """The CDS Hooks service; browsers on pages of `origins` may call it, those of others may not.

    `today` gives the day that counts as now for the weeks of a record; `name` is a loopback address
    it is served under beside the usual ones.
    """

    async def services(request: Request) -> Response:
        return JSONResponse(discovery())

    async def service(request: Request) -> Response:
        call = read_request(await json_body(request))
        return JSONResponse({"cards": await run_in_threadpool(_cards, call, today())})

    async def feedback(request: Request) -> Response:
        # Understood and let go: nothing about a person is kept here.
        read_feedback(await json_body(request))
        return Response(status_code=200)

    return Starlette(
        routes=[
            Route("/cds-services", told(services), methods=["GET"]),
            Route(f"/cds-services/{SERVICE}", told(service), methods=["POST"]),
            Route(f"/cds-services/{SERVICE}/feedback", told(feedback), methods=["POST"]),
        ],
        middleware=middleware(origins, name),
    )


def local_page(
    examples: Path | None = None, *, today: Today = date.today, name: str = ""
) -> Starlette:
    """The page of this machine; records of the folder `examples` are offered to choose from."""
    offered = page.examples_in(examples)
    # The compiled kernels use every core and are not made to run twice at once in one process.
    one_at_a_time = CapacityLimiter(1)

    async def start(request: Request) -> Response:
        return HTMLResponse(page.start(offered), headers=_PRIVATE)

    async def report(request: Request) -> Response:
        form = await page.read_form(request)
        try:
            wish = await page.read_wish(form, offered)
        except InputProblems as error:
            return HTMLResponse(page.start(offered, error.problems), 400, headers=_PRIVATE)
        finally:
            await form.close()
        made = partial(page.report, wish, today=today())
        text, kind = await to_thread.run_sync(made, limiter=one_at_a_time)
        return Response(text, media_type=kind, headers=_PRIVATE)

    return Starlette(
        routes=[
            Route("/", told(start), methods=["GET"]),
            Route("/report", told(report), methods=["POST"]),
        ],
        middleware=middleware((), name),
    )


def middleware(origins: Sequence[str], name: str = "") -> list[Middleware]:
    """Names of this machine only (a foreign name that leads here is refused), and CORS."""
    return [
        Middleware(
            TrustedHostMiddleware,
            allowed_hosts=[*LOCAL_NAMES, *([name] if name else [])],
            www_redirect=False,
        ),
        Middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=["GET", "POST"],
            allow_headers=["Content-Type", "Authorization"],
        ),
    ]


def _cards(call: CdsRequest, today: date) -> list[dict]:
    """From the prefetched bundle to cards: the same functions as `anagen assess`."""
    from anagen.assess.assess import assess
    from anagen.assess.uncertainty import DRAWS
    from anagen.interop.fhir import read_bundle
    from anagen.provenance import stamp

    record = read_bundle(call.bundle, "prefetch", today=today)
    return cards(assess(record), call.hook_instance, stamp(0, DRAWS), notes=record.source.reading)
