"""What a careless or hostile provider sends over SCIM is a refusal in RFC 7644's words, never a failure."""

from typing import Any
from urllib.parse import quote

from tests.enrollment.conftest import House
from tests.enrollment.test_scim import ask, error, find, good


async def test_a_filter_of_many_alternatives_is_read(house: House) -> None:
    await house.furnish()
    long = " or ".join(['id eq ""'] * 150 + ['userName eq "mia@corp.example"'])
    assert len(long) < 2_000
    found = await find(house, quote(long))
    assert [one["userName"] for one in found] == ["mia@corp.example"]
    strict = " and ".join(["active eq true"] * 100 + ['userName eq "mia@corp.example"'])
    assert len(await find(house, quote(strict))) == 1


async def test_half_a_character_in_a_filter_is_refused(house: House) -> None:
    await house.furnish()
    half = quote(r'userName eq "\ud83d"')
    assert error(await ask(house, "GET", f"/Users?filter={half}")) == (400, "invalidFilter")
    mia = (await find(house, quote('userName eq "mia@corp.example"')))[0]
    path: dict[str, Any] = {
        "op": "add",
        "path": r'emails[display eq "\ud83d"].value',
        "value": "mia@corp.example",
    }
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [path]}
    assert error(await ask(house, "PATCH", f"/Users/{mia['id']}", body)) == (400, "invalidFilter")


async def test_a_text_that_is_no_id_finds_nobody(house: House) -> None:
    await house.furnish()
    assert await find(house, quote('id eq "nobody"')) == []
    assert (await good(house, "GET", "/Users?count=0"))["totalResults"] == 4


async def test_a_patch_has_at_most_so_many_operations(house: House) -> None:
    await house.furnish()
    mia = (await find(house, quote('userName eq "mia@corp.example"')))[0]
    title = {"op": "replace", "path": "title", "value": "Analyst"}
    schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]
    body = {"schemas": schemas, "Operations": [title] * 500}
    assert (await good(house, "PATCH", f"/Users/{mia['id']}", body))["title"] == "Analyst"
    body = {"schemas": schemas, "Operations": [title] * 501}
    assert error(await ask(house, "PATCH", f"/Users/{mia['id']}", body)) == (400, "invalidSyntax")
