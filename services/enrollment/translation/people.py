"""Facts about who somebody is."""

from dataclasses import asdict

from services.enrollment.domain.people import ContactChanged, PrincipalChanged
from services.enrollment.translation.told import Fields, Telling, Told
from shared.contracts.enrollment import v1


def _person(fact: PrincipalChanged | ContactChanged) -> Fields:
    person = fact.person
    return {**asdict(person), **(asdict(person.identity) if person.identity else {})}


TELLING: Telling = {
    PrincipalChanged: Told(v1.PrincipalChanged, _person),
    ContactChanged: Told(v1.ContactChanged, _person),
}
