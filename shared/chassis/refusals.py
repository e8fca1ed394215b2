"""How a rule says no. Pure, so that a domain may raise it; the edges turn it into an answer."""


class Refusal(Exception):
    """A command that cannot be carried out.

    `code` is stable and for machines, `detail` is one English sentence that says what to do next. Neither
    holds a value that somebody sent.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class NotFound(Refusal):
    """There is no such thing, or it is another's."""


class Forbidden(Refusal):
    """The caller may not do this."""


class Conflict(Refusal):
    """The thing is in a state that does not allow this."""


class Invalid(Refusal):
    """The command contradicts itself or names what does not exist; `pointer` is a JSON pointer."""

    def __init__(self, code: str, detail: str, pointer: str = "") -> None:
        super().__init__(code, detail)
        self.pointer = pointer
