"""What each figure means: one definition, and labels in English and Russian.

A star stands for a role, a reason or a kind of mail. The README's table is generated from here.
"""

# ruff: noqa: RUF001 - Russian letters look like Latin ones

from dataclasses import dataclass

from services.reporting.projections.domain.figures import Path


@dataclass(frozen=True, slots=True)
class Definition:
    """`figure` is the path in the report, with dots."""

    figure: str
    en: str
    ru: str
    meaning: str

    def covers(self, path: Path) -> bool:
        """Whether this is the definition of the figure at the path."""
        pattern = self.figure.split(".")
        same = (step in ("*", name) for step, name in zip(pattern, path, strict=False))
        return len(pattern) == len(path) and all(same)


# fmt: off
DEFINITIONS = (
    Definition("volunteers.*.waiting", "Waiting", "Ожидают пары",
               "active volunteers in this role without an open proposal or an active pair"),
    Definition("volunteers.*.proposed", "Proposed", "Получили предложение",
               "volunteers in this role who are in a proposal that may still become a pair"),
    Definition("volunteers.*.paired", "In a pair", "В паре",
               "volunteers in this role with at least one active pair"),
    Definition("volunteers.*.paused", "Paused", "На паузе",
               "volunteers in this role who paused, paired or not"),
    Definition("volunteers.*.withdrawn", "Withdrawn", "Вышли",
               "volunteers in this role who left the programme"),
    Definition("volunteers.*.erased", "Erased", "Удалены",
               "volunteers in this role of whom nothing is kept any more, on their wish"),
    Definition("volunteers.*.total", "Volunteers", "Добровольцы",
               "all volunteers in this role; each has the first status that holds: "
               "erased, withdrawn, paused, paired, proposed, waiting"),
    Definition("proposals.open", "Open", "Ждут ответа",
               "proposals that not both sides have answered yet"),
    Definition("proposals.accepted", "Accepted", "Приняты",
               "proposals that both sides said yes to"),
    Definition("proposals.declined", "Declined", "Отклонены", "proposals that a side said no to"),
    Definition("proposals.expired", "Expired", "Истекли",
               "proposals not answered by both sides in time"),
    Definition("proposals.voided", "Voided", "Отозваны",
               "proposals overtaken: a side left, paused or has no room"),
    Definition("proposals.made", "Made", "Сделаны",
               "all proposals so far, whatever became of them"),
    Definition("pairs.active", "Active pairs", "Действующие пары", "pairs formed and not ended"),
    Definition("pairs.completed", "Completed pairs", "Завершённые пары",
               "pairs that ended as planned"),
    Definition("pairs.stopped", "Stopped pairs", "Прерванные пары",
               "pairs that ended in any other way"),
    Definition("pairs.formed", "Pairs formed", "Создано пар", "all pairs so far, active or ended"),
    Definition("invitations.waiting", "Waiting", "Ждут ответа",
               "invitations to take part that nobody has answered yet"),
    Definition("invitations.accepted", "Interested", "Интересно",
               "invitations answered with interest, or by enrolling"),
    Definition("invitations.declined", "Declined", "Отклонены",
               "invitations answered with no; nobody asks why"),
    Definition("invitations.later", "Not now", "Не сейчас",
               "invitations that were put off and not answered otherwise since"),
    Definition("invitations.expired", "Expired", "Истекли",
               "invitations that nobody had answered when the programme closed, "
               "or whose employee left the company"),
    Definition("invitations.asked", "Invited", "Приглашены",
               "all invitations so far, whatever the answer; each has its last one"),
    Definition("confirmations.waiting", "Waiting", "Ждут ответа",
               "volunteers of earlier cohorts asked whether they go on, with days left to answer"),
    Definition("confirmations.given", "Go on", "Продолжают",
               "volunteers asked on a further cohort who go on"),
    Definition("confirmations.lapsed", "No word", "Не ответили",
               "volunteers asked who said nothing in time, left before, or were asked anew"),
    Definition("confirmations.asked", "Asked to go on", "Спрошены",
               "all questions so far whether a volunteer goes on; one per further cohort"),
    Definition("rounds.completed", "Rounds", "Раунды подбора",
               "rounds of matching that were completed"),
    Definition("rounds.last.mentors", "Mentors in the pool", "Наставники в раунде",
               "mentors in the last round"),
    Definition("rounds.last.mentees", "Mentees in the pool", "Подопечные в раунде",
               "mentees in the last round"),
    Definition("rounds.last.matched", "Matched", "Подобраны", "pairs proposed by the last round"),
    Definition("rounds.last.unmatched.*", "Unmatched", "Без пары",
               "volunteers whom the last round left without a pair, by reason"),
    Definition("sessions.planned", "Planned sessions", "Запланированные встречи",
               "sessions planned, and neither held nor cancelled yet"),
    Definition("sessions.held", "Sessions held", "Состоявшиеся встречи",
               "sessions reported as held; one meeting of a pair counts once"),
    Definition("sessions.cancelled", "Cancelled sessions", "Отменённые встречи",
               "sessions planned and then cancelled"),
    Definition("sessions.minutes", "Minutes together", "Минуты вместе",
               "minutes of all sessions held, added up"),
    Definition("sessions.mood_mean", "Mood", "Настроение",
               "mean of the moods reported, 1 to 5, one decimal"),
    Definition("sessions.days_to_first_median", "Days to first session", "Дней до первой встречи",
               "median of the days from forming a pair to its first session held, over pairs with one"),
    Definition("mails.*.sent", "Sent", "Отправлено", "mails that the mail server took"),
    Definition("mails.*.failed", "Failed", "Не доставлено",
               "mails refused for good, or out of time"),
    Definition("mails.*.suppressed", "Suppressed", "Не отправлено намеренно",
               "mails not sent on purpose"),
    Definition("mails.*.unknown", "Outcome unknown", "Исход неизвестен",
               "mails handed over as the connection broke"),
    Definition("concerns.*.raised", "Concerns", "Сомнения",
               "doubts of this kind that were raised, each counted once, rounded down to 5, 10, 15 and so on"),
    Definition("concerns.*.answered_percent", "Answered", "С ответом",
               "of the doubts of this kind, the percentage that the lead answered at least once; both are counted in fives"),
    Definition("concerns.*.days_to_answer_median", "Days to an answer", "Дней до ответа",
               "median of the days from the last answered question to its answer"),
    Definition("dialogues.planned", "Planned conversations", "Запланированные разговоры",
               "open conversations planned and not held yet"),
    Definition("dialogues.held", "Conversations held", "Состоявшиеся разговоры",
               "open conversations that were held"),
    Definition("compromises.open", "Open compromises", "Открытые договорённости",
               "compromises agreed on and not reviewed yet"),
    Definition("compromises.kept", "Kept", "Выполнены", "compromises that were kept"),
    Definition("compromises.broken", "Broken", "Не выполнены", "compromises that were not kept"),
    Definition("compromises.changed", "Changed", "Изменены",
               "compromises that another one took the place of"),
)
# fmt: on
