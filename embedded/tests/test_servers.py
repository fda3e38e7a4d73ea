"""The embedded servers start once, say so when a port is taken, and leave nothing behind."""

import socket
import subprocess
import sys

import pytest

from embedded.servers import PortTaken, Services, Valkey, free_port


@pytest.fixture
def services(tmp_path):
    services = Services.temporary(tmp_path)
    yield services
    services.remove()


def test_services_start_twice_and_stop_completely(services):
    services.start()
    services.start()
    assert services.postgres.psql("SELECT 1") == "1"

    services.stop()

    assert not services.postgres.is_running()
    assert not services.broker.is_running()
    assert not services.cache.is_running()


def test_the_database_knows_portuguese_letters(services):
    services.postgres.start()
    assert services.postgres.psql("SELECT upper('ação')", database="nitro") == "AÇÃO"


def test_the_broker_never_evicts_and_the_cache_does(services):
    services.broker.start()
    services.cache.start()
    assert policy_of(services.broker) == "noeviction"
    assert policy_of(services.cache) == "allkeys-lru"


def test_a_taken_port_is_named_with_the_variable_that_moves_it(tmp_path):
    port = free_port()
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(PortTaken, match=rf"Port {port}.*NITRO_CACHE_PORT"):
            Valkey(tmp_path, "cache", port).start()


def test_a_port_that_is_no_number_is_refused_with_its_name():
    answer = subprocess.run(
        [sys.executable, "-c", "import embedded.defaults"],
        env={"NITRO_WEB_PORT": "80a"},
        capture_output=True,
        text=True,
    )
    assert answer.returncode != 0
    assert "NITRO_WEB_PORT must be a port number" in answer.stderr


def policy_of(server: Valkey) -> str:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(b"CONFIG GET maxmemory-policy\r\n")
        return connection.recv(1024).decode().split("\r\n")[-2]
