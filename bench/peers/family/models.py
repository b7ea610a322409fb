"""The tables that a family's accounts are in, as Django's tutorial would describe them: nothing of ours."""

from __future__ import annotations

from django.db import models


class Guardian(models.Model):
    user_id = models.BigIntegerField()
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    pupils = models.ManyToManyField("Pupil", through="Guardianship", related_name="guardians")

    class Meta:
        managed = False
        db_table = "people_guardian"


class Pupil(models.Model):
    public_id = models.UUIDField()
    first_name = models.CharField(max_length=100)
    birth_date = models.DateField()
    sort_key = models.CharField(max_length=220)

    class Meta:
        managed = False
        db_table = "people_pupil"
        ordering = ("birth_date", "sort_key", "pk")


class Guardianship(models.Model):
    guardian = models.ForeignKey(Guardian, on_delete=models.PROTECT)
    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT)

    class Meta:
        managed = False
        db_table = "people_guardianship"


class College(models.Model):
    name = models.CharField(max_length=200)
    city = models.CharField(max_length=100)

    class Meta:
        managed = False
        db_table = "people_college"


class Schooling(models.Model):
    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="schoolings")
    college = models.ForeignKey(College, on_delete=models.PROTECT)
    valid_from = models.DateField()

    class Meta:
        managed = False
        db_table = "people_schooling"
        ordering = ("-valid_from",)


class Account(models.Model):
    debits_posted = models.BigIntegerField()
    debits_pending = models.BigIntegerField()
    credits_posted = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "ledger_account"


class Campaign(models.Model):
    label = models.CharField(max_length=200)

    class Meta:
        managed = False
        db_table = "passplus_campaign"


class Card(models.Model):
    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="pass_cards")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT)

    class Meta:
        managed = False
        db_table = "passplus_card"
        ordering = ("-campaign_id",)


class Purse(models.Model):
    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="purses")
    code = models.CharField(max_length=60)
    account = models.ForeignKey(Account, on_delete=models.PROTECT)

    class Meta:
        managed = False
        db_table = "passplus_purse"
        ordering = ("pk",)


class Invoice(models.Model):
    payer = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="invoices")
    number = models.CharField(max_length=40)
    month = models.DateField()
    total_cents = models.BigIntegerField()
    ledger_account = models.ForeignKey(Account, on_delete=models.PROTECT)

    class Meta:
        managed = False
        db_table = "invoicing_invoice"
        ordering = ("-month", "-pk")


class InvoiceLine(models.Model):
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    label = models.CharField(max_length=200)
    quantity = models.IntegerField()
    amount_cents = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "invoicing_invoiceline"
        ordering = ("pk",)
