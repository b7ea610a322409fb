"""Querysets that remember the tenant they were made in.

A queryset is lazy: made in one tenant and evaluated in another it would answer with the *other's*
rows, and no right in the database can help (SPIKE.md §1). So each query carries the schema it was
made in, and refuses to run anywhere else.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import connections, models
from django.db.models import sql

from commons.tenancy import WrongTenant, current_schema

ModelT = TypeVar("ModelT", bound=models.Model, covariant=True)


def refuse_other_schema(made_in: str, runs_in: str) -> None:
    """The guard itself, apart so that `make guards` can take it away."""
    if made_in != runs_in:
        raise WrongTenant(f"a query made in {made_in!r} may not run in {runs_in!r}")


class TenantQuery(sql.Query):
    """A query that only compiles in the schema it was made in."""

    made_in: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.made_in = current_schema()

    def get_compiler(
        self, using: str | None = None, connection: Any = None, *a: Any, **k: Any
    ) -> Any:
        wrapper: Any = connection or connections[using or "default"]
        refuse_other_schema(self.made_in, wrapper.schema_name)
        return super().get_compiler(using, connection, *a, **k)


class TenantQuerySet(models.QuerySet[ModelT]):
    """A queryset whose every evaluation, update and delete stays in its tenant."""

    def __init__(
        self,
        model: type[ModelT] | None = None,
        query: sql.Query | None = None,
        using: str | None = None,
        hints: dict[str, models.Model] | None = None,
    ) -> None:
        if query is None and model is not None:
            query = TenantQuery(model)
        super().__init__(model=model, query=query, using=using, hints=hints)

    def _stay(self) -> None:
        made_in = getattr(self.query, "made_in", None)
        if made_in is not None:
            refuse_other_schema(made_in, current_schema())

    def update(self, **kwargs: Any) -> int:
        self._stay()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._stay()
        return super().delete()


class TenantManager(models.Manager[ModelT]):
    """The manager of every tenant model."""

    _hints: dict[str, Any]  # Django's own, unknown to its stubs

    def get_queryset(self) -> TenantQuerySet[ModelT]:
        return TenantQuerySet(self.model, using=self._db, hints=self._hints)
