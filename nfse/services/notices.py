"""The bell and the e-mails of notices (A28)."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from core.mail import Letter, Outcome
from nfse.models import Notice
from nfse.permissions import FIRM_ROLES
from nfse.services.letters import write_letter
from queue_worker.services import enqueue

SEND_NOTICE_EMAIL = "nfse.send_notice_email"
Role = Membership.Role
EVERYBODY = tuple(FIRM_ROLES)
ACCOUNTANTS = (Role.OWNER, Role.ACCOUNTANT)


def notify(
    *,
    firm_id: int,
    kind: Notice.Kind,
    title: str,
    text: str,
    dedupe_key: str,
    roles: Iterable[Membership.Role] = ACCOUNTANTS,
    only_user_ids: Iterable[int] | None = None,
    company_id: int | None = None,
    reference_type: str = "",
    reference_id: int | str = "",
    by_email: bool = False,
) -> list[Notice]:
    """Tell the firm's active members of these roles, inside the caller's transaction; return what is new.

    `only_user_ids` tells only these of them. The same `dedupe_key` is told to a person once. `by_email`
    also asks the queue for one e-mail each. `title` has at most 120 characters, `text` 500; neither holds a
    CPF or a secret.
    """
    members = Membership.objects.filter(
        account__firm=firm_id, role__in=[*roles], is_active=True, user__is_active=True
    )
    if only_user_ids is not None:
        members = members.filter(user__in=[*only_user_ids])
    drafts = [
        Notice(
            firm_id=firm_id,
            recipient_id=recipient_id,
            company_id=company_id,
            kind=kind,
            title=title,
            text=text,
            reference_type=reference_type,
            reference_id=str(reference_id),
            dedupe_key=dedupe_key,
        )
        for recipient_id in members.order_by("user_id").values_list("user_id", flat=True)
    ]
    known = set(Notice.objects.filter(firm_id=firm_id, dedupe_key=dedupe_key).values_list("pk", flat=True))
    Notice.objects.bulk_create(drafts, ignore_conflicts=True)
    new = list(Notice.objects.filter(firm_id=firm_id, dedupe_key=dedupe_key).exclude(pk__in=known))
    if by_email:
        for notice in new:
            enqueue(
                kind=SEND_NOTICE_EMAIL,
                payload={"notice_id": notice.pk},
                dedupe_key=f"notice:{notice.pk}",
                priority=70,
            )
    return new


def write_notice_letter(*, notice_id: int) -> Letter | None:
    """Write one notice as an e-mail; None when it was sent already, or when the person left meanwhile."""
    notice = Notice.objects.select_related("recipient", "firm", "company").get(pk=notice_id)
    is_member = Membership.objects.filter(
        account__firm=notice.firm_id, user=notice.recipient_id, is_active=True, user__is_active=True
    ).exists()
    if notice.emailed_at is not None or not is_member:
        return None
    return write_letter(
        to=notice.recipient.email,
        subject=notice.title,
        template="notice",
        firm_id=notice.firm_id,
        context={
            "user": notice.recipient,
            "notice": notice,
            "link": f"{settings.SITE_URL}{reverse('nfse:notices')}",
        },
    )


def record_notice_letter(*, outcome: Outcome, written_at: datetime | None, notice_id: int) -> None:
    """Note that the e-mail left."""
    if outcome == Outcome.SENT:
        Notice.objects.filter(pk=notice_id).update(emailed_at=written_at)


def mark_notices_read(
    *, firm_id: int, user_id: int, notice_ids: Iterable[int] | None = None, now: datetime | None = None
) -> int:
    """Mark one's own notices as read, all of them by default, and return how many were unread."""
    with transaction.atomic(durable=True):
        unread = Notice.objects.filter(firm_id=firm_id, recipient_id=user_id, read_at=None)
        if notice_ids is not None:
            unread = unread.filter(pk__in=list(notice_ids))
        return unread.update(read_at=now or timezone.now())
