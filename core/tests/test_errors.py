from core.breaker import CircuitOpen
from core.errors import NitroError, ProviderError, Refused, Unavailable, Unknown, Unreadable


def test_every_error_has_a_sentence_for_the_person():
    plain = [error() for error in (NitroError, ProviderError, Unavailable, Unknown, Unreadable)]
    errors = [*plain, Refused("404"), CircuitOpen()]

    assert all(error.message.endswith(".") for error in errors)
    assert len({error.message for error in errors}) == 6  # an open circuit is said as unavailable


def test_the_detail_is_for_logs_and_not_for_the_person():
    error = Unavailable("Tente depois.", retry_after=3, detail="serper: HTTP 503")

    assert error.message == "Tente depois."
    assert str(error) == "Tente depois. (serper: HTTP 503)"
    assert error.retry_after == 3


def test_a_subclass_names_its_own_sentence():
    class NoCredits(NitroError):
        message = "Seus créditos acabaram."

    assert NoCredits().message == str(NoCredits()) == "Seus créditos acabaram."
    assert NoCredits("Faltam 3 créditos.").message == "Faltam 3 créditos."
