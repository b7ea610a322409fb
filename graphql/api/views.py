"""The door of the GraphQL API: one POST of JSON, one document or its digest, one answer in JSON.

A GET never acts (a link must not): it reads by one of our own documents, named by its digest; without
one it shows the schema and a form to whoever may read them, and is refused to the others. A list of
requests is refused too. A request that carries a session cookie must carry the CSRF token as well. A
refusal of the request has an HTTP status of 4xx; once the document runs the status is 200 and each error
says its path. Every error bears the request's reference, which is on every line of the logs, and never a
trace.
"""

from __future__ import annotations

import datetime
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
    OperationDefinitionNode,
    OperationType,
    execute,
    get_operation_ast,
)

from api import budget, cors, limits, plans, scoping, trusted
from api.context import Context, has_token
from api.documents import DocumentCache, DocumentsRefused, Prepared
from api.errors import formatted
from api.refusals import Refused
from api.schema import schema, sdl
from api.variables import check as check_variables
from commons import statement_limits
from tenants.integrators.queries import Machine

logger = logging.getLogger(__name__)
TIME_OF_A_MACHINE = datetime.timedelta(seconds=5)
TIME_OF_AN_EXPORT = datetime.timedelta(seconds=30)
documents = DocumentCache(schema.graphql_schema, trusted=trusted.documents().values())


def _refuse_constant(name: str) -> None:
    """NaN and Infinity are not JSON."""
    raise ValueError(name)


_JSON = json.JSONDecoder(parse_constant=_refuse_constant)
_csrf = CsrfViewMiddleware(lambda request: HttpResponse())


@csrf_exempt  # checked below, so that the refusal is JSON too
def graphql_view(request: HttpRequest) -> HttpResponse:
    """Answer one GraphQL request, or a browser that asks whether a page may send it."""
    if cors.is_preflight(request):
        return cors.preflight(request)
    return cors.marked(request, _answered(request))


def _answered(request: HttpRequest) -> HttpResponse:
    context = Context(request)
    is_link = request.method == "GET" and "documentId" not in request.GET
    if is_link and context.may_read_schema:
        return render(request, "api/explorer.html", {"sdl": sdl()})
    try:
        machine = context.machine
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
        if machine is not None:
            return _answered_to_machine(context, machine, prepared, operation, variables)
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
            return _written(f'{{"data":{data}}}')
    return _told(run(prepared.document, context, variables, operation_name), context)


def _answered_to_machine(
    context: Context,
    machine: Machine,
    prepared: Prepared,
    operation: OperationDefinitionNode,
    variables: dict[str, Any],
) -> HttpResponse:
    """What a machine's scopes open, within its own budget and time.

    :raises Refused: if it may not read all of it, asks too much in a minute, or for too long at once
    """
    needs = scoping.needs_of(schema.graphql_schema, prepared.document, operation)
    scoping.check(needs, machine.scopes)
    is_export = limits.is_export(operation)
    budget.spend(context, prepared.cost, is_export=is_export)
    name = operation.name.value if operation.name else None
    with statement_limits.at_most(TIME_OF_AN_EXPORT if is_export else TIME_OF_A_MACHINE):
        result = run(prepared.document, context, variables, name)
        if any(statement_limits.was_stopped(error.original_error) for error in result.errors or ()):
            raise Refused("TIME_SPENT")
    return _told(result, context)


def _told(result: ExecutionResult, context: Context) -> HttpResponse:
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
    has_session = settings.SESSION_COOKIE_NAME in request.COOKIES and not has_token(request)
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
        variables = _JSON.decode(written)
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
        return _JSON.decode(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Refused("BODY_MALFORMED") from error


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
    for refusal in refusals:
        if challenge := _challenge(refusal):
            answer.headers["WWW-Authenticate"] = challenge
    if answer.status_code == 429:
        answer.headers["Retry-After"] = str(budget.WINDOW_SECONDS)
    return answer


def _challenge(refusal: Refused) -> str:
    """What RFC 6750 has a refused token answered with."""
    if refusal.code == "TOKEN_REFUSED":
        return 'Bearer realm="graphql", error="invalid_token"'
    if refusal.code == "SCOPE_INSUFFICIENT":
        scopes = refusal.values["scopes"].replace("-", "")
        return f'Bearer realm="graphql", error="insufficient_scope", scope="{scopes}"'
    return ""


def _answer(body: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return _written(json.dumps(body, ensure_ascii=False, separators=(",", ":")), status=status)


def _written(text: str, *, status: int = 200) -> HttpResponse:
    return HttpResponse(text, content_type="application/json; charset=utf-8", status=status)
