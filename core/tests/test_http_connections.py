"""Pools end with the provider that they belong to, also when a slow thread comes late."""

from core.http.connections import Connections


def test_a_call_after_the_end_closes_what_it_opened():
    connections = Connections("http://127.0.0.1:9", max_connections=1)
    connections.close()
    with connections.borrow(None) as client:
        pass
    assert client.is_closed
    assert len(connections) == 0


def test_a_call_during_the_end_closes_its_pool_when_it_returns():
    connections = Connections("http://127.0.0.1:9", max_connections=1)
    with connections.borrow(None) as client:
        connections.close()
    assert client.is_closed


def test_a_pool_lives_on_between_calls():
    connections = Connections("http://127.0.0.1:9", max_connections=1)
    with connections.borrow(None) as first:
        pass
    with connections.borrow(None) as second:
        pass
    assert first is second
    assert not first.is_closed
    connections.close()
