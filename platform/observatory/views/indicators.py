"""An indicator: over time, among départements, on the map, in a table; and what it means."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from federation.workgroup import queries as workgroup
from federation.workgroup.models import Role
from observatory import answers
from observatory.figures import Comparison
from observatory.forms import CommentForm, DefinitionForm
from observatory.members import reader
from observatory.reading import Reader
from observatory.views.frame import open_page, show


@open_page
def indicator(request: HttpRequest, code: str) -> HttpResponse:
    """`/observatoire/indicateurs/<code>/`"""
    return indicator_page(request, code)


def indicator_page(
    request: HttpRequest,
    code: str,
    *,
    comment_form: CommentForm | None = None,
    definition_form: DefinitionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, with what a member has just written wrong; comments are for members alone."""
    comparison = Reader.now().comparison(code)
    member = reader(request)
    definitions = list(workgroup.definitions_of(code))
    context = indicator_context(comparison) | {
        "agreed": definitions[:1],
        "earlier": definitions[1:],
        "comments": workgroup.comments_on(code) if member else [],
        "member": member,
        "comment_form": comment_form or CommentForm(),
        "definition_form": definition_form or DefinitionForm(),
        "is_editor": member is not None and member.role == Role.EDITOR,
    }
    return show(request, "indicator", context, status=status)


def indicator_context(comparison: Comparison) -> dict[str, object]:
    """What the page of an indicator shows of figures."""
    return {
        "comparison": comparison,
        "sheet": comparison.sheet,
        "ranking": comparison.ranking(),
        "ranking_title": answers.ranking_title(comparison),
        "together": answers.together_said(comparison),
        "hidden": answers.hidden_said(comparison),
        "periods": tuple(reversed(comparison.periods)),
    }
