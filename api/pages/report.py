"""The manager's report in the console, and as files to keep or send."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.responses import Response

from api.access import PartsHere, StaffHere
from api.pages.drawing import draw
from api.pages.reporting import as_csv, as_html, as_json, drawn, make_report, period_of
from api.pages.training import standings
from api.parts import Parts
from evals.report.building import Report
from knowledge.staff.training import list_trainings

router = APIRouter(include_in_schema=False)
Days = Annotated[int, Query(ge=1, le=366)]


@router.get("/console/report")
def report_page(request: Request, parts: PartsHere, me: StaffHere, days: Days = 30) -> HTMLResponse:
    """The report of the last days."""
    with parts.database.read() as session:
        trained = standings(list_trainings(session, parts.scope))
    return draw(request, "report.html", me=me, days=days, trained=trained, **drawn(_report(parts, days)))


@router.get("/console/report/file")
def report_file(parts: PartsHere, days: Days = 30, form: Literal["html", "csv", "json"] = "html") -> Response:
    """The same as a file: HTML that needs nothing else, every number as CSV, everything as JSON."""
    report = _report(parts, days)
    name = f"report-{report.period.until:%Y-%m-%d}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if form == "csv":
        return Response(as_csv(report), media_type="text/csv", headers=headers)
    if form == "json":
        return JSONResponse(as_json(report), headers=headers)
    return Response(as_html(report, parts.settings.company), media_type="text/html", headers=headers)


def _report(parts: Parts, days: int) -> Report:
    now = parts.clock()
    return make_report(parts, period_of(now - timedelta(days=days), now, now))
