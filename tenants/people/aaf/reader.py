"""Reading the feed: one record at a time, hardened, in flat memory.

Nothing is fetched, no DTD is loaded, no entity is replaced, and each record is freed once read.
A file that is not XML, or that breaks a limit, refuses the whole feed (`FeedUnreadable`); a record
that cannot be taken is a `RejectedRecord` with its place. Every `addRequest`, `modifyRequest` and
`deleteRequest` of the files gives exactly one record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from tenants.people.aaf import attributes
from tenants.people.aaf.attributes import Refusal
from tenants.people.aaf.errors import FeedUnreadable, Problem
from tenants.people.aaf.file_names import FeedFile
from tenants.people.aaf.guarded import GuardedFile, Limits
from tenants.people.aaf.reasons import Reason
from tenants.people.aaf.records import (
    FeedRecord,
    IgnoredRecord,
    Kind,
    Operation,
    RejectedRecord,
)

OPERATIONS = {
    "addRequest": Operation.ADD.value,
    "modifyRequest": Operation.MODIFY.value,
    "deleteRequest": Operation.DELETE.value,
}
KINDS = {
    "Eleve": Kind.PUPIL,
    "PersRelEleve": Kind.GUARDIAN,
    "EtabEducNat": Kind.COLLEGE,
    "PersEducNat": Kind.STAFF,
    "MatEducNat": Kind.SUBJECT,
    "MatiereEducNat": Kind.SUBJECT,
    "MefEducNat": Kind.FORMATION,
}
ROOT = "ficAlimMENESR"
_Element = etree._Element  # noqa: SLF001  lxml gives its type no other name
_Build = Callable[[_Element | None, int, str, str], FeedRecord]
_BUILDERS: dict[Kind, _Build] = {
    Kind.PUPIL: attributes.pupil,
    Kind.GUARDIAN: attributes.guardian,
    Kind.COLLEGE: attributes.college,
}
_IGNORED = {kind: IgnoredRecord(kind) for kind in (Kind.STAFF, Kind.SUBJECT, Kind.FORMATION)}


def read_feed(files: Iterable[FeedFile], *, limits: Limits | None = None) -> Iterator[FeedRecord]:
    """The records of the files of a feed, in order.

    :raises FeedUnreadable: if a file is not XML, is no feed, or breaks a limit
    """
    for file in files:
        yield from read_file(file.path, limits=limits or Limits())


def hardened_iterparse(source: GuardedFile) -> etree.iterparse[tuple[str, _Element]]:
    """The parser, as it must be made: benches of "parse only" use the same."""
    return etree.iterparse(
        source,
        events=("end",),
        tag=tuple(OPERATIONS),
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=False,
    )


def free(element: _Element) -> None:
    """Forget a record, and whatever stands before it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def read_file(path: Path, *, limits: Limits) -> Iterator[FeedRecord]:
    """The records of one file.

    :raises FeedUnreadable: if the file is not XML, is no feed, or breaks a limit
    """
    name = path.name
    with path.open("rb") as file:
        source = GuardedFile(file, name=name, limits=limits)
        parser = hardened_iterparse(source)
        try:
            for _event, element in parser:
                previous = element.getprevious()
                if previous is not None and (
                    previous.tag not in OPERATIONS or previous.getprevious() is not None
                ):
                    yield from _strangers_before(element)
                yield _record(element)
                free(element)
                source.record_ended()
        except etree.XMLSyntaxError as error:
            raise _unreadable(error, name) from error
        if parser.root is None or parser.root.tag != ROOT:
            raise FeedUnreadable(Problem.NOT_A_FEED, file=name, line=1)
        yield from filter(None, map(_stranger, parser.root))


def _strangers_before(element: _Element) -> Iterator[RejectedRecord]:
    """What stands between two records and is none."""
    before = reversed(list(element.itersiblings(preceding=True)))
    yield from filter(None, map(_stranger, before))


def _stranger(element: _Element) -> RejectedRecord | None:
    """An element that should be a record and has another name, or None if it is a record."""
    if element.tag in OPERATIONS:
        return None
    record_id = _id_of(element) if isinstance(element.tag, str) else ""
    detail = str(element.tag)[:60] if isinstance(element.tag, str) else "&"
    return RejectedRecord(_line(element), Kind.UNKNOWN, record_id, Reason.UNKNOWN_REQUEST, detail)


def _line(element: _Element) -> int:
    line: Any = element.sourceline  # its stubs do not know what it is
    return line or 0


def _id_of(element: _Element) -> str:
    """The identifier of a record, wherever it can still be read."""
    return _one_line(element.findtext("identifier/id") or "")


def _one_line(text: str) -> str:
    return " ".join(text.split())[:60]


def _unreadable(error: etree.XMLSyntaxError, name: str) -> FeedUnreadable:
    text = str(error.msg or "")
    line = error.lineno or 1
    if "depth" in text:
        problem = Problem.TOO_DEEP
    elif "too long" in text or "Resource limit" in text:
        problem = Problem.TEXT_TOO_LONG
    elif "encoding" in text or "not proper UTF-8" in text or "Invalid bytes" in text:
        problem = Problem.WRONG_BYTES
    elif "ntity" in text:
        problem = Problem.ENTITIES
    else:
        problem = Problem.NOT_XML
    return FeedUnreadable(problem, file=name, line=line)


def _record(element: _Element) -> FeedRecord:
    """One record, or why it cannot be taken."""
    line = _line(element)
    kind, record_id = Kind.UNKNOWN, ""
    try:
        parent = element.getparent()
        if parent is None or parent.getparent() is not None:
            raise Refusal(Reason.BAD_STRUCTURE, str(element.tag))
        category = _category(element)
        kind = KINDS.get(category, Kind.UNKNOWN)
        if kind in _IGNORED:
            return _IGNORED[kind]
        operation = OPERATIONS[element.tag]
        record_id, body = _envelope(element, operation)
        if kind is Kind.UNKNOWN:
            raise Refusal(Reason.UNKNOWN_CATEGORY, category)
        attributes.check_id(record_id)
        return _BUILDERS[kind](body, line, operation, record_id)
    except Refusal as refusal:
        named = _one_line(record_id) or _id_of(element)
        return RejectedRecord(line, kind, named, refusal.reason, _one_line(refusal.detail))


def _envelope(element: _Element, operation: str) -> tuple[str, _Element | None]:
    """The identifier of a record and the element that holds its attributes."""
    is_removal = operation == Operation.DELETE
    parts = list(element)
    if len(parts) != (2 if is_removal else 3) or parts[1].tag != "identifier":
        raise Refusal(Reason.BAD_STRUCTURE)
    if len(parts[1]) != 1:
        raise Refusal(Reason.BAD_STRUCTURE, "identifier")
    record_id = (parts[1][0].text or "").strip()
    if is_removal:
        return record_id, None
    body = parts[2]
    wanted = "modifications" if operation == Operation.MODIFY else "attributes"
    if body.tag != wanted:
        raise Refusal(Reason.BAD_STRUCTURE, str(body.tag))
    if operation == Operation.MODIFY:
        for one in body:
            if one.get("operation", "replace") != "replace":
                raise Refusal(Reason.BAD_STRUCTURE, str(one.get("name")))
    return record_id, body


def _category(element: _Element) -> str:
    head = element[0] if len(element) else None
    attribute = head[0] if head is not None and len(head) else None
    if attribute is None or attribute.tag != "attr" or len(attribute) != 1:
        raise Refusal(Reason.BAD_STRUCTURE, "operationalAttributes")
    return (attribute[0].text or "").strip()
