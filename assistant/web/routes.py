"""The files of a student, given to nobody else: every route asks the cookie whose they are."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from pydantic import TypeAdapter, ValidationError

from assistant.errors import AssistantError
from assistant.submission import report_building as report
from assistant.submission.sending import receipt
from assistant.submission.services import Services
from assistant.submission.session import Desk
from assistant.web.identity import Identity, arrival
from assistant.web.last_words import LastWords

_TYPES = {
    ".pdf": "application/pdf",
    ".zip": "application/zip",
    ".ipynb": "application/x-ipynb+json",
    ".eml": "message/rfc822",
}
_SAFE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


_FIELDS = TypeAdapter(dict[str, str])
_LARGEST_FIELDS = 500_000


def _is_from_here(request: Request) -> bool:
    return urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host", "")


def add_routes(app: FastAPI, services: Services, identity: Identity, last_words: LastWords) -> None:
    """Add the routes for artefacts, the resume form and the health check."""

    def desk_of(request: Request) -> Desk | None:
        owner = identity.read(request.cookies)
        return None if owner is None else Desk(services, owner)

    def given(path: Path, name: str) -> Response:
        if not path.is_file():
            return PlainTextResponse("This file is not there (yet).", status_code=404)
        return FileResponse(
            path, media_type=_TYPES.get(path.suffix, "application/octet-stream"), filename=name, headers=_SAFE
        )

    @app.get("/files/project-{number}/report.pdf")
    def report_file(request: Request, number: int) -> Response:
        desk = desk_of(request)
        if desk is None or not 1 <= number <= len(services.brief.projects):
            return PlainTextResponse("Not yours.", status_code=404)
        return given(desk.project_folder(number).report, f"report-{number}.pdf")

    @app.get("/files/project-{number}/notebook.ipynb")
    def notebook_file(request: Request, number: int) -> Response:
        desk = desk_of(request)
        if desk is None or not 1 <= number <= len(services.brief.projects):
            return PlainTextResponse("Not yours.", status_code=404)
        return given(desk.project_folder(number).notebook, f"notebook-{number}.ipynb")

    @app.get("/files/project-{number}/page-{page}.png")
    def page_picture(request: Request, number: int, page: int) -> Response:
        desk = desk_of(request)
        if desk is None or not 1 <= number <= len(services.brief.projects):
            return PlainTextResponse("Not yours.", status_code=404)
        picture = report.page_picture(desk, number, page)
        if picture is None:
            return PlainTextResponse("There is no such page.", status_code=404)
        return Response(picture, media_type="image/png", headers=_SAFE)

    @app.get("/files/{name}")
    def artefact(request: Request, name: str) -> Response:
        desk = desk_of(request)
        if desk is None:
            return PlainTextResponse("Not yours.", status_code=404)
        if name in ("bundle.zip", "message.eml"):
            return given(desk.folder / "bundle" / name, name)
        if match := re.fullmatch(r"receipt-([0-9a-f]{1,32})\.txt", name):
            try:
                return PlainTextResponse(
                    receipt(desk, match[1]), headers={**_SAFE, "Content-Disposition": f'attachment; filename="{name}"'}
                )
            except AssistantError as error:
                return PlainTextResponse(str(error), status_code=404)
        return PlainTextResponse("There is no such file.", status_code=404)

    @app.post("/resume")
    async def resume(request: Request) -> Response:
        # Another site must not be able to slip its own draft under a student's cookie.
        if not _is_from_here(request):
            return PlainTextResponse("This form was not sent from this page.", status_code=403)
        form = await request.form()
        owner = services.drafts.owner_of(str(form.get("code", ""))[:60])
        if owner is None:
            return PlainTextResponse(
                "There is no draft with this code here. Check it for typing errors and go back.", status_code=404
            )
        response = RedirectResponse("./", status_code=303)
        response.headers.append("set-cookie", identity.header(owner))
        return response

    @app.post("/keep")
    async def keep(request: Request) -> Response:
        owner = identity.read(request.cookies)
        if owner is None or not _is_from_here(request):
            return PlainTextResponse("Not yours.", status_code=403)
        content = await request.body()
        try:
            fields = _FIELDS.validate_json(content[:_LARGEST_FIELDS])
        except ValidationError:
            return PlainTextResponse("These are no fields.", status_code=400)
        await to_thread.run_sync(last_words.keep, Desk(services, owner), fields, arrival(request))
        return Response(status_code=204)

    @app.get("/health")
    def health() -> Response:
        return PlainTextResponse("ok")
