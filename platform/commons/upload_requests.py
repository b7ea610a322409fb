"""Documents between a browser and `commons.uploads`: taken in with a bound, given out disarmed."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from commons import uploads
from commons.examining.verdicts import LONGEST_BYTES, PDF

# Nothing runs, nothing is fetched, nothing is sent; opened in a tab, it has an origin of its own.
DOCUMENT_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
)


class BoundedUploadHandler(FileUploadHandler):
    """Keep one byte more of a file than may be kept, in memory, and let the rest go by.

    Django bounds everything in a form but its files. With this one, a larger file is read to its
    end and refused by `uploads.receive`, with the form's other fields as they were typed; and no
    document of a family is ever in a temporary folder.
    """

    chunk_size = 64 * 1024

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._kept = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        del start
        room = LONGEST_BYTES + 1 - self._kept.tell()
        if room > 0:
            self._kept.write(raw_data[:room])

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        del file_size
        size = self._kept.tell()
        self._kept.seek(0)
        return InMemoryUploadedFile(
            file=self._kept,
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type,
            size=size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )


def document_response(stored_name: str, *, title: str) -> HttpResponse:
    """A stored document of the current tenant, for a view that checked who asks.

    `title` names the file for whoever saves it: words of ours, never the family's. A picture shows
    in the page. A PDF is saved: a browser does not show one in a sandbox, and would run it outside.

    :raises NotFound: if the current tenant has no document of that name
    """
    content_type = uploads.content_type_of(stored_name)
    with uploads.open_stored(stored_name) as stored:
        response = HttpResponse(stored.read(), content_type=content_type)
    name = f"{title}.{uploads.EXTENSIONS[content_type]}"
    disposition = content_disposition_header(content_type == PDF, name)
    response["Content-Disposition"] = disposition or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = DOCUMENT_POLICY
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
