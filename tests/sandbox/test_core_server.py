import os
import signal
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from mfa_setup.sandbox.config import SandboxConfig
from mfa_setup.sandbox.server import PortInUseError, Sandbox


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_it_answers_under_both_names_of_loopback(
    sandbox: Sandbox, connect: Callable[..., httpx.Client], host: str
) -> None:
    """It answers under both names of loopback."""
    web = connect(sandbox, base_url=f"http://{host}:{sandbox.world.config.port}")
    assert (
        web.get("/.well-known/openid-configuration").json()["issuer"] == f"http://{host}:{sandbox.world.config.port}/"
    )


def test_the_tenant_is_the_same_behind_a_proxy_on_another_port(sandbox: Sandbox, api: httpx.Client) -> None:
    """The tenant is the same behind a proxy on another port."""
    api.headers["host"] = "localhost:9"
    assert api.get("/clients").status_code == 200
    assert sandbox.world.requests[-1].tenant == sandbox.world.first.domain


def test_it_has_no_tenant_for_another_host(api: httpx.Client) -> None:
    """It has no tenant for another host."""
    api.headers["host"] = "tenant.example.com"
    assert api.get("/clients").status_code == 404


def test_ready_names_the_addresses_and_the_environment(sandbox: Sandbox) -> None:
    """Ready names the addresses and the environment."""
    ready = sandbox.ready()
    port = sandbox.world.config.port
    assert set(ready) == {"url", "control", "inbox", "env"}
    assert ready["url"] == f"http://localhost:{port}"
    assert ready["control"] == f"{ready['url']}/_sandbox"
    assert ready["inbox"] == f"{ready['url']}/_sandbox/inbox"
    assert set(ready["env"]) == {
        "MFA_SETUP_SANDBOX",
        "AUTH0_DOMAIN",
        "AUTH0_CLIENT_ID",
        "AUTH0_CLIENT_SECRET",
        "TWILIO_ACCOUNT_SID",
        "TWILIO_AUTH_TOKEN",
    }
    assert ready["env"]["AUTH0_DOMAIN"] == f"localhost:{port}"


def test_a_taken_port_is_named() -> None:
    """A taken port is named."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUseError, match=str(port)):
            Sandbox(SandboxConfig(port=port)).start()


def test_a_port_is_free_again_after_the_stop() -> None:
    """A port is free again after the stop."""
    with Sandbox(SandboxConfig(port=0)) as running:
        port = running.world.config.port
    running.stop()
    with Sandbox(SandboxConfig(port=port)) as again:
        assert again.world.config.port == port


def test_there_is_no_world_before_the_start() -> None:
    """There is no world before the start."""
    with pytest.raises(RuntimeError):
        _ = Sandbox().world


def test_tls_has_an_authority_of_its_own(start: Callable[..., Sandbox], connect: Callable[..., httpx.Client]) -> None:
    """Tls has an authority of its own."""
    running = start(tls=True)
    ready = running.ready()
    ca_file = ready["ca_file"]
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"):
        assert ready["env"][name] == ca_file
    assert ready["url"].startswith("https://localhost:")
    trust = ssl.create_default_context(cafile=ca_file)
    for host in ("localhost", "127.0.0.1"):
        base = f"https://{host}:{running.world.config.port}"
        web = connect(running, base_url=base, verify=trust)
        assert web.get("/.well-known/openid-configuration").json()["issuer"] == f"{base}/"
    running.stop()
    assert not Path(ca_file).exists()


def test_serve_forever_returns_on_a_signal() -> None:
    """Serve forever returns on a signal."""
    running = Sandbox(SandboxConfig(port=0))
    before = signal.getsignal(signal.SIGTERM)
    running.serve_forever(lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert signal.getsignal(signal.SIGTERM) is before
