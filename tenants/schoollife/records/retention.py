"""What is deleted when its time is over: the records of past school years, and what dry runs left."""

from __future__ import annotations

import datetime

from django.db import connection, transaction
from django.utils import timezone

from commons import kept_documents
from commons.school_calendar import school_year_of
from tenants.schoollife.records import queries
from tenants.schoollife.records.contract import CONTRACTS
from tenants.schoollife.records.models import (
    Absence,
    Assessment,
    Homework,
    HomeworkDone,
    ImportLine,
    Justification,
    JustificationDocument,
    Mark,
    RecordsImport,
)

# What was looked at and never taken is nobody's history.
UNTAKEN_KEPT = datetime.timedelta(days=30)


def purge_records(*, at: datetime.datetime) -> dict[str, int]:
    """
    Delete what is kept no longer; how many facts, imports and documents. Again, it changes nothing.

    The bytes of documents go first: a row whose file is still there is tried again.
    """
    oldest = school_year_of(timezone.localdate(at)).start_year - queries.rules().years_kept
    old_documents = JustificationDocument.objects.filter(
        justification__absence__school_year__lt=oldest
    )
    documents = kept_documents.erase(old_documents, at=at)
    with transaction.atomic(durable=True):
        facts = _delete_facts(oldest)
        imports = _delete_imports(oldest, at=at)
        _clear_staged(before=at - queries.STAGED_FOR)
    return {"facts": facts, "imports": imports, "documents": documents}


def _delete_facts(oldest: int) -> int:
    """Of school years that began before a year."""
    JustificationDocument.objects.filter(
        justification__absence__school_year__lt=oldest, deleted_at__isnull=False
    ).delete()
    Justification.objects.filter(absence__school_year__lt=oldest).delete()
    HomeworkDone.objects.filter(homework__school_year__lt=oldest).delete()
    deleted = 0
    for model in (Mark, Absence, Homework):
        deleted += model.objects.filter(school_year__lt=oldest).delete()[0]
    Assessment.objects.filter(school_year__lt=oldest).delete()
    return deleted


def _delete_imports(oldest: int, *, at: datetime.datetime) -> int:
    """Those of such years, and those that were compared and never taken."""
    over = RecordsImport.objects.filter(school_year__lt=oldest) | RecordsImport.objects.exclude(
        state=RecordsImport.State.APPLIED
    ).filter(started_at__lt=at - UNTAKEN_KEPT)
    keys = list(over.order_by("pk").values_list("pk", flat=True))
    ImportLine.objects.filter(records_import__in=keys).delete()
    return RecordsImport.objects.filter(pk__in=keys).delete()[0]


def _clear_staged(*, before: datetime.datetime) -> None:
    """The lines of dry runs that can be taken no longer."""
    with connection.cursor() as cursor:
        for contract in CONTRACTS.values():
            cursor.execute(
                f"""DELETE FROM {contract.table} WHERE import_id NOT IN (
                    SELECT id FROM school_records_recordsimport WHERE started_at >= %s
                )""",  # noqa: S608  ours, no input
                [before],
            )
