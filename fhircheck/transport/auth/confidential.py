"""Whether secrets may be sent to an address: by https, on this machine, or where that was asked for."""

from fhircheck.model.connection import Connection
from fhircheck.transport.http_url import is_loopback, origin


def is_confidential(url: str, connection: Connection) -> bool:
    """Whether nobody on the way can read what is sent to `url`, or whoever runs this takes that on.

    Raises ServerFault where `url` is no URL.
    """
    scheme, host, _ = origin(url)
    if scheme == "https" or connection.allow_http:
        return True
    way = origin(connection.proxy)[1] if connection.proxy else host
    return is_loopback(host) and is_loopback(way)
