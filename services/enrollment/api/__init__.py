"""The HTTP edge: a request becomes a command, the handler's answer becomes a view."""

from services.enrollment.api import (
    cohorts,
    demand,
    dialogues,
    directory,
    doubts,
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
    recommendation.router,
    directory.router,
    privacy.router,
    doubts.lead_router,
    doubts.anonymous_router,
    doubts.own_router,
    dialogues.router,
)
