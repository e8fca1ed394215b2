"""Facts about concerns and conversations: codes, days and ids; no word of what was said."""

from services.enrollment.domain import dialogues, doubts
from services.enrollment.translation.told import Fields, Telling, Told
from shared.contracts.enrollment import v1


def _concern(fact: doubts.Fact) -> Fields:
    concern = fact.concern
    turn = concern.turns[-1]
    fields: Fields = {
        "concern_id": concern.concern_id,
        "programme_id": concern.programme_id,
        "code": concern.code,
        "asked_on": turn.asked_on,
        "closed_on": concern.closed_on,
    }
    if turn.answer:
        evidence = turn.answer.evidence
        fields |= {
            "answered_on": turn.answer.given_on,
            "cases": len(evidence.cases),
            "progress_ids": evidence.progress_ids,
            "kpis": evidence.kpis,
            "taste_sprint": turn.answer.taste_sprint,
        }
    return fields


def _reply(fact: doubts.ReplyReady) -> Fields:
    return {
        "request_id": fact.request_id,
        "programme_id": fact.programme_id,
        "person_id": fact.person_id,
    }


def _dialogue(fact: dialogues.Fact) -> Fields:
    dialogue = fact.dialogue
    return {
        "dialogue_id": dialogue.dialogue_id,
        "programme_id": dialogue.programme_id,
        "planned_for": dialogue.plan.planned_for,
        "held_on": dialogue.minutes and dialogue.minutes.held_on,
    }


def _compromise(fact: dialogues.CompromiseAgreed | dialogues.CompromiseReviewed) -> Fields:
    compromise = fact.compromise
    return {
        **_dialogue(fact),
        "compromise_id": compromise.compromise_id,
        "owner": compromise.owner,
        "due": compromise.due,
        "outcome": compromise.outcome,
        "reviewed_on": compromise.reviewed_on,
    }


TELLING: Telling = {
    doubts.ConcernRaised: Told(v1.ConcernRaised, _concern, "concern.raised"),
    doubts.ConcernAnswered: Told(v1.ConcernAnswered, _concern, "concern.answered"),
    doubts.ConcernClosed: Told(v1.ConcernClosed, _concern, "concern.closed"),
    doubts.ReplyReady: Told(v1.ReplyReady, _reply),
    dialogues.DialoguePlanned: Told(v1.DialoguePlanned, _dialogue, "dialogue.planned"),
    dialogues.DialogueHeld: Told(v1.DialogueHeld, _dialogue, "dialogue.held"),
    dialogues.CompromiseAgreed: Told(v1.CompromiseAgreed, _compromise, "compromise.agreed"),
    dialogues.CompromiseReviewed: Told(v1.CompromiseReviewed, _compromise, "compromise.reviewed"),
}
