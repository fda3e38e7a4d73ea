"""The fixtures of the queue's tests, for the pages that show the queue."""

from queue_worker.tests.conftest import answers, effects  # noqa: F401 - fixtures
