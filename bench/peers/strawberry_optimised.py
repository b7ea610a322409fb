"""strawberry-django with its optimiser, as its guide writes it: types of models, hints on what is computed.

Nobody is signed in: `?user=<key>` says whose family it is. `application` is served as the product is.
"""

from bench.peers.family.project import set_up

set_up("strawberry_django", urls=__name__)

import strawberry  # noqa: E402
import strawberry_django  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import path  # noqa: E402
from strawberry.django.views import GraphQLView  # noqa: E402
from strawberry_django.optimizer import DjangoOptimizerExtension  # noqa: E402

from bench.peers.family import models  # noqa: E402


@strawberry.type
class Money:
    cents: int


@strawberry_django.type(models.College)
class College:
    name: strawberry.auto
    city: strawberry.auto


@strawberry_django.type(models.Purse)
class PassPurse:
    code: strawberry.auto

    @strawberry_django.field(select_related=["account"])
    def available(self, root: models.Purse) -> Money:
        account = root.account
        return Money(cents=account.credits_posted - account.debits_posted - account.debits_pending)


@strawberry_django.type(models.Card)
class PassCard:
    purses: list[PassPurse]

    @strawberry_django.field(select_related=["campaign"])
    def label(self, root: models.Card) -> str:
        return root.campaign.label


@strawberry_django.type(models.Pupil)
class Child:
    first_name: strawberry.auto
    pass_cards: list[PassCard]

    @strawberry_django.field(only=["public_id"])
    def id(self, root: models.Pupil) -> strawberry.ID:
        return strawberry.ID(str(root.public_id))

    @strawberry_django.field(prefetch_related=["schoolings__college"])
    def college(self, root: models.Pupil) -> College | None:
        for schooling in root.schoolings.all():
            return schooling.college
        return None


@strawberry_django.type(models.InvoiceLine)
class InvoiceLine:
    label: strawberry.auto
    quantity: strawberry.auto

    @strawberry_django.field(only=["amount_cents"])
    def amount(self, root: models.InvoiceLine) -> Money:
        return Money(cents=root.amount_cents)


@strawberry_django.type(models.Invoice)
class Invoice:
    number: strawberry.auto
    lines: list[InvoiceLine]

    @strawberry_django.field(only=["total_cents"])
    def total(self, root: models.Invoice) -> Money:
        return Money(cents=root.total_cents)

    @strawberry_django.field(select_related=["ledger_account"])
    def due(self, root: models.Invoice) -> Money:
        account = root.ledger_account
        return Money(cents=max(account.debits_posted - account.credits_posted, 0))


@strawberry.type
class Invoices:
    payer: strawberry.Private[models.Guardian]
    first: strawberry.Private[int]

    @strawberry_django.field
    def nodes(self) -> list[Invoice]:
        return self.payer.invoices.all()[: self.first]


@strawberry_django.type(models.Guardian)
class Viewer:
    first_name: strawberry.auto
    last_name: strawberry.auto

    @strawberry_django.field
    def children(self, root: models.Guardian, first: int = 20) -> list[Child]:
        return root.pupils.all()[:first]

    @strawberry_django.field
    def invoices(self, root: models.Guardian, first: int = 20) -> Invoices:
        return Invoices(payer=root, first=first)


@strawberry.type
class Query:
    @strawberry_django.field
    def viewer(self, info: strawberry.Info) -> Viewer | None:
        return models.Guardian.objects.filter(user_id=info.context.request.GET["user"]).first()


schema = strawberry.Schema(query=Query, extensions=[DjangoOptimizerExtension])
urlpatterns = [path("graphql", GraphQLView.as_view(schema=schema))]
application = get_wsgi_application()
