"""What strangers send is bounded on its way to the disk, before anybody knows who they are."""

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler


class Capped(FileUploadHandler):
    """Throws away what passes ``DOCUMENT_MAX_MB``: what is left is still too large to be kept."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= settings.DOCUMENT_MAX_MB * 1024 * 1024 else None

    def file_complete(self, file_size: int) -> None:
        """Another handler makes the file."""
