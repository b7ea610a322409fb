"""What is done around partners and campaigns: a part of `api.schema.Mutation`."""

from __future__ import annotations

import graphene

from api.mutations.campaigns import (
    PublishPassCampaign,
    PublishReimbursementRules,
    RenewPassCampaign,
)
from api.mutations.partner_applications import (
    AbandonPartnerApplication,
    AcceptPartnerApplication,
    AskPartnerApplicant,
    BeginPartnerApplication,
    DeclareForPartner,
    DescribePartnerBody,
    DescribePartnerOffer,
    GivePartnerPayee,
    LeavePartnerApplication,
    OpenPartnerApplication,
    RefusePartnerApplication,
    SendPartnerSigningCode,
    SignPartnerAgreement,
    SubmitPartnerApplication,
)
from api.mutations.partner_payments import (
    AnswerStatementDispute,
    ApprovePartnerCorrection,
    ApprovePartnerRun,
    AskPartnerCorrection,
    DisputeStatementLine,
    PreparePartnerRun,
    RecordPayoutReturn,
    RefusePartnerCorrection,
    RefusePartnerRun,
    TrustPartnerAccount,
    UndoPartnerCorrection,
)
from api.mutations.partner_teams import (
    ChangePartnerRole,
    CloseTill,
    EndPartnerColleague,
    GivePartnerIban,
    InvitePartnerColleague,
    OpenTill,
    ProposePartnerSheet,
    RenameTill,
    WithdrawPartnerInvitation,
    WithdrawPartnerSheet,
)
from api.mutations.tills import (
    BeginOfflineWork,
    CapturePassTicket,
    EndOfflineWork,
    SendOfflineTickets,
    UndoPassCapture,
)


class PartnerMutation(graphene.ObjectType):
    """Ce qui se fait des campagnes et des partenaires."""

    publish_pass_campaign = PublishPassCampaign.Field(
        required=True, description="Publier une campagne Pass+, ou la relire. Pour les agents."
    )
    renew_pass_campaign = RenewPassCampaign.Field(
        required=True,
        description="Renouveler les Pass+ que les données accordent. Pour les agents.",
    )
    publish_reimbursement_rules = PublishReimbursementRules.Field(
        required=True,
        description="Publier ce qui est versé aux partenaires, ou le prévoir. Pour les agents.",
    )
    capture_pass_ticket = CapturePassTicket.Field(
        required=True, description="Valider un ticket à une caisse. Pour les partenaires."
    )
    undo_pass_capture = UndoPassCapture.Field(
        required=True, description="Annuler une validation dans sa minute. Pour les partenaires."
    )
    begin_offline_work = BeginOfflineWork.Field(
        required=True, description="Préparer une caisse sans internet. Pour les partenaires."
    )
    end_offline_work = EndOfflineWork.Field(
        required=True, description="Finir un travail sans internet. Pour les partenaires."
    )
    send_offline_tickets = SendOfflineTickets.Field(
        required=True,
        description="Envoyer ce qui est pris sans internet. Pour les partenaires.",
    )
    open_till = OpenTill.Field(
        required=True, description="Ouvrir une caisse. Pour qui gère le partenaire."
    )
    rename_till = RenameTill.Field(
        required=True, description="Renommer une caisse. Pour qui gère le partenaire."
    )
    close_till = CloseTill.Field(
        required=True, description="Fermer une caisse. Pour qui gère le partenaire."
    )
    invite_partner_colleague = InvitePartnerColleague.Field(
        required=True, description="Inviter une personne. Pour qui gère le partenaire."
    )
    withdraw_partner_invitation = WithdrawPartnerInvitation.Field(
        required=True, description="Retirer une invitation. Pour qui gère le partenaire."
    )
    change_partner_role = ChangePartnerRole.Field(
        required=True, description="Changer le rôle d'une personne. Pour qui gère le partenaire."
    )
    end_partner_colleague = EndPartnerColleague.Field(
        required=True, description="Retirer l'accès d'une personne. Pour qui gère le partenaire."
    )
    propose_partner_sheet = ProposePartnerSheet.Field(
        required=True, description="Demander une autre fiche. Pour qui gère le partenaire."
    )
    withdraw_partner_sheet = WithdrawPartnerSheet.Field(
        required=True, description="Retirer cette demande. Pour qui gère le partenaire."
    )
    give_partner_iban = GivePartnerIban.Field(
        required=True, description="Donner un autre compte bancaire. Pour qui gère le partenaire."
    )
    prepare_partner_run = PreparePartnerRun.Field(
        required=True, description="Préparer le paiement des partenaires. Pour les agents."
    )
    approve_partner_run = ApprovePartnerRun.Field(
        required=True, description="Approuver ce qu'un autre a préparé. Pour les agents."
    )
    refuse_partner_run = RefusePartnerRun.Field(
        required=True, description="Refuser un paiement préparé. Pour les agents."
    )
    record_payout_return = RecordPayoutReturn.Field(
        required=True, description="Noter un virement revenu. Pour les agents."
    )
    trust_partner_account = TrustPartnerAccount.Field(
        required=True, description="Rétablir le compte d'un partenaire. Pour les agents."
    )
    ask_partner_correction = AskPartnerCorrection.Field(
        required=True, description="Demander une correction, ou la prévoir. Pour les agents."
    )
    approve_partner_correction = ApprovePartnerCorrection.Field(
        required=True, description="Approuver ce qu'un autre demande. Pour les agents."
    )
    refuse_partner_correction = RefusePartnerCorrection.Field(
        required=True, description="Refuser une correction. Pour les agents."
    )
    undo_partner_correction = UndoPartnerCorrection.Field(
        required=True, description="Demander de défaire une correction. Pour les agents."
    )
    answer_statement_dispute = AnswerStatementDispute.Field(
        required=True, description="Répondre à un partenaire. Pour les agents."
    )
    dispute_statement_line = DisputeStatementLine.Field(
        required=True,
        description="Contester une ligne de son relevé. Pour qui gère le partenaire.",
    )
    begin_partner_application = BeginPartnerApplication.Field(
        required=True, description="Demander à devenir partenaire : un code part. Ouvert à tous."
    )
    open_partner_application = OpenPartnerApplication.Field(
        required=True, description="Ouvrir ici la demande, avec son code. Ouvert à tous."
    )
    leave_partner_application = LeavePartnerApplication.Field(
        required=True, description="Fermer ici la demande ouverte."
    )
    describe_partner_body = DescribePartnerBody.Field(
        required=True, description="Dire qui est la structure, dans la demande ouverte ici."
    )
    describe_partner_offer = DescribePartnerOffer.Field(
        required=True, description="Dire ce qu'elle propose, dans la demande ouverte ici."
    )
    declare_for_partner = DeclareForPartner.Field(
        required=True, description="Faire ses déclarations, dans la demande ouverte ici."
    )
    give_partner_payee = GivePartnerPayee.Field(
        required=True, description="Dire qui signe et le compte, dans la demande ouverte ici."
    )
    submit_partner_application = SubmitPartnerApplication.Field(
        required=True, description="Envoyer la demande ouverte ici."
    )
    abandon_partner_application = AbandonPartnerApplication.Field(
        required=True, description="Abandonner la demande ouverte ici ; son compte est oublié."
    )
    send_partner_signing_code = SendPartnerSigningCode.Field(
        required=True, description="Recevoir le code qui signe la convention acceptée."
    )
    sign_partner_agreement = SignPartnerAgreement.Field(
        required=True, description="Signer la convention, avec le code reçu."
    )
    accept_partner_application = AcceptPartnerApplication.Field(
        required=True, description="Accepter une demande de partenariat. Pour les agents."
    )
    ask_partner_applicant = AskPartnerApplicant.Field(
        required=True, description="Demander une réponse à la structure. Pour les agents."
    )
    refuse_partner_application = RefusePartnerApplication.Field(
        required=True, description="Refuser une demande, en disant pourquoi. Pour les agents."
    )
