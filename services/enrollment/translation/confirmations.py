"""Facts about confirmations."""

from services.enrollment.domain import confirmations
from services.enrollment.translation.told import Fields, Telling, Told
from shared.contracts.enrollment import v1


def _confirmation(fact: confirmations.Fact) -> Fields:
    confirmation = fact.confirmation
    return {
        "request_id": confirmation.confirmation_id,
        "programme_id": confirmation.programme_id,
        "cohort_id": confirmation.cohort_id,
        "person_id": confirmation.person_id,
        "volunteer_id": confirmation.volunteer_id,
        "due": confirmation.due,
    }


TELLING: Telling = {
    confirmations.ConfirmationRequested: Told(
        v1.ConfirmationRequested, _confirmation, "confirmation.requested"
    ),
    confirmations.ConfirmationGiven: Told(
        v1.ConfirmationGiven, _confirmation, "confirmation.given"
    ),
    confirmations.ConfirmationLapsed: Told(
        v1.ConfirmationLapsed, _confirmation, "confirmation.lapsed"
    ),
}
