"""What an act of the console is made of.

An act is a button or a bulk action. It has a capability, the objects it is about (reached through
`access_*`), sometimes a few answers to give, an effect shown first, and one operation. The effect
that was shown is signed with what it said: when the facts changed in between, the act is not done
and the new effect is shown. No rule lives here: the operation decides, the preview tells.
"""

from __future__ import annotations

import abc
import dataclasses
import datetime
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from commons import rehearsing
from commons.actors import Actor
from commons.errors import DomainError, NotFound
from tenants.accounts.capabilities import Capability
from ui import wording
from ui.errors import explain
from ui.requests import SignedInRequest

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.utils.functional import Promise

    from tenants.accounts.models import User

Answers = Mapping[str, Any]
PREVIEW = rehearsing.PREVIEW
SHOWN_ROWS = 12
NAMED = 5


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """One number of an effect: what it counts, how it is written, the list it opens."""

    label: str
    value: str
    url: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """The first rows of what will change; `more` counts those that are not shown."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Effect:
    """What an act will do. With `refusals` it cannot be done, and they say why."""

    figures: tuple[Figure, ...] = ()
    sentences: tuple[str, ...] = ()
    table: Table | None = None
    warnings: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The same for two effects that say the same."""
        said = json.dumps(dataclasses.asdict(self), default=str, sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:32]


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """What was done, in one sentence; where to go next; what was refused in a bulk."""

    message: str
    url: str
    refusals: tuple[str, ...] = ()
    done: int = 1  # 0: all was refused, and `message` would be untrue
    job: str = ""  # the identifier of the long work that was begun


@dataclasses.dataclass(frozen=True, slots=True)
class Foreseen:
    """What a rehearsal gave: the objects accepted with their result, and each refusal once."""

    accepted: tuple[tuple[Any, Any], ...]
    refusals: tuple[str, ...]

    @property
    def blocking(self) -> tuple[str, ...]:
        """The refusals, when nothing at all would be done."""
        return () if self.accepted else self.refusals

    @property
    def partial(self) -> tuple[str, ...]:
        """The refusals, when the rest would be done."""
        return self.refusals if self.accepted else ()


FIRST_DAY, LAST_DAY = datetime.date(2000, 1, 1), datetime.date(2099, 12, 31)


class DayField(forms.DateField):
    """A day that a canteen may know, asked with the browser's calendar."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(**{"widget": widget, **options})

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and not FIRST_DAY <= value <= LAST_DAY:
            raise forms.ValidationError(_("Donnez une date entre 2000 et 2099."))


def correcting_field() -> forms.BooleanField:
    """Whether the act reaches back into issued months: their invoices stand until they are corrected."""
    return forms.BooleanField(
        label=gettext_lazy("Corriger aussi des mois déjà facturés"),
        help_text=gettext_lazy("Les factures ne changent pas. La régie fait une régularisation."),
        required=False,
    )


def correcting_sentences(answers: Answers) -> tuple[str, ...]:
    """What comes after an act that corrects issued months."""
    if not answers["correcting"]:
        return ()
    return (_("Les mois déjà facturés attendent une régularisation."),)


class NoAnswers(forms.Form):
    """An act that asks nothing."""


@dataclasses.dataclass(frozen=True, slots=True)
class AskedOfEach:
    """Questions that a form asks once for each of some objects, which the act's targets give.

    The field of the form is named `<question>_<identifier of the object>`.
    """

    name: str  # of the list of answers, as `lines`
    of: str | Promise  # what each object is
    questions: Mapping[str, forms.Field]


class Act(abc.ABC):
    """One act. Subclasses say who may do it, to what, what it will do, and call one operation."""

    name: ClassVar[str]
    title: ClassVar[str | Promise]
    verb: ClassVar[str | Promise]
    icon: ClassVar[str] = "bolt"
    capability: ClassVar[Capability]
    form_class: ClassVar[type[forms.Form]] = NoAnswers
    each: ClassVar[AskedOfEach | None] = None  # what `form` adds for each of its objects
    warning: ClassVar[str | Promise] = ""  # what cannot be undone
    is_sensitive: ClassVar[bool] = False  # asks who one is again, after a while

    @abc.abstractmethod
    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        """The objects the keys name, all visible to the user.

        :raises NotFound: if one is absent or not theirs to see
        """

    @abc.abstractmethod
    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        """What `perform` would do now. Nothing of it is kept."""

    @abc.abstractmethod
    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        """Do it.

        :raises DomainError: if the operation refuses
        """

    def key_of(self, row: Any) -> str:
        """How a row is named in the act's address."""
        return str(getattr(row, "public_id", row.pk))

    def is_offered(self, row: Any) -> bool:
        """Whether the page of a row shows the act; the operation decides in any case."""
        return True

    def form(self, data: Any, files: Any, targets: list[Any]) -> forms.Form:
        """The questions, with the answers most likely."""
        initial = self.initial(targets)
        return (
            self.form_class(data, files, initial=initial)
            if data is not None
            else (self.form_class(initial=initial))
        )

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {}

    def about(self, targets: list[Any]) -> str:
        """What the act is about, under its title."""
        return ""

    def back(self, targets: list[Any]) -> str:
        """Where « Annuler » goes."""
        return reverse("console:index")

    @property
    def asks(self) -> bool:
        """Whether there is something to answer before the effect is known."""
        return bool(self.form_class.base_fields) or self.each is not None


class OnNothing(Act):
    """An act about nothing that is there yet: it makes it."""

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if keys:
            raise NotFound(act=self.name)
        return []


_ACTS: dict[str, Act] = {}


def register(act_class: type[Act]) -> type[Act]:
    """Offer an act at `/console/actes/<name>/`."""
    _ACTS[act_class.name] = act_class()
    return act_class


def find(name: str) -> Act:
    """An act by its name.

    :raises NotFound: if there is none
    """
    try:
        return _ACTS[name]
    except KeyError:
        raise NotFound(act=name) from None


def catalogue() -> list[Act]:
    """Every act, by name."""
    return [_ACTS[name] for name in sorted(_ACTS)]


def url_for(name: str, *targets: Any) -> str:
    """The address of an act about these objects."""
    act = find(name)
    query = QueryDict(mutable=True)
    query.setlist("sur", [act.key_of(target) for target in targets])
    address = reverse("console:act", args=[name])
    return f"{address}?{query.urlencode()}" if targets else address


def open_for_selection(
    model_admin: Any, request: SignedInRequest, queryset: QuerySet[Any], *, name: str
) -> HttpResponse:
    """The bulk action of a list: open the act's page for the selected rows."""
    rows = queryset.select_related(*model_admin.list_select_related or ())
    return HttpResponseRedirect(url_for(name, *rows))


def foresee(targets: Iterable[Any], operation: Callable[[Any], Any]) -> Foreseen:
    """Rehearse an operation per object: those it would accept, and why it refuses the others."""
    accepted: list[tuple[Any, Any]] = []

    def one(target: Any) -> None:
        accepted.append((target, operation(target)))

    _done, refusals = do_each(targets, one)
    return Foreseen(accepted=tuple(accepted), refusals=refusals)


def do_each(targets: Iterable[Any], operation: Callable[[Any], Any]) -> tuple[int, tuple[str, ...]]:
    """Call one operation per object; count what was done, and say each refusal once."""
    done = 0
    refusals: dict[str, int] = {}
    for target in targets:
        try:
            operation(target)
        except DomainError as error:
            sentence = str(explain(error))
            refusals[sentence] = refusals.get(sentence, 0) + 1
        else:
            done += 1
    return done, tuple(
        sentence if count == 1 else f"{sentence} ({count})" for sentence, count in refusals.items()
    )


def sample(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Table | None:
    """The first rows of a table, and how many are left out."""
    if not rows:
        return None
    return Table(
        heads=tuple(heads),
        rows=tuple(tuple(row) for row in rows[:SHOWN_ROWS]),
        more=max(0, len(rows) - SHOWN_ROWS),
    )


def named(names: Sequence[str]) -> str:
    """Whom a bulk act is about: the first names, and whether there are others."""
    return wording.and_list(names[:NAMED]) + (" …" if len(names) > NAMED else "")


def count_text(singular: str, plural: str, count: int) -> str:
    """`1 famille`, `3 familles`: both are already in French."""
    return ngettext(singular, plural, count) % {"count": count}


def nothing_to_do() -> Effect:
    """The effect of an act that would change nothing."""
    return Effect(refusals=(_("Il n'y a rien à changer."),))
