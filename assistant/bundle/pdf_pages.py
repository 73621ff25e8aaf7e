"""The number of pages of a PDF, from the file alone."""

from __future__ import annotations

from io import BytesIO

from assistant.errors import BundleError


def page_count(content: bytes, name: str) -> int:
    """Return the number of pages; raise BundleError when `content` is not a whole PDF that opens without a password."""
    import pikepdf

    fix = "Make the report again in the Report step."
    try:
        with pikepdf.open(BytesIO(content), attempt_recovery=False) as document:
            return len(document.pages)
    except pikepdf.PasswordError as error:
        raise BundleError(f"{name} opens with a password only.", "The course could not read it.", fix) from error
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise BundleError(
            f"{name} is not a whole PDF.", f"{str(error).splitlines()[0] if str(error) else ''}", fix
        ) from error
