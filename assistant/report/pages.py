"""The report's pages as pictures, and how many there are."""

from __future__ import annotations

import io
import threading

from assistant.errors import ReportError

# PDFium is not safe in several threads.
_LOCK = threading.Lock()


def render_pages(pdf: bytes, dpi: int = 110) -> tuple[bytes, ...]:
    """Return each page as a PNG picture; raise ReportError when it is no PDF."""
    import pypdfium2

    with _LOCK:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError as error:
            raise _unreadable(error) from error
        try:
            pictures = []
            for page in document:
                stream = io.BytesIO()
                page.render(scale=dpi / 72).to_pil().save(stream, format="PNG")
                pictures.append(stream.getvalue())
            return tuple(pictures)
        finally:
            document.close()


def count_pages(pdf: bytes) -> int:
    """Return the number of pages; raise ReportError when it is no PDF."""
    import pypdfium2

    with _LOCK:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError as error:
            raise _unreadable(error) from error
        try:
            return len(document)
        finally:
            document.close()


def _unreadable(error: Exception) -> ReportError:
    return ReportError("The file is not a PDF that can be read.", f"{error}.", "Build the report again.")
