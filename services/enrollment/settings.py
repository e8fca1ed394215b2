"""What enrollment reads of the environment: what every service does, and when an import is held back."""

from typing import Annotated

from pydantic import Field

from services.enrollment.domain.directory import MOST_LEAVERS_PERCENT
from shared.chassis.settings import MongoName, ServiceSettings


class Settings(ServiceSettings):
    """Settings of enrollment."""

    mongo_database: MongoName = "enrollment"
    most_leavers_percent: Annotated[int, Field(ge=0, le=100)] = MOST_LEAVERS_PERCENT
    """Up to this share of the directory may be missing in a whole file and count as left; more needs scope=shrunk."""
