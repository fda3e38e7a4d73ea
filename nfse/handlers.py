"""Work of the invoicing business (queue_worker.registry)."""

from datetime import date, timedelta

from django.utils import timezone

from nfse.services.city_check import check_company_city
from nfse.services.closing.making import fail_package, make_package
from nfse.services.closing.requesting import MAKE_PACKAGE
from nfse.services.invite_letters import SEND_INVITE_LETTER, give_up_letter, send_invite_letter
from nfse.services.issuing import kinds
from nfse.services.issuing.asking import ask_request, keep_asking
from nfse.services.issuing.cities import READ_CITY, read_city
from nfse.services.issuing.sending import send_request
from nfse.services.notes.canceling import cancel_note, keep_canceling
from nfse.services.notes.distribution import READ_DISTRIBUTION, read_distribution
from nfse.services.notes.mailing import give_up_note, send_note
from nfse.services.notes.mailing_taker import give_up_taker_letter, send_to_taker
from nfse.services.notes.pictures import fetch_picture
from nfse.services.notes.reading import read_note
from nfse.services.notices import SEND_NOTICE_EMAIL, send_notice_email
from nfse.services.operators import TELL_OPERATORS, send_to_operators
from nfse.services.plugnotas_setup import give_up_setup, set_up_company
from nfse.services.purchase_notes import ISSUE_PURCHASE_NOTE, issue_purchase_note
from nfse.services.setup_requests import CHECK_CITY, SET_UP_COMPANY
from queue_worker.policy import Backoff
from queue_worker.queues import Queue
from queue_worker.registry import handler
from queue_worker.work import Work

TIMEOUT = timedelta(minutes=5)
RETRIES = Backoff(first=5, factor=2, cap=300)
MAIL_RETRIES = Backoff(first=5, factor=3, cap=3600)


@handler(kinds.SEND, timeout=TIMEOUT, max_attempts=10, backoff=RETRIES, on_dead=keep_asking)
def handle_send_request(work: Work) -> None:
    send_request(request_id=work.payload["request_id"], work=work)


@handler(kinds.ASK, timeout=TIMEOUT, max_attempts=10, backoff=RETRIES, on_dead=keep_asking)
def handle_ask_request(work: Work) -> None:
    ask_request(request_id=work.payload["request_id"], work=work)


@handler(kinds.CANCEL, timeout=TIMEOUT, max_attempts=10, backoff=RETRIES, on_dead=keep_canceling)
def handle_cancel_note(work: Work) -> None:
    cancel_note(request_id=work.payload["request_id"], work=work)


@handler(kinds.READ, timeout=TIMEOUT, max_attempts=10, backoff=RETRIES)
def handle_read_note(work: Work) -> None:
    read_note(request_id=work.payload["request_id"], work=work)


@handler(kinds.PICTURE, timeout=TIMEOUT, max_attempts=12, backoff=RETRIES)
def handle_fetch_picture(work: Work) -> None:
    fetch_picture(request_id=work.payload["request_id"], work=work)


@handler(kinds.EMAIL, max_attempts=8, backoff=MAIL_RETRIES, on_dead=give_up_note)
def handle_email_note(work: Work) -> None:
    send_note(request_id=work.payload["request_id"], to=work.payload["to"], work=work)


@handler(
    kinds.TAKER_EMAIL, timeout=TIMEOUT, max_attempts=20, backoff=MAIL_RETRIES, on_dead=give_up_taker_letter
)
def handle_email_taker(work: Work) -> None:
    send_to_taker(request_id=work.payload["request_id"], work=work)


@handler(SEND_NOTICE_EMAIL, max_attempts=8, backoff=MAIL_RETRIES)
def handle_notice_email(work: Work) -> None:
    send_notice_email(notice_id=work.payload["notice_id"])


@handler(SEND_INVITE_LETTER, max_attempts=8, backoff=MAIL_RETRIES, on_dead=give_up_letter)
def handle_invite_letter(work: Work) -> None:
    send_invite_letter(invite_id=work.payload["invite_id"])


@handler(TELL_OPERATORS, max_attempts=8, backoff=MAIL_RETRIES)
def handle_tell_operators(work: Work) -> None:
    send_to_operators(subject=work.payload["subject"], text=work.payload["text"])


@handler(SET_UP_COMPANY, timeout=TIMEOUT, max_attempts=10, backoff=RETRIES, on_dead=give_up_setup)
def handle_set_up_company(work: Work) -> dict[str, str]:
    return {"state": set_up_company(company_id=work.payload["company_id"])}


@handler(READ_DISTRIBUTION, timeout=TIMEOUT, max_attempts=3, backoff=RETRIES)
def handle_read_distribution(work: Work) -> dict[str, int | str]:
    return read_distribution(company_id=work.payload["company_id"])


@handler(READ_CITY, timeout=TIMEOUT, max_attempts=3, backoff=RETRIES)
def handle_read_city(work: Work) -> None:
    asked = work.payload
    read_city(
        company_id=asked["company_id"],
        city_code=asked["city_code"],
        service_code=asked["service_code"],
        day=date.fromisoformat(asked["day"]),
    )


@handler(CHECK_CITY, timeout=TIMEOUT, max_attempts=5, backoff=RETRIES)
def handle_check_city(work: Work) -> dict[str, bool | None]:
    found = check_company_city(company_id=work.payload["company_id"], now=timezone.now())
    return {"uses_national": found}


@handler(
    MAKE_PACKAGE,
    queue=Queue.CPU,
    max_attempts=4,
    backoff=Backoff(first=10, factor=3, cap=120),
    concurrency_limit=1,
    on_dead=fail_package,
)
def handle_make_package(work: Work) -> None:
    make_package(package_id=work.payload["package_id"], work=work)


@handler(ISSUE_PURCHASE_NOTE, timeout=TIMEOUT, max_attempts=10, backoff=RETRIES)
def handle_issue_purchase_note(work: Work) -> dict[str, int]:
    return {"request_id": issue_purchase_note(order_id=work.payload["order_id"]).pk}
