"""Reading the feed: one record at a time, hardened, in flat memory.

Nothing is fetched, no DTD is loaded, no entity is replaced, and each record is freed once read.
A file that is not XML, or that breaks a limit, refuses the whole feed (`FeedUnreadable`); a record
that cannot be taken is a `RejectedRecord` with its place. Every `addRequest`, `modifyRequest` and
`deleteRequest` of the files gives exactly one record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from lxml import etree

from tenants.people.aaf import attributes
from tenants.people.aaf.attributes import Attributes, Refusal
from tenants.people.aaf.errors import FeedUnreadable, Problem
from tenants.people.aaf.file_names import FeedFile
from tenants.people.aaf.guarded import GuardedFile, Limits
from tenants.people.aaf.records import (
    FeedRecord,
    IgnoredRecord,
    Kind,
    Operation,
    Reason,
    RejectedRecord,
)

OPERATIONS = {
    "addRequest": Operation.ADD,
    "modifyRequest": Operation.MODIFY,
    "deleteRequest": Operation.DELETE,
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
_Build = Callable[[Attributes, str, Operation, str], FeedRecord]
_BUILDERS: dict[Kind, _Build] = {
    Kind.PUPIL: attributes.pupil,
    Kind.GUARDIAN: attributes.guardian,
    Kind.COLLEGE: attributes.college,
}


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
                yield _record(element, name, limits)
                free(element)
                source.record_ended()
        except etree.XMLSyntaxError as error:
            raise _unreadable(error, name) from error
        if parser.root is None or parser.root.tag != ROOT:
            raise FeedUnreadable(Problem.NOT_A_FEED, file=name, line=1)


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


def _record(element: _Element, name: str, limits: Limits) -> FeedRecord:
    """One record, or why it cannot be taken."""
    place = f"{name}:{element.sourceline}"
    kind, record_id = Kind.UNKNOWN, ""
    try:
        parent = element.getparent()
        if parent is None or parent.getparent() is not None:
            raise Refusal(Reason.BAD_STRUCTURE, str(element.tag))
        operation = OPERATIONS[str(element.tag)]
        record_id, body = _envelope(element, operation)
        category = _category(element)
        kind = KINDS.get(category, Kind.UNKNOWN)
        if kind is Kind.UNKNOWN:
            raise Refusal(Reason.UNKNOWN_CATEGORY, category[:60])
        build = _BUILDERS.get(kind)
        if build is None:
            return IgnoredRecord(kind)
        attributes.check_id(record_id)
        return build(Attributes(body, limits.text_chars), place, operation, record_id)
    except Refusal as refusal:
        return RejectedRecord(place, kind, record_id[:60], refusal.reason, refusal.detail)


def _envelope(element: _Element, operation: Operation) -> tuple[str, _Element | None]:
    """The identifier of a record and the element that holds its attributes."""
    expected = 2 if operation is Operation.DELETE else 3
    if len(element) != expected or element[1].tag != "identifier" or len(element[1]) != 1:
        raise Refusal(Reason.BAD_STRUCTURE)
    body = element[2] if expected == 3 else None
    wanted = "modifications" if operation is Operation.MODIFY else "attributes"
    if body is not None and body.tag != wanted:
        raise Refusal(Reason.BAD_STRUCTURE, str(body.tag)[:60])
    return (element[1][0].text or "").strip(), body


def _category(element: _Element) -> str:
    attribute = element[0].find("attr")
    if attribute is None or len(attribute) != 1:
        raise Refusal(Reason.BAD_STRUCTURE, "operationalAttributes")
    return (attribute[0].text or "").strip()
