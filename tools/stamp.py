"""What a test database is made of: two trees with the same stamp share one."""

from __future__ import annotations

import hashlib
from pathlib import Path

# Not `**` from the root: in `var` databases come and go while one looks.
STAMPED = ("tenants/**/migrations/*.py", "billing/*/migrations/*.py", "federation/*/migrations/*.py",
           "platform/*/migrations/*.py", "tenants/registry/cluster.py", "tenants/registry/migrating.py",
           "tenants/registry/privileges.*", "tenants/registry/provisioning.py",
           "tenants/registry/backend/roles.py", "tests/build_template.py")  # fmt: skip


def stamp(root: Path) -> str:
    """A hash of what makes the databases of a tree."""
    digest = hashlib.sha256()
    for pattern in STAMPED:
        for path in sorted(root.glob(pattern)):
            digest.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]
