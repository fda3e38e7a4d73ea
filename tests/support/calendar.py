"""`python -m tests.support.calendar short|part|whole`: run tests as if it were another day.

A test is date-bound when the day on which it runs could change its result: months that end, years that begin,
a 29 February, certificates and links that expire, laws that come into force. The files that hold such tests
are listed here, and a file that asks for today's date must be. It is a list and no marker, because to find
marked tests pytest imports the whole suite, which takes as long as the short part.
"""

import sys

from embedded import clock

NEW_YEARS_EVE = "2026-12-31T23:58-03:00"  # in UTC, which PostgreSQL and Celery count in, it is 2027 already
NEW_YEARS_DAY = "2027-01-01T00:30-03:00"  # the first day of what the tax reform changes in 2027
LEAP_DAY = "2028-02-29T12:00-03:00"
YEARS_AHEAD = "2031-06-15T12:00-03:00"
MOMENTS = (NEW_YEARS_EVE, NEW_YEARS_DAY, LEAP_DAY, YEARS_AHEAD)

SHORT = (
    "accounts/tests/test_sessions.py",
    "core/tests/test_formatting.py",
    "core/tests/test_private_files.py",
    "credits/tests/test_statement.py",
    "fiscal/tests/test_dps.py",
    "fiscal/tests/test_reform.py",
    "fiscal/tests/test_retentions.py",
    "nfse/tests/test_closing.py",
    "nfse/tests/test_expiry_notices.py",
    "nfse/tests/test_readiness.py",
    "operations/tests/test_home.py",
    "portal/tests/test_dashboard.py",
    "queue_worker/tests/test_clock.py",
    "whatsapp/tests/test_reading_examples.py",
)
PART = (
    *SHORT,
    "accounts/tests/test_emails.py",
    "accounts/tests/test_passwords.py",
    "core/tests/test_exports.py",
    "core/tests/test_http.py",
    "credits/tests/test_check_ledger.py",
    "credits/tests/test_orders.py",
    "credits/tests/test_purchase_pages.py",
    "credits/tests/test_stripe_webhook.py",
    "fiscal/tests/test_gateway_national.py",
    "fiscal/tests/test_rules.py",
    "fiscal/tests/test_signing.py",
    "inbox/tests/test_retention.py",
    "leads/tests/test_accesses.py",
    "leads/tests/test_resolving.py",
    "leads/tests/test_seed_demo.py",
    "leads/tests/test_views_dashboard.py",
    "nfse/tests/test_certificates.py",
    "nfse/tests/test_city_check.py",
    "nfse/tests/test_city_rates.py",
    "nfse/tests/test_demo.py",
    "nfse/tests/test_distribution.py",
    "nfse/tests/test_exports_notes.py",
    "nfse/tests/test_ibs_cbs.py",
    "nfse/tests/test_issuing.py",
    "nfse/tests/test_personal_documents.py",
    "nfse/tests/test_purchase_notes.py",
    "nfse/tests/test_retentions.py",
    "nfse/tests/test_taker_letter.py",
    "nfse/tests/test_team.py",
    "nfse/tests/test_validate_dps.py",
    "portal/tests/test_certificates.py",
    "portal/tests/test_closing.py",
    "portal/tests/test_invites.py",
    "portal/tests/test_invoices.py",
    "portal/tests/test_issuing.py",
    "portal/tests/test_lookup.py",
    "portal/tests/test_note_actions.py",
    "portal/tests/test_registry_fill.py",
    "portal/tests/test_takers.py",
    "portal/tests/test_taxes.py",
    "portal/tests/test_trail.py",
    "queue_worker/tests/test_periodic.py",
    "queue_worker/tests/test_windows.py",
    "registry/tests/test_import.py",
    "registry/tests/test_lookups.py",
    "registry/tests/test_sample.py",
    "sandbox/tests/test_pki.py",
    "sandbox/tests/test_plugnotas.py",
    "sandbox/tests/test_sefin.py",
    "sandbox/tests/test_sefin_rules.py",
    "sandbox/tests/test_stripe.py",
    "whatsapp/tests/test_ai_usage_page.py",
    "whatsapp/tests/test_mirror_answers.py",
    "whatsapp/tests/test_reading_rules.py",
)
RUNS = {
    "short": ((NEW_YEARS_EVE, SHORT),),
    "part": tuple((moment, PART) for moment in MOMENTS),
    "whole": ((YEARS_AHEAD, ()),),
}
PYTEST = (sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile")


def main(name: str, *options: str) -> int:
    """Run the named tests at each of their moments, also after one failed; return 1 if any did."""
    failed = []
    for moment, files in RUNS[name]:
        print(f"--- {moment}", flush=True)
        if clock.main(moment, *PYTEST, *options, *files) != 0:
            failed.append(moment)
    print(f"failed at {', '.join(failed)}" if failed else "passed at every moment")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
