"""From the attributes of a record to what it says. Refusals name the attribute.

The attributes that are read are listed by kind of record, in the order in which the record's function
takes their values. A value is None when the record does not speak of it, "" when it is blank; its
blanks are made one space. An attribute that comes twice has the values of both.
"""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

from tenants.people.aaf import uai, vocabulary
from tenants.people.aaf.reasons import Reason
from tenants.people.aaf.records import (
    CollegeRecord,
    GuardianRecord,
    LinkRecord,
    Operation,
    PupilRecord,
)

_INE = re.compile(r"[0-9A-Z]{11}", re.ASCII)
_LONGEST_ID = 40
_ID = re.compile(rf"[0-9A-Za-z_.:-]{{1,{_LONGEST_ID}}}", re.ASCII)
_DATE = re.compile(r"(\d{2})/(\d{2})/(\d{4})", re.ASCII)
_LINK = re.compile(r"(\d)\$([01])\$([012])\$([01])\$([01])", re.ASCII)
_EARLIEST_BIRTH = 1900
_NOT_DIALLED = re.compile(r"[^0-9+]")
LONGEST_PHONE = 30
LONGEST_EMAIL = 254
LONGEST_TEXT = 2_000
_ADD = Operation.ADD.value
# name → (place among the values, longest text, whether all its values are taken, or the first)
_Layout = Mapping[str, tuple[int, int, bool]]


def _layout(*attributes: tuple[str, int] | str) -> _Layout:
    """The attributes of a kind of record: with the longest text of one that has a single value."""
    return {
        one if isinstance(one, str) else one[0]: (place, LONGEST_TEXT, True)
        if isinstance(one, str)
        else (place, one[1], False)
        for place, one in enumerate(attributes)
    }


COLLEGE = _layout(
    ("ENTStructureJointure", 60),
    ("ENTStructureTypeStruct", 200),
    ("ENTStructureUAI", 20),
    ("ENTEtablissementUAI", 20),
    ("ENTStructureNomCourant", 200),
    ("ENTEtablissementContrat", 20),
    ("street", 200),
    ("postalCode", 10),
    ("l", 100),
    ("telephoneNumber", 30),
)
GUARDIAN = _layout(
    ("ENTPersonJointure", 60),
    ("personalTitle", 20),
    ("sn", 100),
    ("givenName", 100),
    ("mail", LONGEST_EMAIL),
    ("mobile", 200),
    ("telephoneNumber", 200),
    ("homePhone", 200),
    ("ENTPersonAdresse", 300),
    ("ENTPersonCodePostal", 10),
    ("ENTPersonVille", 100),
    ("ENTPersonPays", 100),
)
PUPIL = _layout(
    ("ENTPersonJointure", 60),
    ("ENTEleveINE", 60),
    ("sn", 100),
    ("givenName", 100),
    "ENTPersonAutresPrenoms",
    ("ENTPersonDateNaissance", 10),
    "ENTPersonStructRattach",
    "ENTEleveClasses",
    ("ENTEleveMEF", 60),
    ("ENTEleveNivFormation", 200),
    ("ENTEleveRegime", 200),
    ("ENTEleveBoursier", 10),
    "ENTElevePersRelEleve",
)


class Refusal(Exception):
    """A record cannot be taken."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.detail = detail


def values_of(body: etree._Element | None, layout: _Layout) -> list[Any]:
    """The values of the attributes of a layout, in its order.

    :raises Refusal: if one is too long, or is no plain text
    """
    values: list[Any] = [None] * len(layout)
    if body is None:
        return values
    for attribute in body:
        name = attribute.get("name", "")
        wanted = layout.get(name)
        if wanted is None:
            if not name:
                raise Refusal(Reason.BAD_STRUCTURE, "name")
            continue
        place, longest, has_many = wanted
        if values[place] is None:
            values[place] = [] if has_many else ""
        # Nearly all have one value, and making an iterator takes longer than reading it.
        for value in (attribute[0],) if len(attribute) == 1 else attribute:
            if len(value):
                is_entity = value[0].tag is etree.Entity
                raise Refusal(Reason.ENTITY if is_entity else Reason.BAD_STRUCTURE, name)
            text = value.text or ""
            if not text.isalnum():
                text = " ".join(text.split())
            if len(text) > longest:
                raise Refusal(Reason.TEXT_TOO_LONG, name)
            if not has_many:
                values[place] = values[place] or text
            elif text:
                values[place].append(text)
    return values


def _name(text: str | None, attribute: str, operation: str, reviews: list[Reason]) -> None:
    """A name may not be blank; a delta may leave it out."""
    if not text:
        if text == "" or operation == _ADD:
            raise Refusal(Reason.MISSING_NAME, attribute)
    elif not text.isascii() and _is_broken(text) and Reason.BROKEN_ACCENTS not in reviews:
        reviews.append(Reason.BROKEN_ACCENTS)


def _is_broken(text: str) -> bool:
    """Whether a text is UTF-8 that somebody read as ISO-8859: `HÃ©lÃ¨ne`."""
    for encoding in ("iso8859-15", "cp1252"):
        try:
            text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        return True
    return False


def check_id(record_id: str) -> None:
    """Refuse a record without an identifier, or with one that is none."""
    if not record_id:
        raise Refusal(Reason.MISSING_ID, "id")
    if not _is_id(record_id):
        raise Refusal(Reason.BAD_ID, "id")


def _is_id(text: str) -> bool:
    """Whether a text can be an identifier; nearly all are digits."""
    return (text.isdigit() and text.isascii() and len(text) <= _LONGEST_ID) or (
        _ID.fullmatch(text) is not None
    )


def _check_jointure(jointure: str | None, attribute: str, record_id: str) -> None:
    if jointure and jointure != record_id:
        raise Refusal(Reason.ID_MISMATCH, attribute)


def college(
    body: etree._Element | None, line: int, operation: str, record_id: str
) -> CollegeRecord:
    """An establishment."""
    (jointure, kind, code, other_code, name, contract, street, postal_code, city, phone) = (
        values_of(body, COLLEGE)
    )
    _check_jointure(jointure, "ENTStructureJointure", record_id)
    if kind and not vocabulary.may_be_college(kind):
        raise Refusal(Reason.NOT_A_COLLEGE, "ENTStructureTypeStruct")
    code = other_code if code is None else code
    code = None if code is None else code.upper()
    if (code is not None or operation == _ADD) and not uai.has_uai_shape(code or ""):
        raise Refusal(Reason.BAD_UAI, "ENTStructureUAI")
    is_key_wrong = code is not None and not uai.is_valid_uai(code)
    return CollegeRecord(
        line=line,
        operation=operation,
        jointure_id=record_id,
        uai=code,
        name=name or code if operation == _ADD else name or None,
        street=street,
        postal_code=postal_code,
        city=city,
        phone=phone,
        sector=None if contract is None else "PRIVATE" if contract.startswith("PR") else "PUBLIC",
        reviews=(Reason.WRONG_UAI_KEY,) if is_key_wrong else (),
    )


def _email(text: str) -> str:
    """In lower case, which is longer than it was for a few letters."""
    email = text.lower()
    if len(email) > LONGEST_EMAIL:
        raise Refusal(Reason.TEXT_TOO_LONG, "mail")
    return email


def _phone(text: str | None, reviews: list[Reason]) -> str | None:
    """Digits only; the feed writes ten zeros when there is none."""
    if not text:
        return text
    digits = text if text.isdigit() else _NOT_DIALLED.sub("", text)
    if len(digits) > LONGEST_PHONE:
        reviews.append(Reason.BAD_PHONE)
        return None
    return digits if digits.strip("0+") else ""


def guardian(
    body: etree._Element | None, line: int, operation: str, record_id: str
) -> GuardianRecord:
    """A person who answers for pupils."""
    (jointure, title, last_name, first_name, email, mobile, phone, home, street, postal_code,
     city, country) = values_of(body, GUARDIAN)  # fmt: skip
    _check_jointure(jointure, "ENTPersonJointure", record_id)
    reviews: list[Reason] = []
    _name(last_name, "sn", operation, reviews)
    _name(first_name, "givenName", operation, reviews)
    return GuardianRecord(
        line,
        operation,
        record_id,
        title and vocabulary.title_of(title),
        last_name,
        first_name,
        email and _email(email),
        _phone(phone if mobile is None else mobile, reviews),
        _phone(home, reviews),
        street,
        postal_code,
        city,
        country,
        tuple(reviews),
    )


def pupil(body: etree._Element | None, line: int, operation: str, record_id: str) -> PupilRecord:
    """A pupil, with the school, the class and those who answer for them."""
    (jointure, ine, last_name, first_name, others, birth_date, schools, classes, mef, formation,
     regime, boursier, relations) = values_of(body, PUPIL)  # fmt: skip
    _check_jointure(jointure, "ENTPersonJointure", record_id)
    reviews: list[Reason] = []
    born = _birth_date(birth_date, operation)
    school_id, class_school_id, class_name = _school(schools, classes, operation, reviews)
    _name(last_name, "sn", operation, reviews)
    _name(first_name, "givenName", operation, reviews)
    return PupilRecord(
        line,
        operation,
        record_id,
        _ine(ine, reviews),
        last_name,
        first_name,
        None if others is None else _joined(others),
        born,
        school_id,
        class_school_id,
        class_name,
        vocabulary.level_of(mef or "", formation or "")
        if mef is not None or formation is not None
        else None,
        None if regime is None else _regime(regime, reviews),
        boursier == "O" if boursier else None,
        links=_links(relations, reviews),
        reviews=tuple(reviews),
    )


def _birth_date(text: str | None, operation: str) -> datetime.date | None:
    """A date `dd/mm/yyyy`, or None when a delta leaves it out."""
    if not text:
        if operation == _ADD:
            raise Refusal(Reason.MISSING_BIRTH_DATE, "ENTPersonDateNaissance")
        return None
    day = _day(text)
    if day is None:
        raise Refusal(Reason.BAD_BIRTH_DATE, "ENTPersonDateNaissance")
    return day


@functools.lru_cache(maxsize=5_000)  # pupils are born within a few years
def _day(text: str) -> datetime.date | None:
    match = _DATE.fullmatch(text)
    try:
        if match is not None and int(match[3]) >= _EARLIEST_BIRTH:
            return datetime.date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:  # no such day
        pass
    return None


def _joined(texts: Iterable[str]) -> str:
    joined = " ".join(texts)
    if len(joined) > 200:
        raise Refusal(Reason.TEXT_TOO_LONG, "ENTPersonAutresPrenoms")
    return joined


def _ine(text: str | None, reviews: list[Reason]) -> str | None:
    if not text:
        return text
    text = text.upper()
    if _INE.fullmatch(text):
        return text
    reviews.append(Reason.BAD_INE)
    return None


def _regime(text: str, reviews: list[Reason]) -> str:
    regime = vocabulary.regime_of(text)
    if regime is None and text:
        reviews.append(Reason.UNKNOWN_REGIME)
    return regime or "DAY"


def _school(
    schools: list[str] | None, classes: list[str] | None, operation: str, reviews: list[Reason]
) -> tuple[str | None, str | None, str | None]:
    """The school of attachment, the school of the class where the first is not said, the class.

    The feed says `school$class`; the first class of the school of attachment is kept.
    """
    if not schools and (operation == _ADD or schools is not None):
        raise Refusal(Reason.MISSING_SCHOOL, "ENTPersonStructRattach")
    school_id = schools[0] if schools else None
    pairs = [text.partition("$") for text in classes or ()]
    class_school_id = pairs[0][0] if pairs and school_id is None else None
    own_id = school_id or class_school_id
    own = [pair[2] for pair in pairs if pair[0] == own_id]
    if len(own) < len(pairs) or (schools and schools.count(schools[0]) < len(schools)):
        reviews.append(Reason.SEVERAL_SCHOOLS)
    if classes is None:
        return school_id, None, None
    class_name = own[0] if own else ""
    if len(class_name) > 60:
        raise Refusal(Reason.TEXT_TOO_LONG, "ENTEleveClasses")
    return school_id, class_school_id, class_name


def _links(texts: list[str] | None, reviews: list[Reason]) -> tuple[LinkRecord, ...] | None:
    """Who answers for a pupil: `guardian$relation$financial$legal$contact$payment`, by guardian."""
    if texts is None:
        return None
    links = {}
    payers = 0
    for text in texts:
        guardian_id, _, rest = text.partition("$")
        facts = _link_facts(rest)
        if facts is None or guardian_id in links or not _is_id(guardian_id):
            raise Refusal(Reason.BAD_GUARDIAN_LINK, "ENTElevePersRelEleve")
        links[guardian_id] = LinkRecord(guardian_id, *facts)
        payers += facts[1]
    if not links:
        reviews.append(Reason.NO_GUARDIAN)
    elif payers != 1:
        reviews.append(Reason.SEVERAL_PAYERS if payers else Reason.NO_PAYER)
    return tuple(links.values())


@functools.lru_cache(maxsize=500)  # relations and flags: a feed has a few dozen ways
def _link_facts(text: str) -> tuple[str, bool, int, bool, bool] | None:
    """`relation$financial$legal$contact$payment`, or None when it says something else."""
    match = _LINK.fullmatch(text)
    if match is None or match[1] not in vocabulary.RELATIONS:
        return None
    relation = vocabulary.RELATIONS[match[1]]
    return relation, match[2] == "1", int(match[3]), match[4] == "1", match[5] == "1"
