"""The order to the bank: a credit transfer of SEPA (ISO 20022, pain.001.001.09).

Written from what is kept, so that the same order is the same file, byte for byte. Texts are in the letters
that every bank of SEPA takes (EPC217-08). The file is checked against the schema of the message, which
comes with `sepaxml`, before anybody may have it.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
import unicodedata
from collections.abc import Sequence
from importlib import resources
from typing import Any

import xmlschema
from lxml import etree

from billing.tariffs.engine.kinds import euros
from federation.passplus.engine.spending import PARIS

MESSAGE = "pain.001.001.09"
NAMESPACE = f"urn:iso:std:iso:20022:tech:xsd:{MESSAGE}"
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")
_SPELT = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "’": "'", "&": "+", "–": "-"})


class OrderMalformed(RuntimeError):
    """What was written is no order: a fault of ours. Nothing was paid."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """Whose account the money leaves from."""

    name: str
    iban: str
    bic: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CreditTransfer:
    """One payment: to whom, how much, and what the statement of their bank says."""

    end_to_end_id: str
    cents: int
    name: str
    iban: str
    text: str


def order_file(
    *,
    message_id: str,
    made_at: datetime.datetime,
    executes_on: datetime.date,
    payer: Payer,
    transfers: Sequence[CreditTransfer],
) -> bytes:
    """
    The file of an order.

    :raises OrderMalformed: if it does not follow the schema
    """
    nsmap: Any = {None: NAMESPACE}
    root = etree.Element(f"{{{NAMESPACE}}}Document", nsmap=nsmap)
    body = _add(root, "CstmrCdtTrfInitn")
    total = euros(sum(transfer.cents for transfer in transfers))
    header = _add(body, "GrpHdr")
    _add(header, "MsgId", message_id)
    _add(header, "CreDtTm", made_at.astimezone(PARIS).strftime("%Y-%m-%dT%H:%M:%S"))
    _add(header, "NbOfTxs", str(len(transfers)))
    _add(header, "CtrlSum", total)
    _add(header, "InitgPty/Nm", plain(payer.name, 70))
    part = _add(body, "PmtInf")
    _add(part, "PmtInfId", message_id)
    _add(part, "PmtMtd", "TRF")
    _add(part, "BtchBookg", "true")
    _add(part, "NbOfTxs", str(len(transfers)))
    _add(part, "CtrlSum", total)
    _add(part, "PmtTpInf/SvcLvl/Cd", "SEPA")
    _add(part, "ReqdExctnDt/Dt", executes_on.isoformat())
    _add(part, "Dbtr/Nm", plain(payer.name, 70))
    _add(part, "DbtrAcct/Id/IBAN", payer.iban)
    _agent(part, "DbtrAgt", payer.bic)
    _add(part, "ChrgBr", "SLEV")
    for transfer in transfers:
        _transfer(part, transfer)
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    check(content)
    return content


def check(content: bytes) -> None:
    """
    Check a file against the schema of the message.

    :raises OrderMalformed: naming the first fault
    """
    fault = next(_schema().iter_errors(etree.ElementTree(etree.fromstring(content))), None)
    if fault is not None:
        raise OrderMalformed(str(fault.reason))


def plain(text: str, longest: int) -> str:
    """A text in the letters of SEPA: accents off, and a space for what cannot be said."""
    bare = unicodedata.normalize("NFKD", text.translate(_SPELT))
    letters = (
        sign if sign in _LETTERS else " " for sign in bare if not unicodedata.combining(sign)
    )
    # A text neither begins nor ends with a slash, and never holds two together.
    words = " ".join("".join(letters).replace("//", "/").split())
    return words[:longest].strip(" /") or "-"


def schema_path() -> str:
    """Where the schema of the message is."""
    return str(resources.files("sepaxml") / "schemas" / f"{MESSAGE}.xsd")


@functools.cache
def _schema() -> Any:
    return xmlschema.XMLSchema(schema_path())


def _transfer(part: etree._Element, transfer: CreditTransfer) -> None:
    one = _add(part, "CdtTrfTxInf")
    _add(one, "PmtId/EndToEndId", transfer.end_to_end_id)
    amount = _add(one, "Amt/InstdAmt", euros(transfer.cents))
    amount.set("Ccy", "EUR")
    _add(one, "Cdtr/Nm", plain(transfer.name, 70))
    _add(one, "CdtrAcct/Id/IBAN", transfer.iban)
    _add(one, "RmtInf/Ustrd", plain(transfer.text, 140))


def _agent(part: etree._Element, name: str, bic: str) -> None:
    """A bank: by its BIC, or said not to be given, as SEPA has it since the IBAN is enough."""
    bank = _add(part, f"{name}/FinInstnId")
    if bic:
        _add(bank, "BICFI", bic)
    else:
        _add(bank, "Othr/Id", "NOTPROVIDED")


def _add(parent: etree._Element, path: str, text: str | None = None) -> etree._Element:
    """Elements inside one another, and the text of the last."""
    node = parent
    for name in path.split("/"):
        node = etree.SubElement(node, f"{{{NAMESPACE}}}{name}")
    node.text = text
    return node
