"""Notices: verified, kept once, and looked into by the worker. What they say is never taken as it is."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping

from django.db import transaction

from billing.payments import meters, queries
from billing.payments.asking import look_at_payment_and_refunds
from billing.payments.models import Merchant, Notice, Payment
from billing.payments.providers import provider_of
from billing.payments.providers.protocol import NoticeFacts, NoticeRefused
from commons.actors import Actor
from commons.audit import record_audit
from commons.outbox import record_event


def receive_notice(
    *, provider: str, headers: Mapping[str, str], body: bytes, at: datetime.datetime
) -> Notice:
    """
    Verify a notice and keep it, once; what it speaks of is asked for later.

    It is of the merchant whose secret proves it, closed ones included: what they were paid goes on.

    :raises NoticeRefused: if nothing proves it, or it is another account's
    """
    try:
        merchant, facts = _verified(provider, headers, body)
    except NoticeRefused as refusal:
        meters.NOTICES_REFUSED.add(reason=refusal.details["reason"], provider=provider)
        raise
    with transaction.atomic(durable=True):
        notice, is_new = Notice.objects.get_or_create(
            merchant=merchant,
            event_ref=facts.event_ref,
            defaults={
                "kind": facts.kind,
                "checkout_ref": facts.checkout_ref,
                "provider_ref": facts.provider_ref,
                "digest": hashlib.sha256(body).hexdigest(),
                "received_at": at,
            },
        )
        if is_new:
            record_event(
                "billing.payment.noticed",
                aggregate=f"notice:{notice.pk}",
                occurred_at=at,
                notice_id=notice.pk,
            )
        meters.NOTICES.add(outcome="KEPT" if is_new else "REPEATED", provider=provider)
    return notice


def _verified(
    provider: str, headers: Mapping[str, str], body: bytes
) -> tuple[Merchant, NoticeFacts]:
    refusal = NoticeRefused(reason="signature")
    for merchant in queries.merchants_of(provider):
        try:
            return merchant, provider_of(merchant).verify(headers, body)
        except NoticeRefused as error:
            if error.details["reason"] != "signature":  # it was proved, and is refused all the same
                refusal = error
    raise refusal


def handle_notice(*, notice: Notice, at: datetime.datetime) -> Payment | None:
    """
    Ask the provider about what a notice speaks of, refunds too; None if that is no payment of ours.

    :raises ProviderUnavailable: if no answer came; the notice stays to be dealt with
    :raises ProviderRefused: if the provider does not know the payment
    """
    payment = queries.payment_of_notice(notice)
    if payment is not None:
        payment = look_at_payment_and_refunds(payment=payment, at=at)
    notice.handled_at, notice.payment = at, payment
    notice.save(update_fields=["handled_at", "payment"])
    return payment


def handle_notice_again(*, notice: Notice, actor: Actor, at: datetime.datetime) -> Payment | None:
    """
    Have a person look again into what a notice spoke of; the same twice changes nothing.

    :raises ProviderUnavailable: if no answer came
    :raises ProviderRefused: if the provider does not know the payment
    """
    record_audit(
        actor=actor,
        action="billing.notice.handled_again",
        subject_type="notice",
        subject_id=str(notice.pk),
        at=at,
    )
    return handle_notice(notice=notice, at=at)
