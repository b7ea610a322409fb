"""Who a visitor is while they are counted: a keyed hash, of another key in each window.

Each day, each week and each month has a key of its own, drawn at random and sealed. What a person is
today says nothing of who they were yesterday; what they are this month, nothing of what they are this
week. A key is deleted when its window is over: then nobody, we neither, can find somebody again in
what was hashed with it. A process keeps the keys of the day it is in, and forgets them on the next.
"""

from __future__ import annotations

import datetime
import hmac
import uuid
from secrets import token_bytes

from commons import sealing
from commons.tenancy import require_tenant
from federation.usage.models import PseudonymKey, Window
from federation.usage.windows import starts_of

_PURPOSE = "usage.pseudonym"
_KEY_BYTES = 32
_SHOWN = 32  # hexadecimal digits: 128 bits, no two of a département's visitors are the same

Keys = dict[Window, bytes]
_kept: dict[str, tuple[datetime.date, Keys]] = {}


def keys_on(day: datetime.date) -> Keys:
    """The keys of the windows that hold a day, drawn at first need."""
    schema = require_tenant().schema_name
    kept = _kept.get(schema)
    if kept is not None and kept[0] == day:
        return kept[1]
    keys = _read(day)
    if len(keys) < len(Window):
        drawn = [
            PseudonymKey(
                window=window,
                starts_on=starts_on,
                sealed_key=sealing.seal_bytes(token_bytes(_KEY_BYTES), purpose=_PURPOSE),
            )
            for window, starts_on in starts_of(day).items()
            if window not in keys
        ]
        PseudonymKey.objects.bulk_create(drawn, ignore_conflicts=True)
        keys = _read(day)  # those of who came first
    _kept[schema] = (day, keys)
    return keys


def _read(day: datetime.date) -> Keys:
    starts = starts_of(day)
    keys = {}
    for row in PseudonymKey.objects.filter(starts_on__in=set(starts.values())):
        window = Window(row.window)
        if row.starts_on != starts[window]:
            continue
        try:
            keys[window] = sealing.unseal_bytes(bytes(row.sealed_key), purpose=_PURPOSE)
        except sealing.CannotUnseal:  # its secret is gone: another one is drawn
            row.delete()
    return keys


def pseudonym(key: bytes, visitor: uuid.UUID) -> str:
    """Who a visitor is under one key (HMAC-SHA256, RFC 2104), in hexadecimal."""
    return hmac.digest(key, visitor.bytes, "sha256").hex()[:_SHOWN]


def forget() -> None:
    """Have the process ask for its keys again."""
    _kept.clear()
