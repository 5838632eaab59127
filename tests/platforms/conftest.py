from tests.servers.fixtures import client, clock, make_client, server

__all__ = ["client", "clock", "make_client", "server"]
