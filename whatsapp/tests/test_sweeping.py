"""What every minute looks for among all rows is found by an index, however many there are."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from whatsapp.models import Conversation, OutboundMessage
from whatsapp.services.sending.sweeping import ring_lost_sendings
from whatsapp.services.sweeping import ring_lost_conversations
from whatsapp.services.talking.clocks import mind_clocks
from whatsapp.tests.people import NOW, make_talk

pytestmark = pytest.mark.django_db
ROWS = 20_000
TABLES = ("whatsapp_outboundmessage", "whatsapp_conversation", "whatsapp_session")


@pytest.fixture
def crowd(channel):
    """Many conversations, each with one answer and one session that is over."""
    talk = make_talk(channel, last_message_at=NOW - timedelta(hours=2))
    with connection.cursor() as cursor:
        copy(cursor, "whatsapp_contact", talk.contact_id, {"id": "1000000 + n"})
        copy(cursor, "whatsapp_conversation", talk.pk, {"id": "1000000 + n", "contact_id": "1000000 + n"})
        answer = OutboundMessage.objects.create(
            channel=channel,
            conversation=talk,
            seq=1,
            cause="test",
            dedupe_key="first",
            kind="text",
            state="read",
            created_at=NOW - timedelta(hours=2),
            sent_at=NOW - timedelta(hours=2),
        )
        changes = {"id": "1000000 + n", "conversation_id": "1000000 + n", "dedupe_key": "'n' || n"}
        copy(cursor, "whatsapp_outboundmessage", answer.pk, changes)
        session = talk.sessions.create(
            firm_id=talk.firm_id,
            state="expired",
            close_reason="expired",
            opened_at=NOW,
            closed_at=NOW,
            state_changed_at=NOW,
        )
        key = {"key": "gen_random_uuid()"}
        copy(cursor, "whatsapp_session", session.pk, {**changes, **key, "dedupe_key": None})
        for table in TABLES:
            cursor.execute(f"ANALYZE {table}")
    return talk


def copy(cursor, table, pk, changes):
    """Copy a row many times, with other values in some columns."""
    changes = {name: value for name, value in changes.items() if value is not None}
    cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
    names = [name for (name,) in cursor.fetchall()]
    values = ", ".join(changes.get(name, f'"{name}"') for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    cursor.execute(
        f"INSERT INTO {table} ({listed}) SELECT {values} FROM {table}, generate_series(1, {ROWS}) n"  # noqa: S608
        f" WHERE id = {pk}"
    )


def explain(search):
    """Return the plans of what a search reads."""
    with CaptureQueriesContext(connection) as queries:
        search()
    plans = []
    with connection.cursor() as cursor:
        for query in queries.captured_queries:
            if query["sql"].startswith("SELECT"):
                cursor.execute(f"EXPLAIN {query['sql']}")
                plans += [line for (line,) in cursor.fetchall()]
    return "\n".join(plans)


def test_the_sweeps_of_every_minute_read_no_table_from_end_to_end_and_find_what_is_lost(crowd):
    for search in (ring_lost_conversations, ring_lost_sendings, mind_clocks):
        plan = explain(lambda search=search: search(now=NOW))
        assert [table for table in TABLES if f"Seq Scan on {table}" in plan] == []
        if search is ring_lost_conversations:  # PostgreSQL 18 would skip through a wider index, 15 cannot
            assert "whatsapp_conversation_unread" in plan

    Conversation.objects.filter(pk=crowd.pk).update(last_seq=1)
    assert ring_lost_conversations(now=NOW) == 1
