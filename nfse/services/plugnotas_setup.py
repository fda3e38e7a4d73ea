"""Registering companies, their certificates and our webhook at PlugNotas, by work (N16, N22)."""

import structlog
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from core.errors import Refused, Unknown
from fiscal.enumerations import Environment, Gateway
from fiscal.gateways.plugnotas import CompanyRegistration, PlugNotasAccount
from fiscal.gateways.plugnotas.company import RegistrationRefused
from nfse.models import Certificate, Company, TaxProfile
from nfse.permissions import Right, require_right
from nfse.selectors.certificates import find_active_certificate
from nfse.services.certificates import open_secret
from nfse.services.companies import lock_company
from nfse.services.issuing.snapshots import build_issuer
from nfse.services.notes.webhook import webhook_key
from nfse.services.setup_requests import request_setup
from nfse.states import SetupState
from queue_worker.errors import RetryLater

log = structlog.get_logger(__name__)
ERROR_LENGTH = 500
UNANSWERED = "O PlugNotas não respondeu depois de várias tentativas. Reenvie o cadastro mais tarde."


def resend_setup(*, firm_id: int, user_id: int, company_id: int) -> Company:
    """Ask again for the registration, whatever became of the last one (the resend button).

    Raises NotFound, NotAllowed. A company of the national gateway is left as it is.
    """
    require_right(user_id=user_id, firm_id=firm_id, right=Right.EDIT_COMPANIES)
    with transaction.atomic(durable=True):
        company = lock_company(firm_id, company_id)
        request_setup(company)
        company.save(update_fields=["plugnotas_state", "plugnotas_error", "updated_at"])
    return company


def set_up_company(*, company_id: int) -> str:
    """Send certificate and company to PlugNotas and return the state; called by the queue, repeatable.

    It waits, pending, while there is no certificate or tax profile: saving either asks for the work again. A
    change made meanwhile leaves the company pending for the next work.

    Raises core.errors.Unavailable and RetryLater: not known to be done; repeating does no harm.
    """
    company = Company.objects.select_related("firm", "city").filter(pk=company_id).first()
    if company is None:  # removed meanwhile
        return SetupState.NONE.value
    certificate = find_active_certificate(company.firm_id, company.pk)
    profile = TaxProfile.objects.filter(firm_id=company.firm_id, company=company).first()
    is_wanted = company.gateway == Gateway.PLUGNOTAS and company.plugnotas_state != SetupState.SENT
    if not is_wanted or certificate is None or profile is None:
        return company.plugnotas_state
    try:
        _send(company, certificate, profile)
    except (RegistrationRefused, Refused) as error:
        return _record(company, SetupState.ERROR, error.message)
    except Unknown as error:
        raise RetryLater(reason="plugnotas did not answer") from error
    return _record(company, SetupState.SENT)


def give_up_setup(*, company_id: int) -> None:
    """The work died: say so on the company, inside the queue's transaction."""
    Company.objects.filter(pk=company_id, plugnotas_state=SetupState.PENDING).update(
        plugnotas_state=SetupState.ERROR, plugnotas_error=UNANSWERED
    )


def _send(company: Company, certificate: Certificate, profile: TaxProfile) -> None:
    pfx, password = open_secret(firm_id=company.firm_id, company_id=company.pk)
    email = company.email or company.firm.email
    account = PlugNotasAccount()
    sent_id = account.save_certificate(pfx, password, email=email, certificate_id=certificate.plugnotas_id)
    Certificate.objects.filter(pk=certificate.pk).update(plugnotas_id=sent_id)
    account.save_company(
        CompanyRegistration(
            issuer=build_issuer(company, profile),
            environment=Environment(company.environment),
            certificate_id=sent_id,
            email=email,
            series=str(profile.series),
        )
    )
    _register_webhook(account, company)


def _register_webhook(account: PlugNotasAccount, company: Company) -> None:
    """Notes are polled anyway (N16): a company whose webhook is refused issues all the same."""
    if not settings.PLUGNOTAS_WEBHOOK_SECRET:
        return
    url = settings.SITE_URL + reverse("inbox:receive_at", args=["plugnotas", webhook_key()])
    try:
        account.save_webhook(company.document, url=url, secret=settings.PLUGNOTAS_WEBHOOK_SECRET)
    except (RegistrationRefused, Refused) as error:
        log.warning("webhook_refused", company_id=company.pk, detail=error.message)


def _record(company: Company, state: SetupState, error: str = "") -> str:
    """Only of what was sent: a company that changed since stays as the change left it."""
    with transaction.atomic(durable=True):
        now = lock_company(company.firm_id, company.pk)
        if now.updated_at != company.updated_at:
            return now.plugnotas_state
        now.plugnotas_state = state
        now.plugnotas_error = error[:ERROR_LENGTH]
        now.save(update_fields=["plugnotas_state", "plugnotas_error"])
    return state.value
