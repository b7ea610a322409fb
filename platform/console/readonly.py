"""The read-only admin every list of the console derives from.

Nothing is added, changed or deleted through an admin page, and Django's own action is not there.
What an agent can do to the rows is an act of `console.acts`: `acts` names those offered for the
selected rows. Who may see the rows is a capability (`reads`); a collège's secretary sees only the
rows of their collèges, and only where `own_college` says how to find them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin import ModelAdmin as DjangoModelAdmin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from commons.normalisation import search_key
from console import acts, around, columns, exports, lookups, naming, records
from console.acts import Act
from console.paging import BoundedPaginator
from console.words import ACTOR_KINDS, said
from tenants.accounts.capabilities import Capability, Role
from tenants.people.access import visible_pupils
from ui.requests import SignedInRequest

SELECTION_LIMIT = 200


class ReadOnlyChangeList(ChangeList):
    """A list whose rows open the page of their object, and whose total is not counted."""

    def get_results(self, request: HttpRequest) -> None:
        """The rows of the page, with what their computed columns need of them all."""
        super().get_results(request)
        admin: Any = self.model_admin
        self.result_list = admin.prepared(self.result_list)

    def url_for_result(self, result: Model) -> str:
        admin: Any = self.model_admin
        return str(admin.page_of(result))


class ReadOnlyAdmin(ModelAdmin):
    """See, search, filter, export; never write."""

    reads: ClassVar[tuple[Capability, ...]] = (Capability.READ_FILES,)
    own_college: ClassVar[str] = ""  # look-up from a row to its collège's UAI
    own_pupil: ClassVar[str] = ""  # look-up from a row to its pupil, schooled there today
    # How the stored codes of some fields are said.
    words: ClassVar[Mapping[str, Callable[[Any], str]]] = {"actor_kind": said(ACTOR_KINDS)}
    acts: ClassVar[tuple[str, ...]] = ()  # acts on selected rows, and on one's page, by name
    search_prefixes: ClassVar[tuple[str, ...]] = ()  # normalised columns, searched by prefix
    search_exact: ClassVar[tuple[str, ...]] = ()  # identifiers, matched whole
    hides: ClassVar[tuple[str, ...]] = ()  # fields a record's page does not show
    tells: ClassVar[tuple[str, ...]] = ()  # fields that a task's page shows, where it is the row's
    explanation: ClassVar[str | Promise] = ""  # what the list holds, in one sentence
    empty_text: ClassVar[str | Promise] = ""

    actions = ()
    actions_on_top = True
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = DjangoModelAdmin.show_facets.NEVER
    paginator = BoundedPaginator
    change_list_template = "console/list.html"
    change_form_template = "console/record.html"

    # --- rights ---------------------------------------------------------------------------------

    def has_add_permission(self, request: SignedInRequest) -> bool:
        return False

    def has_change_permission(self, request: SignedInRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: SignedInRequest, obj: Model | None = None) -> bool:
        return False

    def has_view_permission(self, request: SignedInRequest, obj: Model | None = None) -> bool:
        user = request.user
        if not user.is_authenticated or not user.can(Capability.USE_CONSOLE):
            return False
        return self._reads_all(request) or self._reads_own_college(request)

    def has_module_permission(self, request: SignedInRequest) -> bool:
        return self.has_view_permission(request)

    def _reads_all(self, request: SignedInRequest) -> bool:
        return any(request.user.can(capability) for capability in self.reads)

    def _reads_own_college(self, request: SignedInRequest) -> bool:
        return bool(self.own_college or self.own_pupil) and request.user.can(
            Capability.READ_OWN_COLLEGE
        )

    def get_queryset(self, request: SignedInRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if self._reads_all(request):
            return rows
        if not self._reads_own_college(request):
            return rows.none()
        uais = request.user.staff_roles.filter(role=Role.COLLEGE_SECRETARY).values("college_uai")
        if self.own_pupil:
            # A pupil who has left is no longer the secretary's to read.
            rows = rows.filter(**{f"{self.own_pupil}__in": visible_pupils(request.user)})
        if self.own_college:
            rows = rows.filter(**{f"{self.own_college}__in": uais})
        return rows

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookups.is_declared(self, lookup)

    # --- what can be done -----------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        options = self.opts
        name = f"{options.app_label}_{options.model_name}"
        guard = self.admin_site.admin_view
        return [
            path("", guard(self.changelist_view), name=f"{name}_changelist"),
            path("export.csv", guard(self.export_view), name=f"{name}_export"),
            path("<int:object_id>/", guard(self.record_view), name=f"{name}_change"),
        ]

    def get_actions(self, request: SignedInRequest) -> dict[str, tuple[Any, str, Any]]:
        """The acts offered for selected rows, to who has their capability; no other action."""
        offered = [acts.find(name) for name in self.acts]
        return {
            act.name: (acts.open_for_selection, act.name, act.verb)
            for act in offered
            if request.user.can(act.capability)
        }

    def get_list_display(self, request: SignedInRequest) -> Sequence[str | Callable[..., Any]]:
        return list(self.list_display)

    def get_search_fields(self, request: SignedInRequest) -> Sequence[str]:
        return (*self.search_prefixes, *self.search_exact)

    def get_search_results(
        self, request: SignedInRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By the beginning of a name (accents and case set aside), or by a whole identifier."""
        term = search_term.strip()
        if not term:
            return queryset, False
        found = Q()
        if key := search_key(term):
            for column in self.search_prefixes:
                found |= Q(**{f"{column}__startswith": key})
        for column in self.search_exact:
            found |= Q(**{column: term}) | Q(**{column: term.upper()})
        return (queryset.filter(found) if found else queryset.none()), False

    def get_changelist(self, request: SignedInRequest, **kwargs: Any) -> type[ChangeList]:
        return ReadOnlyChangeList

    def list_address(self, page: str = "changelist") -> str:
        """The address of the list, or of its export."""
        return reverse(f"console:{self.opts.app_label}_{self.opts.model_name}_{page}")

    def page_of(self, row: Any) -> str:
        """The page a row opens: its task page where there is one, else its record."""
        options = self.opts
        return reverse(f"console:{options.app_label}_{options.model_name}_change", args=[row.pk])

    def prepared(self, rows: Iterable[Any]) -> Iterable[Any]:
        """Rows of a list, with what its computed columns read; the place for one query for all."""
        return rows

    def details(self, request: SignedInRequest, row: Any) -> list[records.Detail]:
        """What the page of a row says, name by name."""
        return records.describe(self, request, row)

    def around(self, request: SignedInRequest, row: Any) -> list[around.Table]:
        """The tables under it."""
        return []

    # --- pages ----------------------------------------------------------------------------------

    @lookups.back_to_the_list_if_wrong
    def changelist_view(
        self, request: SignedInRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "POST":
            return self._open_act(request)
        offered = [acts.find(name) for name in self.get_actions(request)]
        return DjangoModelAdmin.changelist_view(
            self,
            request,
            {
                "title": capfirst(str(self.opts.verbose_name_plural)),
                "offered_acts": offered,
                "explanation": self.explanation,
                "empty_text": self.empty_text,
                "export_url": self.list_address("export"),
                **(extra_context or {}),
            },
        )

    def _open_act(self, request: SignedInRequest) -> HttpResponse:
        """Open the page of an act for the rows selected in the list."""
        name = request.POST.get("action", "")
        if name not in self.get_actions(request):
            raise PermissionDenied
        chosen = [lookups.whole_number(key) for key in request.POST.getlist("_selected_action")]
        selected = [key for key in chosen if key is not None]
        if not selected:
            messages.warning(request, _("Choisissez d'abord une ligne."))
            return HttpResponseRedirect(request.get_full_path())
        if len(selected) > SELECTION_LIMIT:
            messages.warning(request, _("Choisissez 200 lignes au plus."))
            return HttpResponseRedirect(request.get_full_path())
        rows = self.get_queryset(request).filter(pk__in=selected)
        return acts.open_for_selection(self, request, rows, name=name)

    def record_view(self, request: SignedInRequest, object_id: int) -> HttpResponse:
        """One row, field by field; or the page of its own that it has."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, str(object_id))
        if row is None:  # absent and forbidden are the same answer
            raise Http404
        if (page := self.page_of(row)) != request.path:  # one page per object
            return HttpResponseRedirect(page)
        context = {
            **self.admin_site.each_context(request),
            "title": naming.name_of(row),
            "opts": self.opts,
            "record": self.details(request, row),
            "around": self.around(request, row),
            "record_acts": self._acts_on(request, row),
            "list_url": self.list_address(),
            "list_name": capfirst(str(self.opts.verbose_name_plural)),
        }
        return TemplateResponse(request, self.change_form_template, context)

    def _acts_on(self, request: SignedInRequest, row: Any) -> list[tuple[Act, str]]:
        """The acts offered on the page of a row, with their addresses."""
        return [
            (act, acts.url_for(act.name, row))
            for act in map(acts.find, self.acts)
            if request.user.can(act.capability) and act.is_offered(row)
        ]

    @lookups.back_to_the_list_if_wrong
    def export_view(self, request: SignedInRequest) -> HttpResponseBase:
        """The list as it is filtered and searched, as a file for a spreadsheet."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return exports.csv_response(self, request)


def amount(field: str, title: str | Promise) -> Callable[[Any], str]:
    """A column of cents, written in euros."""

    def written(row: Any) -> str:
        return records.euros(getattr(row, field))

    return _column(written, title, order=field, cell_class=columns.NUMBER)


def column(
    title: str | Promise, order: str = "", cell_class: str = ""
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Name a computed column, and say what sorts it."""
    return functools.partial(_column, title=title, order=order, cell_class=cell_class)


def _column(
    function: Callable[..., Any], title: str | Promise, order: str = "", cell_class: str = ""
) -> Callable[..., Any]:
    function.short_description = title  # type: ignore[attr-defined]
    function.cell_class = cell_class  # type: ignore[attr-defined]
    if order:
        function.admin_order_field = order  # type: ignore[attr-defined]
    return function


def joined(values: Iterable[object]) -> str:
    """Values of a column that holds several."""
    return ", ".join(str(value) for value in values)
