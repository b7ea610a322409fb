"""How one speaks to a peer: as the product does, and for what each does in its own way."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import httpx
import stripe

from billing.payments.credentials import Credentials
from billing.payments.providers.stripe import StripeProvider
from tests.banks import KEY
from tests.peers.knowledge import BANK, EMULATE, LOCALSTRIPE
from tests.peers.listening import Listener, Received

SUCCESS = "https://portail.exemple.fr/retour/?page={CHECKOUT_SESSION_ID}"
CANCEL = "https://portail.exemple.fr/quitte/"
PAYS, DECLINED = "pm_card_visa", "pm_card_chargeCustomerFail"


@dataclasses.dataclass(frozen=True)
class Peer:
    """A bank that is running. What follows is how our test bank does it; `Emulate` and `Localstripe`
    say where they differ."""

    name: str
    address: str
    secret: str
    listener: Listener

    def client(self, key: str = KEY, account: str = "") -> stripe.StripeClient:
        """Stripe's own library."""
        return stripe.StripeClient(
            key,
            base_addresses={"api": self.address},
            stripe_account=account or None,
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=10),
        )

    def provider(
        self, settings: Any, *, key: str = KEY, account: str = "", secret: str = ""
    ) -> StripeProvider:
        """The product's own."""
        settings.STRIPE_API_BASE = self.address
        credentials = Credentials(api_key=key, webhook_secrets=(secret or self.secret,))
        return StripeProvider(credentials, account_ref=account, is_live=False)

    def event(self, kind: str, about: str) -> Received:
        """What it says of an object."""
        return self.listener.wait_for(self.name, kind, about)

    def intent(self, card: str = PAYS, *, cents: int = 2_700, **more: Any) -> Any:
        """An intent that is confirmed as it is made."""
        return self.client().v1.payment_intents.create(
            {
                "amount": cents, "currency": "eur", "payment_method": card, "confirm": True,
                "payment_method_types": ["card"], **more,
            }
        )  # fmt: skip

    def charge_of(self, intent: Any) -> Any:
        """The latest charge, whether it is named or given whole."""
        charge = intent["latest_charge"]
        name = charge if isinstance(charge, str) else charge["id"]
        return self.client().v1.charges.retrieve(name)

    def card_that_asks(self) -> str:
        """A card whose bank asks the person."""
        return "pm_card_threeDSecure2Required"

    def answer_own_bank(self, intent: Any, *, is_accepted: bool) -> None:
        """What the person answers to it."""
        page = intent["next_action"]["use_stripe_sdk"]["stripe_js"]
        assert "Confirmer avec votre banque" in httpx.get(page).text
        httpx.post(page, data={"answer": "yes" if is_accepted else "no"}).raise_for_status()

    def line(self) -> dict[str, Any]:
        """What is to be paid, in a session."""
        price = {"currency": "eur", "unit_amount": 2_700, "product_data": {"name": "Facture"}}
        return {"quantity": 1, "price_data": price}

    def session(self, **more: Any) -> Any:
        """A Checkout Session of one line."""
        given = {"mode": "payment", "success_url": SUCCESS, "cancel_url": CANCEL}
        given = {**given, "line_items": [self.line()], **more}
        params: Any = {name: value for name, value in given.items() if value is not None}
        return self.client().v1.checkout.sessions.create(params)

    def pay(self, session: Any) -> str:
        """Pay on the hosted page; the address one is sent to."""
        return self._sent_to(session["url"], {"how": "card"})

    def _sent_to(self, page: str, form: dict[str, str]) -> str:
        answer = httpx.post(page, data=form)
        assert answer.is_redirect
        return answer.headers["Location"]


class Emulate(Peer):
    """`emulate` knows prices by their name only, and has its own form."""

    def line(self) -> dict[str, Any]:
        prices = self.client().v1.products.create({"name": "Facture"})
        price = {"currency": "eur", "unit_amount": 2_700, "product": prices["id"]}
        return {"quantity": 1, "price": self.client().v1.prices.create(price)["id"]}

    def pay(self, session: Any) -> str:
        return self._sent_to(f"{session['url']}/complete", {})


class Localstripe(Peer):
    """localstripe knows the cards that ask by their number, and answers for the person."""

    def card_that_asks(self) -> str:
        card = {"number": "4000002500003155", "exp_month": 12, "exp_year": 2030, "cvc": "123"}
        asked: Any = {"type": "card", "card": card}
        return self.client().v1.payment_methods.create(asked)["id"]

    def answer_own_bank(self, intent: Any, *, is_accepted: bool) -> None:
        answer = {
            "client_secret": intent["client_secret"], "success": "true" if is_accepted else "false",
        }  # fmt: skip
        page = f"{self.address}/v1/payment_intents/{intent['id']}/_authenticate"
        httpx.post(page, data=answer, auth=(KEY, "")).raise_for_status()


KINDS: dict[str, Callable[..., Peer]] = {BANK: Peer, EMULATE: Emulate, LOCALSTRIPE: Localstripe}
