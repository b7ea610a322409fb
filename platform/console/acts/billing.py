"""The acts of a billing run: prepare, review, answer its anomalies, issue."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.invoicing import operations
from billing.invoicing.access import access_anomaly, access_run
from billing.invoicing.models import Anomaly, BillingRun
from billing.invoicing.queries import is_long_work, regies
from commons import jobs
from commons.actors import Actor
from commons.errors import NotFound
from commons.models import Job
from commons.money import format_euros
from console import anomaly_queries as anomalies
from console import money_queries
from console.acts.framework import (
    Act,
    Answers,
    DayField,
    Effect,
    Figure,
    Outcome,
    do_each,
    register,
    sample,
    url_for,
)
from tenants.accounts.capabilities import Capability
from ui import wording
from ui.errors import explain

if TYPE_CHECKING:
    from tenants.accounts.models import User

DUE_AFTER_DAYS = 30


def run_url(run: BillingRun) -> str:
    """The page of a run."""
    return reverse("console:billing-run", args=[run.public_id])


def begin(
    kind: str,
    *,
    subject: str,
    arguments: dict[str, Any],
    actor: Actor,
    at: datetime.datetime,
) -> Outcome:
    """Have a worker do long work, one of a kind and subject at a time: its page says where it is."""
    return begun(jobs.ask(kind, subject=subject, arguments=arguments, actor=actor, at=at))


def begun(job: Job) -> Outcome:
    """What is said of long work that is asked for."""
    return Outcome(
        message=_("C'est commencé. Vous pouvez quitter cette page."),
        url=reverse("console:job", args=[job.public_id]),
        job=str(job.public_id),
    )


def of_month(month: datetime.date) -> str:
    """The subject of the long work of a month."""
    return f"month:{month.isoformat()}"


def one_run(user: User, keys: Sequence[str]) -> list[BillingRun]:
    """The one run that keys name.

    :raises NotFound: if they name none, several, or one that is not theirs to see
    """
    if len(keys) != 1:
        raise NotFound(run="")
    return [access_run(user, uuid_of(keys[0]))]


def uuid_of(key: str) -> uuid.UUID:
    """The identifier a key names.

    :raises NotFound: if it names none
    """
    try:
        return uuid.UUID(key)
    except ValueError:
        raise NotFound(key=key) from None


class MonthForm(forms.Form):
    """Which régie, which month."""

    regie = forms.ChoiceField(label=gettext_lazy("Régie"))
    month = DayField(
        label=gettext_lazy("Mois"),
        input_formats=["%Y-%m", "%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = {str(regie.public_id): regie for regie in regies()}
        field = self.fields["regie"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, str(regie)) for key, regie in self.found.items()]

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or {})
        if cleaned.get("regie"):
            cleaned["regie"] = self.found[cleaned["regie"]]
        if cleaned.get("month"):
            cleaned["month"] = cleaned["month"].replace(day=1)  # a month is its first day
        return cleaned


@register
class PrepareRun(Act):
    name = "prepare-run"
    title = gettext_lazy("Préparer la facturation d'un mois")
    verb = gettext_lazy("Préparer")
    icon = "calculate"
    capability = Capability.RUN_BILLING
    form_class = MonthForm

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        return one_run(user, keys) if keys else []

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        if targets:
            return {"regie": str(targets[0].regie.public_id), "month": targets[0].month}
        latest = timezone.localdate().replace(day=1) - datetime.timedelta(days=1)
        return {"month": latest.replace(day=1)}

    def back(self, targets: list[Any]) -> str:
        return run_url(targets[0]) if targets else reverse("console:billing-runs")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        month: datetime.date = answers["month"]
        standing = money_queries.run_on(answers["regie"], month)
        if standing is not None and standing.state == BillingRun.State.ISSUED:
            refused = operations.RunAlreadyIssued(month=month.isoformat())
            return Effect(refusals=(str(explain(refused)),))
        if month > timezone.localdate(at):
            refused_early = operations.MonthNotOver(month=month.isoformat())
            return Effect(refusals=(str(explain(refused_early)),))
        found = money_queries.prepare_estimate(month)
        warnings = []
        if standing is not None:
            warnings.append(_("Les projets de ce mois sont refaits. Il faudra vérifier à nouveau."))
        if not found.invoices:
            warnings.append(_("Aucun repas à facturer ce mois-ci."))
        return Effect(
            figures=(
                Figure(_("Familles à facturer"), str(found.invoices)),
                Figure(_("Total"), format_euros(found.total_cents)),
                Figure(_("Élèves"), str(found.pupils)),
                Figure(_("Repas"), str(found.meals)),
            ),
            sentences=(_("Rien n'est envoyé aux familles. Ce sont des projets."),),
            warnings=tuple(warnings),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        regie, month = answers["regie"], answers["month"]
        if is_long_work():
            return begin(
                "billing.run.prepare",
                subject=of_month(month),
                arguments={"regie_id": regie.pk, "month": month.isoformat()},
                actor=actor,
                at=at,
            )
        run = operations.prepare_run(regie=regie, month=month, actor=actor, at=at)
        count = int(run.counts.get("invoices", 0))
        message = ngettext(
            "%(count)d projet de facture est prêt. Vérifiez-le maintenant.",
            "%(count)d projets de facture sont prêts. Vérifiez-les maintenant.",
            count,
        ) % {"count": count}
        return Outcome(message=message, url=run_url(run))


@register
class ReviewRun(Act):
    name = "review-run"
    title = gettext_lazy("Vérifier la facturation")
    verb = gettext_lazy("Chercher les anomalies")
    icon = "troubleshoot"
    capability = Capability.RUN_BILLING

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        return one_run(user, keys)

    def about(self, targets: list[Any]) -> str:
        return about_run(targets[0])

    def back(self, targets: list[Any]) -> str:
        return run_url(targets[0])

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (run,) = targets
        if run.state == BillingRun.State.ISSUED:
            refused = operations.RunAlreadyIssued(run=str(run.public_id))
            return Effect(refusals=(str(explain(refused)),))
        found = money_queries.review_estimate(run)
        blocking = {
            code
            for code, severity in operations.SEVERITIES.items()
            if severity == Anomaly.Severity.BLOCKING
        }
        rows = [
            (
                anomalies.title_of(code),
                _("Bloquante") if code in blocking else _("À regarder"),
                str(count),
            )
            for code, count in sorted(found.items(), key=lambda item: item[0] not in blocking)
        ]
        stopping = sum(count for code, count in found.items() if code in blocking)
        return Effect(
            figures=(
                Figure(_("Anomalies bloquantes"), str(stopping)),
                Figure(_("Anomalies à regarder"), str(sum(found.values()) - stopping)),
            ),
            sentences=(_("Les réponses déjà données restent, si les chiffres n'ont pas changé."),),
            table=sample((_("Anomalie"), _("Gravité"), _("Nombre")), rows),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        if is_long_work():
            return begin(
                "billing.run.review",
                subject=of_month(targets[0].month),
                arguments={"run_id": targets[0].pk},
                actor=actor,
                at=at,
            )
        run = operations.review_run(run=targets[0], actor=actor, at=at)
        return Outcome(message=_("La vérification est faite."), url=run_url(run))


class AnswerForm(forms.Form):
    """Why it is right, or what was done."""

    answer = forms.CharField(
        label=gettext_lazy("Votre réponse"),
        help_text=gettext_lazy("Dites pourquoi c'est normal, ou ce que vous avez fait."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@register
class AnswerAnomalies(Act):
    """Keys are anomalies, or `<run>:<code>` for all those of a kind that wait for an answer."""

    name = "answer-anomalies"
    title = gettext_lazy("Répondre à des anomalies")
    verb = gettext_lazy("Répondre")
    icon = "rate_review"
    capability = Capability.RUN_BILLING
    form_class = AnswerForm

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        found: list[Anomaly] = []
        for key in keys:
            run_key, is_group, code = key.partition(":")
            if is_group:
                run = access_run(user, uuid_of(run_key))
                found.extend(money_queries.unanswered_of(run, code))
            else:
                found.append(access_anomaly(user, uuid_of(key)))
        if not found:
            raise NotFound(anomaly="")
        return found

    def about(self, targets: list[Any]) -> str:
        return ngettext("%(count)d anomalie", "%(count)d anomalies", len(targets)) % {
            "count": len(targets)
        }

    def back(self, targets: list[Any]) -> str:
        return run_url(targets[0].run)

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        blocking = sum(row.severity == Anomaly.Severity.BLOCKING for row in targets)
        replaced = sum(row.answered_at is not None for row in targets)
        issued = [row for row in targets if row.run.state == BillingRun.State.ISSUED]
        if issued:
            refused = operations.RunAlreadyIssued(run=str(issued[0].run.public_id))
            return Effect(refusals=(str(explain(refused)),))
        rows = [(row.title, row.who, row.sentence) for row in anomalies.described(targets)]
        return Effect(
            figures=(
                Figure(_("Réponses données"), str(len(targets))),
                Figure(_("dont bloquantes"), str(blocking)),
            ),
            sentences=(_("La même réponse est écrite pour chacune."),) if len(targets) > 1 else (),
            warnings=(
                (_("Des réponses déjà données sont remplacées : %(n)d.") % {"n": replaced},)
                if replaced
                else ()
            ),
            table=sample((_("Anomalie"), _("Qui"), _("Ce qui est étrange")), rows),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        done, refusals = do_each(
            targets,
            lambda anomaly: operations.answer_anomaly(
                anomaly=anomaly,
                answer=answers["answer"],
                shown=anomaly.details,
                actor=actor,
                at=at,
            ),
        )
        message = ngettext(
            "%(count)d anomalie a sa réponse.", "%(count)d anomalies ont leur réponse.", done
        ) % {"count": done}
        return Outcome(message=message, url=run_url(targets[0].run), refusals=refusals, done=done)


class IssueForm(forms.Form):
    """Until when families pay."""

    due_on = DayField(
        label=gettext_lazy("À payer avant le"),
        help_text=gettext_lazy("Cette date est écrite sur chaque facture."),
    )


@register
class IssueRun(Act):
    name = "issue-run"
    title = gettext_lazy("Émettre les factures")
    verb = gettext_lazy("Émettre les factures")
    icon = "send"
    capability = Capability.ISSUE_INVOICES
    is_sensitive = True
    form_class = IssueForm
    warning = gettext_lazy("Une facture émise ne change plus. On la corrige par un avoir.")

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        return one_run(user, keys)

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {"due_on": timezone.localdate() + datetime.timedelta(days=DUE_AFTER_DAYS)}

    def about(self, targets: list[Any]) -> str:
        return about_run(targets[0])

    def back(self, targets: list[Any]) -> str:
        return run_url(targets[0])

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (run,) = targets
        due_on: datetime.date = answers["due_on"]
        issued_on = timezone.localdate(at)
        found = money_queries.issue_estimate(run, issued_on=issued_on)
        refused = operations.why_not_issue(run, due_on=due_on, issued_on=issued_on)
        refusals = tuple(str(explain(error)) for error in refused)
        sentences = [_("Chaque famille reçoit un message, et voit sa facture sur son espace.")]
        if found.zero_drafts:
            sentences.append(
                ngettext(
                    "%(count)d projet à 0 € n'est pas émis.",
                    "%(count)d projets à 0 € ne sont pas émis.",
                    found.zero_drafts,
                )
                % {"count": found.zero_drafts}
            )
        credited = (
            Figure(_("Avoirs émis"), str(found.credits)),
            Figure(_("Total rendu"), format_euros(found.credit_cents)),
        )
        return Effect(
            figures=(
                Figure(_("Factures émises"), str(found.invoices)),
                Figure(_("Total à payer"), format_euros(found.total_cents)),
                Figure(_("À payer avant le"), wording.full_date(due_on)),
                Figure(_("Premier numéro"), found.first_number if found.invoices else "–"),
                Figure(_("Dernier numéro"), found.last_number if found.invoices else "–"),
                *(credited if run.corrects_id else ()),
            ),
            sentences=tuple(sentences),
            refusals=refusals,
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        if is_long_work():
            return begin(
                "billing.run.issue",
                subject=of_month(targets[0].month),
                arguments={
                    "run_id": targets[0].pk,
                    "due_on": answers["due_on"].isoformat(),
                },
                actor=actor,
                at=at,
            )
        issued = operations.issue_run(run=targets[0], due_on=answers["due_on"], actor=actor, at=at)
        message = ngettext(
            "%(count)d facture est émise, pour %(total)s.",
            "%(count)d factures sont émises, pour %(total)s.",
            issued.invoices,
        ) % {"count": issued.invoices, "total": format_euros(issued.total_cents)}
        if targets[0].corrects_id:
            message = f"{message} {_credited(issued)}"
        return Outcome(message=message, url=run_url(targets[0]))


def _credited(issued: operations.IssuedRun) -> str:
    """The credit notes of a correction, and those that payments stopped."""
    said = ngettext(
        "%(count)d avoir est émis, pour %(total)s.",
        "%(count)d avoirs sont émis, pour %(total)s.",
        issued.credits,
    ) % {"count": issued.credits, "total": format_euros(issued.credit_cents)}
    if issued.left_out:
        said += " " + ngettext(
            "%(count)d avoir attend la fin d'un paiement. Préparez une autre régularisation après.",
            "%(count)d avoirs attendent des paiements. Préparez une autre régularisation après.",
            issued.left_out,
        ) % {"count": issued.left_out}
    return said


def about_run(run: BillingRun) -> str:
    """The régie and the month of a run."""
    return _("%(regie)s, mois %(month)s") % {
        "regie": run.regie.name,
        "month": wording.of_month(run.month),
    }


def answer_group_url(run: BillingRun, code: str) -> str:
    """The act that answers all the anomalies of a kind at once."""
    return f"{url_for('answer-anomalies')}?sur={run.public_id}:{code}"
