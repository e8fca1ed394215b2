"""How a company's directory is laid out, as people write it."""

from dataclasses import asdict
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.enrollment.domain.csv_text import Delimiter, Encoding
from services.enrollment.domain.directory import TOP_LEVEL, Layout

Header = Annotated[str, Field(min_length=1, max_length=200)]


class _Columns(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    staff_number: Header
    email: Header
    level: Header
    manager: Header | None = None
    dotted: Header | None = None
    name: Header | None = None
    unit: Header | None = None
    site: Header | None = None
    profession: Header | None = None
    time_zone: Header | None = None
    language: Header | None = None


class DirectoryMapping(BaseModel):
    """How a company's directory file is laid out, as TOML beside it or as JSON over HTTP.

    `columns` names the file's own headers; `level_scale` turns grades into levels where the level column
    holds grades. Encoding and delimiter are found out where they are not named. `manager_by` says whether the
    columns `manager` and `dotted` name people by staff number or by e-mail address; `dotted` may name several, apart
    by `;` or `,`.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "example": {
                "columns": {"staff_number": "ID", "email": "Mail", "level": "Grade"},
                "level_scale": {"Assistant": 1, "Director": 7},
            }
        },
    )

    columns: _Columns
    level_scale: Annotated[
        dict[Header, Annotated[int, Field(ge=1, le=TOP_LEVEL)]], Field(max_length=500)
    ] = {}
    encoding: Encoding | None = None
    delimiter: Delimiter | None = None
    manager_by: Literal["staff_number", "email"] = "staff_number"

    def layout(self) -> Layout:
        """The same for the domain."""
        columns = self.columns.model_dump(exclude_none=True)
        return Layout(columns, self.level_scale, self.encoding, self.delimiter, self.manager_by)

    @staticmethod
    def of(layout: Layout) -> "DirectoryMapping":
        """The same for people."""
        return DirectoryMapping.model_validate(asdict(layout))
