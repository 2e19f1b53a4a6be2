"""Listening sockets on both loopback addresses, 127.0.0.1 and ::1."""

import errno
import socket

_ATTEMPTS = 20


class PortInUseError(OSError):
    """The port is taken by another program."""


def bind(port: int) -> list[socket.socket]:
    """Opens listening sockets on 127.0.0.1 and, if this machine supports IPv6, on ::1, with one port for both.

    Raises:
        PortInUseError: The port is taken.
    """
    for _ in range(_ATTEMPTS):
        first = _listen(socket.AF_INET, "127.0.0.1", port)
        try:
            second = _listen(socket.AF_INET6, "::1", first.getsockname()[1])
        except PortInUseError:
            first.close()
            if port:
                raise
        except OSError:
            return [first]  # no IPv6 on this machine
        else:
            return [first, second]
    raise PortInUseError(errno.EADDRINUSE, "no port is free under both 127.0.0.1 and ::1")


def _listen(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    # asyncio disables Nagle's algorithm only if the protocol is named; otherwise each answer waits for 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUseError(error.errno, f"port {port} is in use by another program") from error
        raise
    return listener
