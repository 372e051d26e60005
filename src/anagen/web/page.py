"""The local page: choose a record, get the report of `anagen plan`. No script, nothing kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

import jinja2
from markupsafe import Markup
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from anagen.errors import InputProblems, Problem
from anagen.patients.documents import MAX_JSON_BYTES
from anagen.patients.intake import load, parse
from anagen.patients.record import PatientRecord

FORMS = ("html", "json", "fhir")
WEEKS, DRAWS, SEED = 104, 200, 0
# What a form adds around a file: its fields and boundaries.
_AROUND = 10_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What a form asks for: the report of a record, in one of `FORMS`."""

    record: PatientRecord
    form: str


def examples_in(folder: Path | None) -> dict[str, Path]:
    """Name -> file of the records offered as examples."""
    found = sorted(folder.glob("*.toml")) if folder is not None and folder.is_dir() else ()
    return {path.stem: path for path in found}


async def read_form(request: Request) -> FormData:
    """The form of a request from this page, its size known before it is read.

    Raises HTTPException for a foreign page, an unknown size or one over the limit.
    """
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise HTTPException(403, "Only the page of this server may send a record.")
    size = request.headers.get("content-length", "")
    if not size.isdecimal():
        raise HTTPException(411, "The size of the form is not given.")
    if int(size) > MAX_JSON_BYTES + _AROUND:
        raise HTTPException(413, f"At most {MAX_JSON_BYTES / 1e6:g} MB are read.")
    return await request.form(max_files=1, max_fields=4)


async def read_wish(form: FormData, examples: Mapping[str, Path]) -> Wish:
    """The record of a form and what is wanted of it. Raises InputProblems."""
    wanted = form.get("as")
    kind = wanted if isinstance(wanted, str) and wanted in FORMS else "html"
    upload, example = form.get("record"), form.get("example")
    if isinstance(upload, UploadFile) and upload.filename:
        content = await upload.read()
        return Wish(parse(content, Path(upload.filename).name), kind)
    if isinstance(example, str) and example in examples:
        return Wish(load(examples[example]), kind)
    raise InputProblems(
        [Problem("form", "record", "", "no record was chosen", allowed="one file, or one example")]
    )


def report(wish: Wish, *, today: date) -> tuple[str, str]:
    """The report of a wish and its media type: the same functions as `anagen plan`."""
    from anagen.assess.assess import assess
    from anagen.interop.fhir_assessment import bundle_text
    from anagen.plan.make import make_plan
    from anagen.provenance import stamp
    from anagen.report import html
    from anagen.report import json as report_json
    from anagen.report.document import build

    record, made_by = wish.record, stamp(SEED, DRAWS)
    plan = make_plan(record, assess(record), weeks=WEEKS, draws=DRAWS, seed=SEED)
    if wish.form == "fhir":
        text = bundle_text(record, plan.assessment, made_by, today=today, plan=plan)
        return text, "application/fhir+json"
    document = build(record, plan, made_by, published=today)
    if wish.form == "json":
        return report_json.dump(document), "application/json"
    return html.render(document), "text/html"


def start(examples: Mapping[str, Path], problems: Sequence[Problem] = ()) -> str:
    """The page with the form, and what was wrong with the record sent before."""
    css = (files("anagen.report") / "templates" / "report.css").read_text(encoding="utf-8")
    return (
        _environment()
        .get_template("page.html.j2")
        .render(css=Markup(css), examples=list(examples), problems=problems)
    )


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("anagen.web", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
