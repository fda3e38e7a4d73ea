"""Sessions go when they have expired."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.services import clear_sessions
from core.schedule import list_schedule

pytestmark = pytest.mark.django_db


def test_expired_sessions_are_deleted_and_the_others_stay():
    now = timezone.now()
    for key, expires in {"old": now - timedelta(seconds=1), "new": now + timedelta(days=1)}.items():
        Session.objects.create(session_key=key, session_data="", expire_date=expires)
    assert [clear_sessions(), clear_sessions()] == [1, 0]
    assert Session.objects.get().session_key == "new"


def test_the_cleaning_is_on_the_schedule():
    assert "accounts.clear_sessions" in {periodic.task for periodic in list_schedule()}
