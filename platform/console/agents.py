"""Who asked and who decided, by name: the rows keep the identifier of a person's account."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Collection

from django.utils.functional import Promise

from console.records import NOTHING
from console.words import SYSTEM_ACTORS, said
from tenants.accounts.queries import names_of_users


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class NamedActors:
    """The name of the person an act names, or the word for the part of the system that did it."""

    nobody: str | Promise = ""  # what is said of an identifier that is nobody's account

    def __call__(self, actor_id: str) -> str:
        return self.of_several([actor_id])[actor_id]

    def of_several(self, actor_ids: Collection[str]) -> dict[str, str]:
        """The same of several, asked for at once."""
        ids = {one: found for one in actor_ids if (found := _uuid(one))}
        names = names_of_users(set(ids.values()))
        return {
            one: names.get(ids[one], str(self.nobody) or one)
            if one in ids
            else said(SYSTEM_ACTORS)(one) or NOTHING
            for one in actor_ids
        }


name_of_actor = NamedActors()


def _uuid(written: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(written)
    except ValueError:
        return None
