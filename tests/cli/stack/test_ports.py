"""Free ports: different, really free, and the preferred one where it can be had."""

import socket

from chunk_service.cli.stack.ports import LOOPBACK, free_port, free_ports, is_free


def test_ports_are_different_and_free_at_the_distance_too() -> None:
    ports = free_ports(8, also_free_at=10_000)
    assert len(set(ports)) == 8
    assert all(is_free(port) and is_free(port + 10_000) for port in ports)


def test_a_preferred_port_is_taken_only_while_it_is_free() -> None:
    preferred = free_port()
    assert free_port(preferred=preferred) == preferred
    with socket.create_server((LOOPBACK, preferred)):
        assert free_port(preferred=preferred) != preferred
