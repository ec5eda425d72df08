"""Exit with 0 if Django answers, else with 1, and print why.

The request is one that Django lets through to its views: for a host that
ALLOWED_HOSTS accepts, and by HTTPS. So 400 (a host that Django refuses) is a
failure, as is a redirect to the same URL on HTTPS; 401, 403, 404 and 405 are
answers.

https://docs.djangoproject.com/en/stable/ref/settings/#allowed-hosts
https://docs.djangoproject.com/en/stable/ref/middleware/#ssl-redirect
https://docs.docker.com/reference/dockerfile/#healthcheck
"""

import os
import socket
import sys

PATH = "/"


def get_host():
    """Return HEALTHCHECK_HOST, or the first host in ALLOWED_HOSTS."""
    if os.environ.get("HEALTHCHECK_HOST"):
        return os.environ["HEALTHCHECK_HOST"]
    hosts = os.environ.get("ALLOWED_HOSTS", "")
    for separator in ",;[]\"'":
        hosts = hosts.replace(separator, " ")
    for host in hosts.split():
        if "*" not in host and ":" not in host:  # neither all hosts nor [::1]
            return host.lstrip(".")
    return "localhost"


def get_head(host):
    """Return the status line and the headers of the answer."""
    request = [
        f"GET {PATH} HTTP/1.1",
        f"Host: {host}",
        "X-Forwarded-Proto: https",
        "Connection: close",
        "\r\n",
    ]
    head = b""
    with socket.create_connection(("127.0.0.1", 8000), timeout=3) as server:
        server.sendall("\r\n".join(request).encode())
        while b"\r\n\r\n" not in head and len(head) < 65536:
            received = server.recv(65536)
            if not received:
                break
            head += received
    return head.decode("latin-1").partition("\r\n\r\n")[0].split("\r\n")


def main():
    """Ask, print the answer, and exit."""
    host = get_host()
    asked = f"http://127.0.0.1:8000{PATH} as {host}"
    try:
        status, *headers = get_head(host)
    except OSError as error:
        sys.exit(f"{asked}: {error}")

    version, _, status = status.partition(" ")
    code = status[:3]
    if not version.startswith("HTTP/") or not code.isdigit():
        sys.exit(f"{asked}: no answer in HTTP")
    if code == "400":
        sys.exit(f"{asked}: 400, is HEALTHCHECK_HOST one of ALLOWED_HOSTS?")
    itself = f"location: https://{host}{PATH}".lower()
    if itself in [header.lower() for header in headers]:
        sys.exit(f"{asked}: {code} to HTTPS, is SECURE_PROXY_SSL_HEADER set?")
    if code[0] not in "23" and code not in ("401", "403", "404", "405"):
        sys.exit(f"{asked}: {code}")
    print(f"{asked}: {code}")


if __name__ == "__main__":
    main()
