"""The errors that Nitro shows to a person, and the three answers of an outside system (DESIGN.md §4)."""


class NitroError(Exception):
    """A failure with a sentence in Portuguese for the person who meets it.

    `message` goes to the screen; `detail` is for logs and operators and never holds personal data.
    """

    message = "Algo deu errado. Tente de novo em alguns minutos."

    def __init__(self, message: str = "", *, detail: str = "") -> None:
        self.message = message or self.message
        self.detail = detail
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.message} ({self.detail})" if self.detail else self.message


class ProviderError(NitroError):
    """An outside system did not do what was asked."""

    message = "O serviço consultado não atendeu ao pedido. Tente de novo em alguns minutos."


class Refused(ProviderError):
    """The provider understood and said no. Repeating the same request gives the same answer.

    `code` is the provider's code, or the HTTP status as text; `body` is the start of its reply.
    """

    message = "O serviço consultado recusou o pedido."

    def __init__(self, code: str, message: str = "", *, detail: str = "", body: str = "") -> None:
        self.code = code
        self.body = body
        super().__init__(message, detail=detail)


class ProviderAccountTrouble(Refused):
    """Our account at the provider is out of credit or its key is wrong: alert operators, charge nobody."""

    message = "O serviço consultado está indisponível agora. Já avisamos a nossa equipe."


class Unavailable(ProviderError):
    """Certainly not done: it may be tried again, after `retry_after` seconds when the provider said so."""

    message = "O serviço consultado está indisponível agora. Tente de novo em alguns minutos."

    def __init__(self, message: str = "", retry_after: float | None = None, *, detail: str = "") -> None:
        self.retry_after = retry_after
        super().__init__(message, detail=detail)


class Unknown(ProviderError):
    """Sent, and no answer came: ask the provider what happened before repeating."""

    message = "O serviço consultado recebeu o pedido, mas não respondeu. O resultado será conferido."


class Unreadable(ProviderError):
    """The provider answered something that is not what its contract says."""

    message = "O serviço consultado respondeu algo que não foi possível ler."


class FormKeyReused(NitroError):
    """The key of a form already names something of somebody else, or something other."""

    message = "Este formulário expirou. Recarregue a página e tente de novo."
