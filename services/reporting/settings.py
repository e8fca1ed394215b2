"""The settings of reporting: those of every service, and a database and user for each half."""

from pydantic import SecretStr

from shared.chassis.foundation import mongo_address, revealed
from shared.chassis.mongo import MongoAddress
from shared.chassis.settings import Environment, MongoName, NonEmpty, Rule, ServiceSettings


class Settings(ServiceSettings):
    """`mongo_username` is the journal's user; the projections have one of their own."""

    mongo_database: MongoName = "obverse_reporting"
    """The halves' databases are named after it where they are not named themselves."""
    journal_database: MongoName | None = None
    projections_database: MongoName | None = None
    projections_mongo_username: NonEmpty | None = None
    projections_mongo_password: SecretStr | None = None

    @property
    def journal(self) -> str:
        """The name of the journal's database."""
        return self.journal_database or f"{self.mongo_database}_journal"

    @property
    def projections(self) -> str:
        """The name of the projections' database."""
        return self.projections_database or f"{self.mongo_database}_projections"

    @property
    def projections_address(self) -> MongoAddress:
        """Where the projections' database is, as their own user where there is one."""
        common = mongo_address(self)
        if self.projections_mongo_username is None:
            return common
        password = revealed(self.projections_mongo_password)
        return MongoAddress(common.url, self.projections_mongo_username, password, common.ca_file)


Settings.RULES = (
    *ServiceSettings.RULES,
    Rule(
        ("mongo_database", "journal_database", "projections_database"),
        lambda s: s.journal == s.projections,
        "OBVERSE_PROJECTIONS_DATABASE: is the journal's; each half needs a database of its own",
    ),
    Rule(
        ("projections_mongo_username", "projections_mongo_password"),
        lambda s: (s.projections_mongo_username is None) != (s.projections_mongo_password is None),
        "OBVERSE_PROJECTIONS_MONGO_USERNAME: goes together with "
        "OBVERSE_PROJECTIONS_MONGO_PASSWORD_FILE; set both or none",
    ),
    Rule(
        ("environment", "mongo_username", "projections_mongo_username"),
        lambda s: (
            s.environment is Environment.PRODUCTION
            and s.projections_mongo_username in (None, s.mongo_username)
        ),
        "OBVERSE_PROJECTIONS_MONGO_USERNAME: in production each half has a user of its own; "
        "set one that may use the projections' database only",
    ),
)
