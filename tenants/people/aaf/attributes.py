"""From the attributes of a record to what it says. Refusals name the attribute."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable

from lxml import etree

from tenants.people.aaf import uai, vocabulary
from tenants.people.aaf.records import (
    CollegeRecord,
    GuardianRecord,
    LinkRecord,
    Operation,
    PupilRecord,
    Reason,
)

_INE = re.compile(r"[0-9A-Z]{11}", re.ASCII)
_ID = re.compile(r"[0-9A-Za-z_.:-]{1,40}", re.ASCII)
_DATE = re.compile(r"(\d{2})/(\d{2})/(\d{4})", re.ASCII)
_EARLIEST_BIRTH = 1900
_DIGITS = re.compile(r"[^0-9+]")


class Refusal(Exception):
    """A record cannot be taken."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.detail = detail


class Attributes:
    """The attributes of one record by name, read on demand."""

    __slots__ = ("_by_name", "_text_chars")

    def __init__(self, body: etree._Element | None, text_chars: int) -> None:
        self._by_name = {} if body is None else {one.get("name"): one for one in body}
        self._text_chars = text_chars
        if None in self._by_name:
            raise Refusal(Reason.BAD_STRUCTURE, "name")

    def values(self, name: str) -> list[str] | None:
        """The values that are not blank, or None when the record does not speak of it."""
        attribute = self._by_name.get(name)
        if attribute is None:
            return None
        return [text for value in attribute if (text := self._clean(value, name))]

    def _clean(self, value: etree._Element, name: str) -> str:
        """The text of a value, its blanks made one space."""
        text = value.text
        if len(value):
            is_entity = value[0].tag is etree.Entity
            raise Refusal(Reason.ENTITY if is_entity else Reason.BAD_STRUCTURE, name)
        if not text:
            return ""
        if len(text) > self._text_chars:
            raise Refusal(Reason.TEXT_TOO_LONG, name)
        return text if text.isalnum() else " ".join(text.split())

    def text(self, name: str, longest: int) -> str | None:
        """The first value: "" when blank, None when the record does not speak of it."""
        attribute = self._by_name.get(name)
        if attribute is None:
            return None
        text = ""
        for value in attribute:  # nearly always one
            if text := self._clean(value, name):
                break
        if len(text) > longest:
            raise Refusal(Reason.TEXT_TOO_LONG, name)
        return text

    def name(self, name: str, operation: Operation) -> str | None:
        """A name, which may not be blank; a delta may leave it out."""
        text = self.text(name, 100)
        if text == "" or (text is None and operation is Operation.ADD):
            raise Refusal(Reason.MISSING_NAME, name)
        return text

    def day(self, name: str) -> datetime.date | None:
        """A date `dd/mm/yyyy`, or None when blank or not spoken of."""
        text = self.text(name, 10)
        if not text:
            return None
        match = _DATE.fullmatch(text)
        try:
            if match is None or int(match[3]) < _EARLIEST_BIRTH:
                raise ValueError(text)
            return datetime.date(int(match[3]), int(match[2]), int(match[1]))
        except ValueError as error:
            raise Refusal(Reason.BAD_BIRTH_DATE, name) from error


def check_id(record_id: str) -> None:
    """Refuse a record without an identifier, or with one that is none."""
    if not record_id:
        raise Refusal(Reason.MISSING_ID, "id")
    if _ID.fullmatch(record_id) is None:
        raise Refusal(Reason.BAD_ID, "id")


def _check_jointure(given: Attributes, name: str, record_id: str) -> None:
    if (jointure := given.text(name, 60)) and jointure != record_id:
        raise Refusal(Reason.ID_MISMATCH, name)


def college(given: Attributes, place: str, operation: Operation, record_id: str) -> CollegeRecord:
    """An establishment."""
    _check_jointure(given, "ENTStructureJointure", record_id)
    code = given.text("ENTStructureUAI", 20)
    if code is None:
        code = given.text("ENTEtablissementUAI", 20)
    code = None if code is None else code.upper()
    if (code is not None or operation is Operation.ADD) and not uai.has_uai_shape(code or ""):
        raise Refusal(Reason.BAD_UAI, "ENTStructureUAI")
    contract = given.text("ENTEtablissementContrat", 20)
    name = given.text("ENTStructureNomCourant", 200)
    is_key_wrong = code is not None and not uai.is_valid_uai(code)
    return CollegeRecord(
        place=place,
        operation=operation,
        jointure_id=record_id,
        uai=code,
        name=name or code if operation is Operation.ADD else name,
        street=given.text("street", 200),
        postal_code=given.text("postalCode", 10),
        city=given.text("l", 100),
        phone=given.text("telephoneNumber", 30),
        sector=None if contract is None else "PRIVATE" if contract.startswith("PR") else "PUBLIC",
        reviews=(Reason.WRONG_UAI_KEY,) if is_key_wrong else (),
    )


def _phone(text: str | None) -> str | None:
    """Digits only; the feed writes ten zeros when there is none."""
    if text is None:
        return None
    digits = _DIGITS.sub("", text)
    return digits if digits.strip("0+") else ""


def guardian(given: Attributes, place: str, operation: Operation, record_id: str) -> GuardianRecord:
    """A person who answers for pupils."""
    _check_jointure(given, "ENTPersonJointure", record_id)
    title = given.text("personalTitle", 20)
    email = given.text("mail", 254)
    mobile = given.text("mobile", 40)
    return GuardianRecord(
        place=place,
        operation=operation,
        jointure_id=record_id,
        title=None if title is None else vocabulary.title_of(title),
        last_name=given.name("sn", operation),
        first_name=given.name("givenName", operation),
        birth_date=given.day("ENTPersonDateNaissance"),
        email=None if email is None else email.lower(),
        mobile_phone=_phone(given.text("telephoneNumber", 40) if mobile is None else mobile),
        home_phone=_phone(given.text("homePhone", 40)),
        street=given.text("ENTPersonAdresse", 300),
        postal_code=given.text("ENTPersonCodePostal", 10),
        city=given.text("ENTPersonVille", 100),
        country=given.text("ENTPersonPays", 100),
    )


def pupil(given: Attributes, place: str, operation: Operation, record_id: str) -> PupilRecord:
    """A pupil, with the school, the class and those who answer for them."""
    _check_jointure(given, "ENTPersonJointure", record_id)
    born = given.day("ENTPersonDateNaissance")
    if born is None and operation is Operation.ADD:
        raise Refusal(Reason.MISSING_BIRTH_DATE, "ENTPersonDateNaissance")
    reviews: list[Reason] = []
    schools = given.values("ENTPersonStructRattach")
    school_id, class_name = _school(given, schools, operation, reviews)
    regime_text = given.text("ENTEleveRegime", 200)
    links = _links(given.values("ENTElevePersRelEleve"), reviews)
    boursier = given.text("ENTEleveBoursier", 10)
    others = given.values("ENTPersonAutresPrenoms")
    return PupilRecord(
        place=place,
        operation=operation,
        jointure_id=record_id,
        ine=_ine(given.text("ENTEleveINE", 60), reviews),
        last_name=given.name("sn", operation),
        first_name=given.name("givenName", operation),
        other_first_names=None if others is None else _joined(others),
        birth_date=born,
        school_id=school_id,
        class_name=class_name,
        level=_level(given),
        regime=None if regime_text is None else _regime(regime_text, reviews),
        is_boursier=boursier == "O" if boursier else None,
        links=links,
        reviews=tuple(reviews),
    )


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


def _level(given: Attributes) -> str | None:
    mef = given.text("ENTEleveMEF", 60)
    formation = given.text("ENTEleveNivFormation", 200)
    if mef is None and formation is None:
        return None
    return vocabulary.level_of(mef or "", formation or "")


def _school(
    given: Attributes, schools: list[str] | None, operation: Operation, reviews: list[Reason]
) -> tuple[str | None, str | None]:
    """The school of attachment and the class there. The feed says `school$class`."""
    if not schools and (operation is Operation.ADD or schools is not None):
        raise Refusal(Reason.MISSING_SCHOOL, "ENTPersonStructRattach")
    school_id = schools[0] if schools else None
    classes = given.values("ENTEleveClasses")
    if classes is None:
        return school_id, None
    pairs = [text.partition("$") for text in classes]
    if len(
        {*(schools or ()), *(pair[0] for pair in pairs)} - {school_id or (pairs and pairs[0][0])}
    ):
        reviews.append(Reason.SEVERAL_SCHOOLS)
    own = [pair[2] for pair in pairs if school_id is None or pair[0] == school_id]
    class_name = own[0] if own else ""
    if len(class_name) > 60:
        raise Refusal(Reason.TEXT_TOO_LONG, "ENTEleveClasses")
    return school_id, class_name


def _links(texts: list[str] | None, reviews: list[Reason]) -> tuple[LinkRecord, ...] | None:
    """Who answers for a pupil: `guardian$relation$financial$legal$contact$payment`, by guardian."""
    if texts is None:
        return None
    links = {}
    for text in texts:
        parts = text.split("$")
        if len(parts) != 6 or parts[0] in links or not _ID.fullmatch(parts[0]):
            raise Refusal(Reason.BAD_GUARDIAN_LINK, "ENTElevePersRelEleve")
        guardian_id, relation, financial, legal, contact, payment = parts
        flags = {financial, contact, payment}
        if (
            relation not in vocabulary.RELATIONS
            or legal not in {"0", "1", "2"}
            or flags - {"0", "1"}
        ):
            raise Refusal(Reason.BAD_GUARDIAN_LINK, "ENTElevePersRelEleve")
        links[guardian_id] = LinkRecord(
            guardian_id=guardian_id,
            relation=vocabulary.RELATIONS[relation],
            is_financial=financial == "1",
            legal_role=int(legal),
            is_contact=contact == "1",
            is_payment=payment == "1",
        )
    payers = sum(link.is_financial for link in links.values())
    if not links:
        reviews.append(Reason.NO_GUARDIAN)
    elif payers != 1:
        reviews.append(Reason.SEVERAL_PAYERS if payers else Reason.NO_PAYER)
    return tuple(links[key] for key in sorted(links))
