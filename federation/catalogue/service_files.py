"""Services as files: what `published_services.yaml` holds, read strictly, with each problem named.

- code: madmagz                  # never changes
  name: Madmagz
  description: Créer un magazine, à plusieurs.
  editor: Madmagz
  category: READING              # SCHOOL_LIFE, LEARNING, READING, EVERYDAY
  protocol: OIDC                 # OIDC, CAS, SAML, NONE
  launch_url: https://…          # of a third party's; a native one has `native_route`
  health_url: https://…          # optional: what is asked to know whether it works
  asks: [PROFILE, COLLEGE]       # `attributes.Attribute`
  legal_basis: …
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from commons.errors import DomainError
from commons.public_calls import is_address
from federation.catalogue.attributes import Attribute
from federation.catalogue.models import SharedService

PUBLISHED = Path(__file__).with_name("published_services.yaml")
_CODE = re.compile(r"[a-z][a-z0-9-]{1,38}")
_LARGEST_FILE_BYTES = 1_000_000


class ServiceFileInvalid(DomainError):
    """A description that cannot be published; `service` and `field` say where."""

    code = "CATALOGUE_FILE_INVALID"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDefinition:
    """A service as its file says it."""

    code: str
    name: str
    description: str
    editor: str
    category: str
    protocol: str = "NONE"
    is_native: bool = False
    is_ready: bool = True
    is_offered: bool = True
    native_route: str = ""
    launch_url: str = ""
    health_url: str = ""
    asks: tuple[str, ...] = ()
    legal_basis: str = ""
    position: int = 100

    def as_values(self) -> dict[str, Any]:
        """The columns, without the code."""
        values = dataclasses.asdict(self)
        del values["code"]
        return values | {"asks": list(self.asks)}


def read_services(path: Path = PUBLISHED) -> list[ServiceDefinition]:
    """
    The services of a file, in its order.

    :raises ServiceFileInvalid: naming the first thing wrong
    """
    text = path.read_bytes()
    if len(text) > _LARGEST_FILE_BYTES:
        raise ServiceFileInvalid(service=path.name, field="taille")
    try:
        rows = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ServiceFileInvalid(service=path.name, field="yaml") from error
    if not isinstance(rows, list):
        raise ServiceFileInvalid(service=path.name, field="liste")
    services = [_definition(row, rank) for rank, row in enumerate(rows, start=1)]
    codes = [one.code for one in services]
    twice = next((code for code in codes if codes.count(code) > 1), None)
    if twice:
        raise ServiceFileInvalid(service=twice, field="code")
    return services


def _definition(row: object, rank: int) -> ServiceDefinition:
    if not isinstance(row, Mapping):
        raise ServiceFileInvalid(service=str(rank), field="service")
    label = str(row.get("code", rank))
    known = {field.name for field in dataclasses.fields(ServiceDefinition)}
    if unknown := sorted(set(row) - known):
        raise ServiceFileInvalid(service=label, field=unknown[0])
    try:
        found = ServiceDefinition(
            **{"position": rank * 10, **row, "asks": tuple(row.get("asks", ()))}
        )
    except TypeError as error:
        raise ServiceFileInvalid(service=label, field="obligatoire") from error
    _check(found)
    return found


def _check(found: ServiceDefinition) -> None:
    """Every value is of its kind; an address is `https`, or of this machine's for the demo."""
    for field in dataclasses.fields(found):
        value = getattr(found, field.name)
        if type(value).__name__ != str(field.type).partition("[")[0]:
            raise ServiceFileInvalid(service=found.code, field=field.name)
    has_page = bool(found.native_route) or not found.is_ready
    wrong = [
        name
        for name, holds in (
            ("code", _CODE.fullmatch(found.code)),
            ("category", found.category in SharedService.Category.values),
            ("protocol", found.protocol in SharedService.Protocol.values),
            ("asks", set(found.asks) <= set(Attribute)),
            ("launch_url", is_address(found.launch_url) or not found.launch_url),
            ("health_url", is_address(found.health_url) or not found.health_url),
            ("native_route", has_page if found.is_native else not found.native_route),
            ("is_native", not (found.is_native and (found.launch_url or found.protocol != "NONE"))),
        )
        if not holds
    ]
    if wrong:
        raise ServiceFileInvalid(service=found.code, field=wrong[0])
