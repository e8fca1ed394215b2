"""The HTTP edge: leads run rounds, participants answer proposals and end pairs."""

from services.matching.api import (
    by_hand,
    drafts,
    explanations,
    pairs,
    rounds,
    routines,
    shadows,
    weights,
    wishes,
)

ROUTERS = (
    rounds.router,
    drafts.router,
    explanations.router,
    shadows.router,
    weights.router,
    routines.router,
    by_hand.router,
    wishes.router,
    pairs.router,
)
