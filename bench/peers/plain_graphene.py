"""graphene-django as it is usually written: DjangoObjectType, a resolver for each relation, its own view.

Nobody is signed in: `?user=<key>` says whose family it is. `application` is served as the product is.
"""

from __future__ import annotations

from bench.peers.family.project import set_up

set_up("graphene_django", urls=__name__)

import graphene  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db.models import QuerySet  # noqa: E402
from django.urls import path  # noqa: E402
from graphene_django import DjangoObjectType  # noqa: E402
from graphene_django.views import GraphQLView  # noqa: E402
from graphql import GraphQLResolveInfo  # noqa: E402

from bench.peers.family import models  # noqa: E402


class Money(graphene.ObjectType):
    cents = graphene.Int(required=True)


class College(DjangoObjectType):
    class Meta:
        model = models.College
        fields = ("name", "city")


class PassPurse(DjangoObjectType):
    available = graphene.Field(Money, required=True)

    class Meta:
        model = models.Purse
        fields = ("code",)

    def resolve_available(self: models.Purse, _info: GraphQLResolveInfo) -> Money:
        account = self.account
        return Money(cents=account.credits_posted - account.debits_posted - account.debits_pending)


class PassCard(DjangoObjectType):
    label = graphene.String(required=True)
    purses = graphene.List(graphene.NonNull(PassPurse), required=True)

    class Meta:
        model = models.Card
        fields = ()

    def resolve_label(self: models.Card, _info: GraphQLResolveInfo) -> str:
        return self.campaign.label

    def resolve_purses(self: models.Card, _info: GraphQLResolveInfo) -> QuerySet[models.Purse]:
        return self.purses.all()


class Child(DjangoObjectType):
    id = graphene.ID(required=True)
    college = graphene.Field(College)
    pass_cards = graphene.List(graphene.NonNull(PassCard), required=True)

    class Meta:
        model = models.Pupil
        fields = ("first_name",)

    def resolve_id(self: models.Pupil, _info: GraphQLResolveInfo) -> str:
        return str(self.public_id)

    def resolve_college(self: models.Pupil, _info: GraphQLResolveInfo) -> models.College | None:
        schooling = self.schoolings.first()
        return schooling.college if schooling else None

    def resolve_pass_cards(self: models.Pupil, _info: GraphQLResolveInfo) -> QuerySet[models.Card]:
        return self.pass_cards.all()


class InvoiceLine(DjangoObjectType):
    amount = graphene.Field(Money, required=True)

    class Meta:
        model = models.InvoiceLine
        fields = ("label", "quantity")

    def resolve_amount(self: models.InvoiceLine, _info: GraphQLResolveInfo) -> Money:
        return Money(cents=self.amount_cents)


class Invoice(DjangoObjectType):
    total = graphene.Field(Money, required=True)
    due = graphene.Field(Money, required=True)
    lines = graphene.List(graphene.NonNull(InvoiceLine), required=True)

    class Meta:
        model = models.Invoice
        fields = ("number",)

    def resolve_total(self: models.Invoice, _info: GraphQLResolveInfo) -> Money:
        return Money(cents=self.total_cents)

    def resolve_due(self: models.Invoice, _info: GraphQLResolveInfo) -> Money:
        account = self.ledger_account
        return Money(cents=max(account.debits_posted - account.credits_posted, 0))

    def resolve_lines(
        self: models.Invoice, _info: GraphQLResolveInfo
    ) -> QuerySet[models.InvoiceLine]:
        return self.lines.all()


class Invoices(graphene.ObjectType):
    nodes = graphene.List(graphene.NonNull(Invoice), required=True)


class Viewer(DjangoObjectType):
    children = graphene.List(graphene.NonNull(Child), required=True, first=graphene.Int())
    invoices = graphene.Field(Invoices, required=True, first=graphene.Int())

    class Meta:
        model = models.Guardian
        fields = ("first_name", "last_name")

    def resolve_children(
        self: models.Guardian, _info: GraphQLResolveInfo, first: int = 20
    ) -> QuerySet[models.Pupil]:
        return self.pupils.all()[:first]

    def resolve_invoices(
        self: models.Guardian, _info: GraphQLResolveInfo, first: int = 20
    ) -> Invoices:
        return Invoices(nodes=self.invoices.all()[:first])


class Query(graphene.ObjectType):
    viewer = graphene.Field(Viewer)

    def resolve_viewer(self: None, info: GraphQLResolveInfo) -> models.Guardian | None:
        return models.Guardian.objects.filter(user_id=info.context.GET["user"]).first()


schema = graphene.Schema(query=Query)
urlpatterns = [path("graphql", GraphQLView.as_view(schema=schema))]
application = get_wsgi_application()
