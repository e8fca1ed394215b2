"""The HTTP edge: a request becomes a command, the handler's answer becomes a view."""

from services.enrollment.api import (
    cohorts,
    confirmations,
    demand,
    dialogues,
    directory,
    doubts,
    invitations,
    privacy,
    programmes,
    readiness,
    recommendation,
    topics,
    volunteers,
)

ROUTERS = (
    programmes.router,
    readiness.router,
    cohorts.router,
    topics.router,
    demand.router,
    volunteers.router,
    confirmations.router,
    recommendation.router,
    invitations.lead_router,
    invitations.own_router,
    directory.router,
    privacy.router,
    doubts.lead_router,
    doubts.anonymous_router,
    doubts.own_router,
    dialogues.router,
)
