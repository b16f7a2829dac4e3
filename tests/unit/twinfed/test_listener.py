"""The socket that the endpoint listens on."""

import socket

from twinfed.endpoint.server import bind


def test_answers_are_not_held_back_by_nagles_algorithm():
    # asyncio turns it off for sockets that say they speak TCP, and for no others
    with bind("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP
