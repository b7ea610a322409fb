"""Acts on marks, absences and homework: the doors of the room.

`importing`: a file of a collège, compared and taken. `justifying`: why a pupil was absent, and the
collège's answer. `homework`: what a pupil ticks. `configuring`: the département's rules. `retention`: what
is deleted. Locks: one file of a kind and a collège at a time, then rows: absence, justification.
"""

from __future__ import annotations

from tenants.schoollife.records.configuring import RecordsRulesInvalid, set_records_rules
from tenants.schoollife.records.homework import tick_homework
from tenants.schoollife.records.importing import (
    RecordsFile,
    RecordsImportOver,
    RecordsImportRunning,
    import_records,
    take_records,
)
from tenants.schoollife.records.justifying import (
    AbsenceJustified,
    JustificationAnswered,
    JustificationInvalid,
    JustificationTooLate,
    accept_justification,
    ask_justification_again,
    justify_absence,
    justify_with_document,
)
from tenants.schoollife.records.reasons import RecordsFileUnreadable
from tenants.schoollife.records.retention import purge_records

__all__ = (
    "AbsenceJustified",
    "JustificationAnswered",
    "JustificationInvalid",
    "JustificationTooLate",
    "RecordsFile",
    "RecordsFileUnreadable",
    "RecordsImportOver",
    "RecordsImportRunning",
    "RecordsRulesInvalid",
    "accept_justification",
    "ask_justification_again",
    "import_records",
    "justify_absence",
    "justify_with_document",
    "purge_records",
    "set_records_rules",
    "take_records",
    "tick_homework",
)
