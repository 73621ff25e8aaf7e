"""The files of a student, given to nobody else: every route asks the cookie whose they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from pydantic import TypeAdapter, ValidationError

from assistant.delivery.outbox import mail_bytes
from assistant.errors import AssistantError
from assistant.submission.packaging import composed
from assistant.submission.report_building import page_picture
from assistant.submission.sending import receipt
from assistant.submission.services import Services
from assistant.submission.session import Session
from assistant.submission.snapshot import ProjectSnapshot, Snapshot
from assistant.web.identity import Identity
from assistant.web.typed_words import Kept, TypedText, keep_words

_TYPES = {
    ".pdf": "application/pdf",
    ".zip": "application/zip",
    ".ipynb": "application/x-ipynb+json",
    ".eml": "message/rfc822",
    ".txt": "text/plain; charset=utf-8",
}
_SAFE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


_FIELDS = TypeAdapter(dict[str, TypedText])
_KEPT = TypeAdapter(dict[str, Kept])
_LARGEST_FIELDS = 500_000


def _is_from_here(request: Request) -> bool:
    return urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host", "")


@dataclass(frozen=True)
class _Files:
    """Answers for the files of the student whose cookie a request brings."""

    services: Services
    identity: Identity

    def snapshot(self, request: Request) -> Snapshot | None:
        owner = self.identity.read(request.cookies)
        return None if owner is None else Session(self.services, owner).snapshot

    def project(self, request: Request, number: int) -> ProjectSnapshot | None:
        snapshot = self.snapshot(request)
        if snapshot is None or not 1 <= number <= len(snapshot.projects):
            return None
        return snapshot.project(number)

    def report(self, request: Request, number: int) -> Response:
        """Give the report as it is now."""
        project = self.project(request, number)
        if project is None:
            return _NOT_YOURS
        try:
            return _content(project.report_pdf, f"report-{number}.pdf")
        except AssistantError as error:
            return PlainTextResponse(str(error), status_code=404)

    def notebook(self, request: Request, number: int) -> Response:
        """Give the notebook that was made last."""
        project = self.project(request, number)
        return _NOT_YOURS if project is None else _file(project.notebook_file, f"notebook-{number}.ipynb")

    def page(self, request: Request, number: int, page: int) -> Response:
        """Give a page of the report as a picture."""
        project = self.project(request, number)
        picture = None if project is None else page_picture(project, page)
        if picture is None:
            return PlainTextResponse("There is no such page.", status_code=404)
        return Response(picture, media_type="image/png", headers=_SAFE)

    def bundle(self, request: Request) -> Response:
        """Give the bundle that was packed last, while it is what the student would hand in."""
        snapshot = self.snapshot(request)
        if snapshot is None:
            return _NOT_YOURS
        return _file(snapshot.package.bundle.path if snapshot.package is not None else None, "bundle.zip")

    def mail(self, request: Request) -> Response:
        """Give the mail as it would go now."""
        snapshot = self.snapshot(request)
        if snapshot is None:
            return _NOT_YOURS
        if snapshot.package is None:
            return _MISSING
        try:
            mail = composed(snapshot, snapshot.package.bundle)
        except AssistantError as error:
            return PlainTextResponse(str(error), status_code=404)
        return _content(mail_bytes(mail), "message.eml")

    def receipt(self, request: Request, delivery: str) -> Response:
        """Give the receipt of one of the student's deliveries."""
        snapshot = self.snapshot(request)
        if snapshot is None:
            return _NOT_YOURS
        try:
            return _content(receipt(snapshot, delivery).encode(), f"receipt-{delivery}.txt")
        except AssistantError as error:
            return PlainTextResponse(str(error), status_code=404)


_NOT_YOURS = PlainTextResponse("Not yours.", status_code=404)
_MISSING = PlainTextResponse("This file is not there (yet).", status_code=404)


def _file(path: Path | None, name: str) -> Response:
    if path is None or not path.is_file():
        return _MISSING
    return FileResponse(path, media_type=_TYPES[Path(name).suffix], filename=name, headers=_SAFE)


def _content(content: bytes, name: str) -> Response:
    headers = {**_SAFE, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=_TYPES[Path(name).suffix], headers=headers)


def add_routes(app: FastAPI, services: Services, identity: Identity) -> None:
    """Add the routes for artefacts, the resume form, what is typed and the health check."""
    files = _Files(services, identity)

    @app.get("/files/project-{number}/report.pdf")
    def report_file(request: Request, number: int) -> Response:
        return files.report(request, number)

    @app.get("/files/project-{number}/notebook.ipynb")
    def notebook_file(request: Request, number: int) -> Response:
        return files.notebook(request, number)

    @app.get("/files/project-{number}/page-{page}.png")
    def page_file(request: Request, number: int, page: int) -> Response:
        return files.page(request, number, page)

    @app.get("/files/bundle.zip")
    def bundle_file(request: Request) -> Response:
        return files.bundle(request)

    @app.get("/files/message.eml")
    def mail_file(request: Request) -> Response:
        return files.mail(request)

    @app.get("/files/receipt-{delivery}.txt")
    def receipt_file(request: Request, delivery: str) -> Response:
        return files.receipt(request, delivery)

    @app.post("/resume")
    async def resume(request: Request) -> Response:
        return await _resume(request, services, identity)

    @app.post("/words")
    async def words(request: Request) -> Response:
        return await _words(request, services, identity)

    @app.get("/health")
    def health() -> Response:
        return PlainTextResponse("ok")


async def _resume(request: Request, services: Services, identity: Identity) -> Response:
    """Give the browser the identity whose draft a resume code opens."""
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


async def _words(request: Request, services: Services, identity: Identity) -> Response:
    """Store what was typed, and say of each field whether it is stored or what somebody else wrote there meanwhile."""
    owner = identity.read(request.cookies)
    if owner is None or not _is_from_here(request):
        return PlainTextResponse("Not yours.", status_code=403)
    content = await request.body()
    if len(content) > _LARGEST_FIELDS:
        return PlainTextResponse("This is too much text.", status_code=413)
    try:
        fields = _FIELDS.validate_json(content)
    except ValidationError:
        return PlainTextResponse("These are no fields.", status_code=400)
    kept = await to_thread.run_sync(keep_words, Session(services, owner), fields)
    return Response(_KEPT.dump_json(kept), media_type="application/json", headers=_SAFE)
