"""Whether the service of this container is ready, for its health check: `python -m unionaid.service.probe`."""

import http.client
import os

HEALTHY = 200


def ready(port: int, timeout_s: float = 3.0) -> bool:
    """Ask `/readyz` of this machine's `port`."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == HEALTHY
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    raise SystemExit(not ready(int(os.environ.get("UNIONAID_HTTP_PORT", "8000"))))
