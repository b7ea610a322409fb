"""Querysets that remember the tenant they were made in.

A queryset is lazy: made in one tenant and evaluated in another it would answer with the *other's*
rows, and no right in the database can help (SPIKE.md §1). So each query carries the schema it was
made in, and refuses to run anywhere else. A row remembers it too (`commons.models.TenantModel`):
what starts from a row of another tenant, a relation followed or a value compared, is refused here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from django.db import connections, models
from django.db.models import sql
from django.db.models.query import RawQuerySet

from commons.tenancy import WrongTenant, current_schema

ModelT = TypeVar("ModelT", bound=models.Model, covariant=True)


def refuse_other_schema(made_in: str, runs_in: str) -> None:
    """The guard itself, apart so that `make guards` can take it away."""
    if made_in != runs_in:
        raise WrongTenant(f"what was made in {made_in!r} may not be used in {runs_in!r}")


def refuse_foreign_row(row: Any) -> None:
    """Refuse a row of another tenant; what is no tenant's row passes."""
    made_in = getattr(row, "made_in", None)
    if made_in is not None:
        refuse_other_schema(made_in, current_schema())


class TenantRow:
    """What a tenant model refuses outside the schema its row was made or read in."""

    made_in: str

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        refuse_other_schema(self.made_in, current_schema())
        super().save_base(*args, **kwargs)  # type: ignore[misc]

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        refuse_other_schema(self.made_in, current_schema())
        return super().delete(*args, **kwargs)  # type: ignore[misc]

    def _prepare_related_fields_for_save(self, *args: Any, **kwargs: Any) -> None:
        """Django's own step before a save or a bulk insert: here, what a row points to is known."""
        for related in self._state.fields_cache.values():  # type: ignore[attr-defined]
            refuse_foreign_row(related)
        super()._prepare_related_fields_for_save(*args, **kwargs)  # type: ignore[misc]


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

    def check_query_object_type(self, value: Any, opts: Any, field: Any) -> None:
        refuse_foreign_row(value)
        super().check_query_object_type(value, opts, field)


class TenantRawQuerySet(RawQuerySet):  # type: ignore[type-arg]  # generic in its stubs only
    """Raw SQL that only runs in the schema it was asked for in."""

    def __init__(self, *args: Any, made_in: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.made_in = made_in

    def iterator(self) -> Iterator[Any]:
        refuse_other_schema(self.made_in, current_schema())
        for row in super().iterator():
            refuse_other_schema(self.made_in, current_schema())
            yield row


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

    def _add_hints(self, **hints: Any) -> None:
        refuse_foreign_row(hints.get("instance"))
        super()._add_hints(**hints)  # type: ignore[misc]

    def _iterator(self, use_chunked_fetch: bool, chunk_size: int | None) -> Iterator[Any]:  # noqa: FBT001  Django's signature
        for row in super()._iterator(use_chunked_fetch, chunk_size):  # type: ignore[misc]
            self._stay()  # begun in its tenant, it must not make rows in another
            yield row

    def create(self, **kwargs: Any) -> ModelT:
        self._stay()
        return super().create(**kwargs)

    def bulk_create(self, objs: Iterable[ModelT], *args: Any, **kwargs: Any) -> list[ModelT]:
        self._stay()
        rows = list(objs)
        for row in rows:
            refuse_foreign_row(row)
        return super().bulk_create(rows, *args, **kwargs)

    def bulk_update(self, objs: Iterable[ModelT], *args: Any, **kwargs: Any) -> int:
        rows = list(objs)
        for row in rows:
            refuse_foreign_row(row)
        return super().bulk_update(rows, *args, **kwargs)

    def raw(
        self,
        raw_query: Any,
        params: Any = (),
        translations: dict[str, str] | None = None,
        using: str | None = None,
    ) -> Any:
        self._stay()
        return TenantRawQuerySet(
            raw_query,
            model=self.model,
            params=params,
            translations=translations,
            using=using or self.db,
            made_in=current_schema(),
        )

    def update(self, **kwargs: Any) -> int:
        self._stay()
        return super().update(**kwargs)

    def _raw_delete(self, using: str | None) -> int:
        # What Django's delete() does last; its query is of another class than ours.
        self._stay()
        return super()._raw_delete(using)


class TenantManager(models.Manager[ModelT]):
    """The manager of every tenant model."""

    _hints: dict[str, Any]  # Django's own, unknown to its stubs

    def get_queryset(self) -> TenantQuerySet[ModelT]:
        refuse_foreign_row(self._hints.get("instance"))
        return TenantQuerySet(self.model, using=self._db, hints=self._hints)
