"""Facts about invitations: to whom by their random id, and the code of the answer."""

from services.enrollment.domain.invitations import InvitationAnswered, InvitationIssued
from services.enrollment.translation.told import Fields, Telling, Told
from shared.contracts.enrollment import v1


def _invitation(fact: InvitationIssued | InvitationAnswered) -> Fields:
    invitation = fact.invitation
    ids = {
        "request_id": invitation.invitation_id,
        "programme_id": invitation.programme_id,
        "person_id": invitation.person_id,
        "answer": invitation.answer,
    }
    return ids | ({"topic": invitation.topic} if invitation.topic else {})


TELLING: Telling = {
    InvitationIssued: Told(v1.InvitationIssued, _invitation, "invitation.issued"),
    InvitationAnswered: Told(v1.InvitationAnswered, _invitation, "invitation.answered"),
}
