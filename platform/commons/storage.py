"""Files of a tenant live in the tenant's own folder, and no name can lead out of it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage
from django.utils._os import safe_join

from commons.tenancy import require_tenant


class TenantFileStorage(FileSystemStorage):
    """A file system storage rooted, at each call, in the current tenant's folder.

    :raises NoTenant: outside a tenant
    :raises SuspiciousFileOperation: if a name leads out of the tenant's folder
    """

    @property
    def base_location(self) -> str:
        return str(Path(settings.MEDIA_ROOT) / require_tenant().schema_name)

    @property
    def location(self) -> str:
        return str(Path(self.base_location).resolve())

    def path(self, name: str) -> str:
        joined = safe_join(self.location, name)
        resolved = Path(joined).resolve()
        if not resolved.is_relative_to(self.location):  # a symbolic link out of the folder
            raise SuspiciousFileOperation(name)
        return str(resolved)

    def url(self, name: str | None) -> str:
        raise SuspiciousFileOperation("files are served by views that check who asks")

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return "commons.storage.TenantFileStorage", [], {}
