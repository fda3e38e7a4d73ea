"""Work and letters of the invoicing business."""

from nfse.services.city_check import check_company_city
from nfse.services.closing.making import fail_package, make_package
from nfse.services.closing.requesting import MAKE_PACKAGE
from nfse.services.invite_letters import SEND_INVITE_LETTER, record_invite_letter, write_invite_letter
from nfse.services.issuing import kinds
from nfse.services.issuing.asking import ask_request, keep_asking
from nfse.services.issuing.cities import READ_CITY, read_city
from nfse.services.issuing.sending import send_request
from nfse.services.notes.canceling import cancel_note, keep_canceling
from nfse.services.notes.distribution import READ_DISTRIBUTION, read_distribution
from nfse.services.notes.mailing import record_note_email, write_note_email
from nfse.services.notes.mailing_taker import record_taker_letter, write_to_taker
from nfse.services.notes.pictures import fetch_picture
from nfse.services.notes.reading import read_note
from nfse.services.notices import SEND_NOTICE_EMAIL, record_notice_letter, write_notice_letter
from nfse.services.operators import (
    TELL_FIRM_TAKEN,
    TELL_PACKAGE_FAILED,
    write_firm_taken,
    write_package_failed,
)
from nfse.services.plugnotas_setup import give_up_setup, set_up_company
from nfse.services.purchase_notes import ISSUE_PURCHASE_NOTE, issue_purchase_note
from nfse.services.setup_requests import CHECK_CITY, SET_UP_COMPANY
from queue_worker.letters import LetterKind
from queue_worker.policy import Backoff, Handler
from queue_worker.queues import Queue

RETRIES = Backoff(first=5, factor=2, cap=300)

HANDLERS = (
    Handler(kinds.SEND, send_request, max_attempts=10, backoff=RETRIES, on_dead=keep_asking),
    Handler(kinds.ASK, ask_request, max_attempts=10, backoff=RETRIES, on_dead=keep_asking),
    Handler(kinds.CANCEL, cancel_note, max_attempts=10, backoff=RETRIES, on_dead=keep_canceling),
    Handler(kinds.READ, read_note, max_attempts=10, backoff=RETRIES),
    Handler(kinds.PICTURE, fetch_picture, max_attempts=12, backoff=RETRIES),
    Handler(SET_UP_COMPANY, set_up_company, max_attempts=10, backoff=RETRIES, on_dead=give_up_setup),
    Handler(READ_DISTRIBUTION, read_distribution, max_attempts=3, backoff=RETRIES),
    Handler(READ_CITY, read_city, max_attempts=3, backoff=RETRIES),
    Handler(CHECK_CITY, check_company_city, backoff=RETRIES),
    Handler(ISSUE_PURCHASE_NOTE, issue_purchase_note, max_attempts=10, backoff=RETRIES),
    Handler(
        MAKE_PACKAGE,
        make_package,
        queue=Queue.CPU,
        max_attempts=4,
        backoff=Backoff(first=10, factor=3, cap=120),
        concurrency_limit=1,
        on_dead=fail_package,
    ),
)

LETTERS = (
    LetterKind(kinds.EMAIL, write_note_email, record_note_email),
    LetterKind(kinds.TAKER_EMAIL, write_to_taker, record_taker_letter, max_attempts=20),
    LetterKind(SEND_NOTICE_EMAIL, write_notice_letter, record_notice_letter),
    LetterKind(SEND_INVITE_LETTER, write_invite_letter, record_invite_letter),
    LetterKind(TELL_FIRM_TAKEN, write_firm_taken),
    LetterKind(TELL_PACKAGE_FAILED, write_package_failed),
)
