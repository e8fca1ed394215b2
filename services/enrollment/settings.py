"""What enrollment reads of the environment: what every service does."""

from shared.chassis.settings import MongoName, ServiceSettings


class Settings(ServiceSettings):
    """Settings of enrollment."""

    mongo_database: MongoName = "enrollment"
