"""A text as a mail: headers that nobody can inject into, two alternatives, addresses in the form servers take."""

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any

from services.notifications.texts.writing import Text, clean

# Quoted mailboxes ("a b"@c) are left out: no directory has them, and much can hide in one.
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


class _Policy(EmailPolicy):
    """Python folds a header that fits on one line right after its name, and readers show the space left over.

    So what went to the second line begins on the first one, and is folded at a later space.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The header as it is sent."""
        folded = super().fold_binary(name, value)
        filled = _EMPTY_FIRST_LINE.sub(rb"\1: ", folded)
        if filled == folded or filled.index(b"\r\n") <= LONGEST_LINE:
            return filled
        cut = filled.rfind(b" ", len(name) + 2, LONGEST_LINE + 1)
        return filled if cut < 0 else filled[:cut] + b"\r\n" + filled[cut:]


_EMPTY_FIRST_LINE = re.compile(rb"\A([^:\r\n]+): *\r\n ")
LONGEST_LINE = 78
"""RFC 5322: without its end."""

POLICY = _Policy(linesep="\r\n", max_line_length=LONGEST_LINE)


class UnusableAddress(ValueError):
    """The address cannot stand in a mail; the message is a code."""


def compose(
    text: Text, sender: str, recipient: tuple[str, str], message_id: str, at: datetime
) -> EmailMessage:
    """The mail. `recipient` is name and address; raises UnusableAddress for one that is none."""
    message = EmailMessage(policy=POLICY)
    message["Date"] = at
    message["Message-ID"] = message_id
    message["From"] = address_of("", sender)
    message["To"] = address_of(*recipient)
    message["Subject"] = clean(text.subject)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text.plain, cte="quoted-printable")
    message.add_alternative(text.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = text.language
    return message


def address_of(name: str, address: str) -> Address:
    """Name and address, the domain in ASCII (IDNA). Raises UnusableAddress."""
    local, _, domain = address.rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise UnusableAddress("unusable_address") from error
    if not (_LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)):
        raise UnusableAddress("unusable_address")
    return Address(clean(name), username=local, domain=domain)
