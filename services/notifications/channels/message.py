"""A text as a mail: headers that nobody can inject into, two alternatives, addresses in the form servers take."""

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from services.notifications.texts.writing import Text, clean

# Quoted mailboxes ("a b"@c) are left out: no directory has them, and much can hide in one.
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


class UnusableAddress(ValueError):
    """The address cannot stand in a mail; the message is a code."""


def compose(
    text: Text, sender: str, recipient: tuple[str, str], message_id: str, at: datetime
) -> EmailMessage:
    """The mail. `recipient` is name and address; raises UnusableAddress for one that is none."""
    message = EmailMessage(policy=SMTP)
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
