"""The door of the GraphQL API: one POST of JSON, one document or its digest, one answer in JSON.

A GET never acts (a link must not): it reads by one of our own documents, named by its digest; without
one it shows the schema and a form to whoever may read them, and is refused to the others. A list of
requests is refused too. A request that carries a session cookie must carry the CSRF token as well. A
refusal of the request has an HTTP status of 4xx; once the document runs the status is 200 and each error
says its path. Every error bears the request's reference, which is on every line of the logs, and never a
trace.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from graphql import (
    DocumentNode,
    ExecutionResult,
    OperationType,
    execute,
    get_operation_ast,
)

from api import budget, limits, plans, trusted
from api.context import Context
from api.documents import DocumentCache, DocumentsRefused
from api.errors import formatted
from api.refusals import Refused
from api.schema import schema, sdl
from api.variables import check as check_variables

logger = logging.getLogger(__name__)
documents = DocumentCache(schema.graphql_schema, trusted=trusted.documents().values())
_csrf = CsrfViewMiddleware(lambda request: HttpResponse())


@csrf_exempt  # checked below, so that the refusal is JSON too
def graphql_view(request: HttpRequest) -> HttpResponse:
    """Answer one GraphQL request."""
    context = Context(request)
    is_link = request.method == "GET" and "documentId" not in request.GET
    if is_link and context.may_read_schema:
        return render(request, "api/explorer.html", {"sdl": sdl()})
    try:
        text, variables, operation_name = _read(request)
        prepared = documents.prepare(text, variables)
        if prepared.introspects:
            context.require_schema()
        operation = get_operation_ast(prepared.document, operation_name)
        if operation is None:
            raise Refused("OPERATION_UNKNOWN")
        if request.method == "GET" and operation.operation is not OperationType.QUERY:
            raise Refused("METHOD_NOT_ALLOWED")
        wrong = check_variables(schema.graphql_schema, operation, variables)
        if wrong:
            raise DocumentsRefused(wrong)
        budget.spend(context, prepared.cost)
    except DocumentsRefused as refused:
        budget.spend_on_refusal(context)
        return _refuse(request, *refused.refusals)
    except Refused as refusal:
        return _refuse(request, refusal)
    plan = prepared.plans.get(operation.name.value if operation.name else "")
    if plan is not None:
        data = plans.answered(plan, schema.graphql_schema, context, variables)
        if data is not None:
            return _answer({"data": data})
    result = run(prepared.document, context, variables, operation_name)
    errors = [formatted(error, reference=context.reference) for error in result.errors or ()]
    return _answer({"data": result.data} | ({"errors": errors} if errors else {}))


def run(
    document: DocumentNode, context: Context, variables: dict[str, Any], operation_name: str | None
) -> ExecutionResult:
    """Execute a document field by field: the ordinary way."""
    result = execute(
        schema.graphql_schema,
        document,
        context_value=context,
        variable_values=variables,
        operation_name=operation_name,
        is_awaitable=lambda _value: False,
        hide_suggestions=True,
    )
    assert isinstance(result, ExecutionResult)
    return result


def _read(request: HttpRequest) -> tuple[str, dict[str, Any], str | None]:
    """The document, the variables and the operation's name.

    :raises Refused: if the request is not one
    """
    if request.method == "GET" and "documentId" in request.GET:
        return _read_link(request)
    if request.method != "POST":
        raise Refused("METHOD_NOT_ALLOWED")
    if request.content_type != "application/json":
        raise Refused("NOT_JSON")
    has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
    if has_session and _csrf_refuses(request):
        raise Refused("CSRF_REFUSED")
    body = _json(request)
    if isinstance(body, list):
        raise Refused("BATCH_REFUSED")
    if not isinstance(body, dict):
        raise Refused("BODY_MALFORMED")
    text, variables = body.get("query"), body.get("variables")
    operation_name, identifier = body.get("operationName"), body.get("documentId")
    if text is None and isinstance(identifier, str):
        text = trusted.text_of(identifier)
    if not isinstance(text, str) or not text.strip():
        raise Refused("QUERY_MISSING")
    if not isinstance(variables, dict | None):
        raise Refused("VARIABLES_MALFORMED")
    if not isinstance(operation_name, str | None):
        raise Refused("OPERATION_NAME_MALFORMED")
    return text, variables or {}, operation_name or None


def _read_link(request: HttpRequest) -> tuple[str, dict[str, Any], str | None]:
    """The same of a GET: a document of ours and its variables, in the address.

    :raises Refused: if the request is not one
    """
    text = trusted.text_of(request.GET["documentId"])
    try:
        written = request.GET.get("variables") or "{}"
        variables = json.loads(written, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Refused("VARIABLES_MALFORMED") from error
    if not isinstance(variables, dict):
        raise Refused("VARIABLES_MALFORMED")
    return text, variables, request.GET.get("operationName") or None


def _csrf_refuses(request: HttpRequest) -> bool:
    _csrf.process_request(request)
    return _csrf.process_view(request, _unexempted, (), {}) is not None


def _unexempted(request: HttpRequest) -> HttpResponse:
    """What Django's check is asked about: a view that is not exempt."""
    return HttpResponse()


def _json(request: HttpRequest) -> Any:
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        raw = b"" if length > limits.MAX_BODY_BYTES else request.read(limits.MAX_BODY_BYTES + 1)
    except (ValueError, UnreadablePostError) as error:
        raise Refused("BODY_MALFORMED") from error
    if length > limits.MAX_BODY_BYTES or len(raw) > limits.MAX_BODY_BYTES:
        raise Refused("BODY_TOO_LARGE", limit=limits.MAX_BODY_BYTES)
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Refused("BODY_MALFORMED") from error


def _refuse_constant(name: str) -> None:
    """NaN and Infinity are not JSON."""
    raise ValueError(name)


def _refuse(request: HttpRequest, *refusals: Refused) -> HttpResponse:
    reference = getattr(request, "reference", "")
    codes = [refusal.code for refusal in refusals]
    logger.info("graphql request refused", extra={"codes": codes})
    answer = _answer(
        {"errors": [formatted(refusal, reference=reference) for refusal in refusals]},
        status=max(refusal.status for refusal in refusals),
    )
    if answer.status_code == 405:
        answer.headers["Allow"] = "GET, POST"
    if answer.status_code == 429:
        answer.headers["Retry-After"] = str(budget.WINDOW_SECONDS)
    return answer


def _answer(body: dict[str, Any], *, status: int = 200) -> HttpResponse:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text, content_type="application/json; charset=utf-8", status=status)
