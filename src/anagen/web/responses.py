"""Bodies with a limit in, and errors out: all problems as JSON, never a traceback or a log line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from anagen.errors import AnagenError, InputProblems, Problem
from anagen.patients.documents import MAX_JSON_BYTES
from anagen.web.cds_request import UnmetPrefetch

Endpoint = Callable[[Request], Awaitable[Response]]


class TooLargeError(InputProblems):
    """A body over the limit; status 413."""


class WrongTypeError(InputProblems):
    """A body of another media type; status 415."""


_STATUS: tuple[tuple[type[AnagenError], int], ...] = (
    (UnmetPrefetch, 412),
    (TooLargeError, 413),
    (WrongTypeError, 415),
    (InputProblems, 400),
)


async def json_body(request: Request) -> bytes:
    """The body of a JSON request, read no further than the limit. Raises InputProblems."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind not in ("application/json", "application/fhir+json"):
        raise WrongTypeError(
            [Problem("request", "Content-Type", kind, "not read", allowed="application/json")]
        )
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_JSON_BYTES:
            raise TooLargeError(
                [
                    Problem(
                        "request",
                        "body",
                        f"over {MAX_JSON_BYTES / 1e6:g} MB",
                        "the body is too large",
                        allowed=f"at most {MAX_JSON_BYTES / 1e6:g} MB",
                    )
                ]
            )
    return bytes(content)


def status_of(error: AnagenError) -> int:
    """The HTTP status of an error of ours."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def told(endpoint: Endpoint) -> Endpoint:
    """An endpoint whose errors become JSON with every problem; a defect tells only its kind."""

    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except InputProblems as error:
            problems = [asdict(problem) for problem in error.problems]
            return JSONResponse({"error": "input", "problems": problems}, status_of(error))
        except HTTPException:
            raise
        except Exception as error:
            # What a defect says may hold words of the record, so only its kind is told.
            return JSONResponse({"error": "defect", "message": type(error).__name__}, 500)

    return answered
