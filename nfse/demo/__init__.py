"""Demo data of Notas: an accounting firm with its people, companies, takers, a year of notes and today's."""

from django.utils import timezone

from core.demos import Demo, DemoOptions, SignIn
from nfse.demo.companies import ensure_companies, ensure_takers
from nfse.demo.firm import ACCOUNTANT, ATTENDANT, OWNER, ensure_firm
from nfse.demo.notes import ask_for_notes
from nfse.demo.past import ensure_year


def seed(options: DemoOptions) -> None:
    """Add what is missing of the firm. Without a certificate maker its companies cannot issue yet."""
    people = ensure_firm()
    companies = ensure_companies(people, options.certificate_maker)
    takers = ensure_takers(people)
    if options.certificate_maker:
        ensure_year(people, takers, options, timezone.now())
    ask_for_notes(people, companies, takers)


DEMO = Demo(
    (SignIn("dono", OWNER), SignIn("contador", ACCOUNTANT), SignIn("atendente", ATTENDANT)),
    seed,
)
