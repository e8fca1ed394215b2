"""The settings of matching; nothing else reads the environment."""

from typing import Annotated

from pydantic import Field

from shared.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """What every service needs, and how long a round may take."""

    solver_seconds: Annotated[float, Field(gt=0, le=86_400)] = 300.0
    """After this long without an answer a round counts as failed."""
    retention_pools_days: Annotated[int, Field(ge=1, le=3_650)] = 180
    """So long questions about a round can be answered: what it was decided on is deleted then."""
