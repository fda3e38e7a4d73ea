"""Demo data of Notas: an accounting firm with its people, companies, takers and first notes."""

from core.demos import Demo, DemoOptions, SignIn
from nfse.demo.companies import ensure_companies, ensure_takers
from nfse.demo.firm import ACCOUNTANT, ATTENDANT, OWNER, ensure_firm
from nfse.demo.notes import ask_for_notes


def seed(options: DemoOptions) -> None:
    """Add what is missing of the firm. Without a certificate maker its companies cannot issue yet."""
    people = ensure_firm()
    companies = ensure_companies(people, options.certificate_maker)
    takers = ensure_takers(people)
    ask_for_notes(people, companies, takers)


DEMO = Demo(
    (SignIn("dono", OWNER), SignIn("contador", ACCOUNTANT), SignIn("atendente", ATTENDANT)),
    seed,
)
