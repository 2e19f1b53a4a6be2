"""The tenants of one sandbox, which share a Twilio account and nothing else."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from mfa_setup.sandbox.auth0.state import Tenant
from mfa_setup.sandbox.config import SandboxConfig
from mfa_setup.sandbox.server import Sandbox
from mfa_setup.sandbox.world import World
from pytest_mfa_setup import MfaSandbox

Client = Callable[[Tenant], httpx.Client]
Tenants = Callable[[], list[Tenant]]
FAULT = {"path": "/nowhere", "effect": "reset"}


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """A sandbox with two tenants."""
    with Sandbox(SandboxConfig(port=0), hosts=("localhost", "beta.localhost")) as sandbox:
        yield sandbox


@pytest.fixture
def world(running: Sandbox) -> World:
    """Its state, as on the first day."""
    running.world.reset()
    return running.world


@pytest.fixture
def tenants(world: World) -> Tenants:
    """Both tenants as they are now; a reset creates them again."""
    return lambda: list(world.tenants.values())


@pytest.fixture
def client(connect: Callable[..., httpx.Client], running: Sandbox) -> Client:
    """Makes clients of a tenant, with a token that it has issued to its own client."""

    def make(tenant: Tenant) -> httpx.Client:
        web = connect(running, headers={"host": tenant.domain})
        answer = web.post("/oauth/token", json=credentials(tenant))
        web.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        return web

    return make


def credentials(tenant: Tenant, **changed: str) -> dict[str, str]:
    """What the tenant's own client asks for a token with."""
    body = {"grant_type": "client_credentials", "client_id": tenant.tool.client_id}
    return body | {"client_secret": tenant.tool.client_secret, "audience": f"https://{tenant.domain}/api/v2/"} | changed


def test_each_has_credentials_and_a_key_of_its_own(client: Client, tenants: Tenants) -> None:
    """The client of one is unknown to the other, and so is its token."""
    acme, beta = (client(tenant) for tenant in tenants())
    keys = [one.get("/.well-known/jwks.json").json()["keys"][0] for one in (acme, beta)]
    assert keys[0]["kid"] != keys[1]["kid"]
    assert keys[0]["n"] != keys[1]["n"]
    assert acme.get("/.well-known/openid-configuration").json()["issuer"] == f"http://{tenants()[0].domain}/"
    assert beta.get("/.well-known/openid-configuration").json()["issuer"] == f"http://{tenants()[1].domain}/"
    assert acme.get("/api/v2/clients").status_code == beta.get("/api/v2/clients").status_code == 200
    stolen = {"authorization": acme.headers["authorization"]}
    assert beta.get("/api/v2/clients", headers=stolen).status_code == 401
    asked = credentials(tenants()[0], audience=f"https://{tenants()[1].domain}/api/v2/")
    assert beta.post("/oauth/token", json=asked).status_code == 401


def test_what_is_set_in_one_is_not_set_in_the_other(client: Client, tenants: Tenants) -> None:
    """Applications, factors, policies, scopes."""
    before = copy.deepcopy(tenants()[1].snapshot())
    acme = client(tenants()[0])
    acme.post("/api/v2/clients", json={"name": "Portal"})
    acme.put("/api/v2/guardian/factors/sms", json={"enabled": True})
    acme.put("/api/v2/guardian/policies", json=["all-applications"])
    (api,) = acme.get("/api/v2/resource-servers").json()
    assert acme.patch(f"/api/v2/resource-servers/{api['id']}", json={"scopes": [{"value": "mine"}]}).is_success
    acme.post("/_sandbox/grants", json={"scope": ["read:clients"], "tenant": acme.headers["host"]})
    assert tenants()[1].snapshot() == before
    state = acme.get("/_sandbox/state").json()
    assert list(state["tenants"]) == [acme.headers["host"], tenants()[1].domain]
    assert [len(tenant["clients"]) for tenant in state["tenants"].values()] == [2, 1]
    (other,) = client(tenants()[1]).get("/api/v2/resource-servers").json()
    assert len(other["scopes"]) > 100


def test_a_fault_of_one_waits_for_its_requests(client: Client, tenants: Tenants) -> None:
    """Without a tenant, a fault waits for a request of any service."""
    acme, beta = (client(tenant) for tenant in tenants())
    acme.post(f"/_sandbox/faults?tenant={tenants()[1].domain}", json=[{"path": "*", "effect": "status:503"}])
    assert acme.get("/_sandbox/faults").json() == []
    assert len(acme.get("/_sandbox/faults", params={"tenant": tenants()[1].domain}).json()) == 1
    assert acme.get("/api/v2/clients").status_code == 200
    assert acme.get("/v1/Services").status_code == 401
    assert [beta.get("/api/v2/clients").status_code for _ in range(2)] == [503, 200]
    acme.post("/_sandbox/faults", json=[{"path": "/api/*", "effect": "status:502", "times": 2}])
    assert [one.get("/api/v2/clients").status_code for one in (acme, beta, acme)] == [502, 502, 200]


def test_each_has_a_login_of_its_own(client: Client, tenants: Tenants) -> None:
    """Its clock, its risk and its codes."""
    acme = client(tenants()[0])
    acme.post("/_sandbox/clock", json={"forward": 60, "tenant": tenants()[1].domain})
    acme.post(f"/_sandbox/risk?tenant={tenants()[1].domain}", json={"level": "high"})
    logins = [tenant.login for tenant in tenants()]
    assert [(login.clock.ahead, login.risk) for login in logins] == [(0, "low"), (60, "high")]
    key = logins[0].remembered.put("auth0|1", 600)
    assert logins[1].remembered.get(key) is None


def test_each_has_requests_of_its_own_and_all_share_one_count(world: World, client: Client, tenants: Tenants) -> None:
    """Those to Twilio belong to no tenant."""
    acme, beta = (client(tenant) for tenant in tenants())
    world.reset()
    acme.get("/api/v2/clients")
    beta.get("/api/v2/users")
    acme.get("/v1/Services")
    acme.get("/api/v2/logs", headers={"host": "127.0.0.1:8080"})
    found = acme.get("/_sandbox/requests").json()
    assert [(entry["n"], entry["path"], entry["tenant"]) for entry in found] == [
        (1, "/api/v2/clients", acme.headers["host"]),
        (2, "/api/v2/users", tenants()[1].domain),
        (3, "/v1/Services", None),
        (4, "/api/v2/logs", acme.headers["host"]),
    ]
    assert acme.get("/_sandbox/requests", params={"tenant": tenants()[1].domain}).json() == found[1:2]


def test_one_goes_back_to_the_start_and_the_other_stays(client: Client, tenants: Tenants) -> None:
    """A reset of one tenant; its credentials and tokens stay valid."""
    acme, beta = (client(tenant) for tenant in tenants())
    for one in (acme, beta):
        one.post("/api/v2/clients", json={"name": "Portal"})
        one.post("/_sandbox/faults", params={"tenant": one.headers["host"]}, json=[FAULT])
    acme.post("/_sandbox/reset", json={"tenant": acme.headers["host"]})
    assert [len(tenant.clients) for tenant in tenants()] == [1, 2]
    assert [len(tenant.faults) for tenant in tenants()] == [0, 1]
    assert [bool(tenant.requests) for tenant in tenants()] == [False, True]
    assert acme.get("/api/v2/clients").status_code == beta.get("/api/v2/clients").status_code == 200


@pytest.mark.parametrize("path", ["grants", "tokens", "risk", "clock"])
def test_a_call_that_is_about_one_tenant_must_name_it(path: str, client: Client, tenants: Tenants) -> None:
    """With one tenant there is nothing to name; with two, a guess would be wrong half of the time."""
    bodies: dict[str, dict[str, Any]] = {
        "grants": {"scope": []},
        "tokens": {},
        "risk": {"level": "low"},
        "clock": {"forward": 1},
    }
    acme = client(tenants()[0])
    for name in (None, "nobody", 1):
        answer = acme.post(f"/_sandbox/{path}", json=bodies[path] | ({} if name is None else {"tenant": name}))
        assert answer.status_code == 400
        assert tenants()[1].domain in answer.json()["error"]
    assert acme.post(f"/_sandbox/{path}", json=bodies[path] | {"tenant": tenants()[1].domain}).status_code == 200


def test_a_token_is_issued_by_the_tenant_that_is_named(client: Client, tenants: Tenants) -> None:
    """Signed with its key, for its own API."""
    acme, beta = (client(tenant) for tenant in tenants())
    token = acme.post("/_sandbox/tokens", json={"tenant": tenants()[1].domain}).json()["access_token"]
    bearer = {"authorization": f"Bearer {token}"}
    assert beta.get("/api/v2/clients", headers=bearer).status_code == 200
    assert acme.get("/api/v2/clients", headers=bearer).status_code == 401


# --- many tenants: `tenants=N` -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crowd() -> Iterator[Sandbox]:
    """A sandbox with a dozen tenants, each with the free plan's rate limit."""
    with Sandbox(SandboxConfig(port=0, tenants=12, rate_limit="free")) as sandbox:
        yield sandbox


@pytest.fixture
def visit(crowd: Sandbox, connect: Callable[..., httpx.Client]) -> Callable[[int], httpx.Client]:
    """Makes clients of the nth tenant, as on the first day."""
    crowd.world.reset()
    return lambda number: connect(crowd, headers={"host": list(crowd.world.tenants)[number - 1]})


def bearer(web: httpx.Client, **options: Any) -> dict[str, str]:
    """An access token that the client's tenant has issued."""
    answer = web.post("/_sandbox/tokens", json={"tenant": web.headers["host"], **options})
    return {"authorization": f"Bearer {answer.json()['access_token']}"}


def test_each_tenant_has_a_domain_of_its_own_under_localhost(crowd: Sandbox, visit: Callable[..., Any]) -> None:
    port = crowd.world.config.port
    domains = [f"localhost:{port}", *(f"t{number:04}.tenants.localhost:{port}" for number in range(2, 13))]
    assert crowd.ready()["tenants"] == list(visit(1).get("/_sandbox/state").json()["tenants"]) == domains
    for number in (1, 2, 12):
        issuer = visit(number).get("/.well-known/openid-configuration").json()["issuer"]
        assert issuer == f"http://{domains[number - 1]}/"


@pytest.mark.parametrize("host", ["t0013.tenants.localhost", "tenants.localhost", "t0002.localhost"])
def test_a_domain_of_no_tenant_is_unknown(host: str, crowd: Sandbox) -> None:
    answer = httpx.get(f"{crowd.url}/api/v2/clients", headers={"host": host}, trust_env=False)
    assert answer.status_code == 404


def test_the_environment_has_the_credentials_of_each_tenant(crowd: Sandbox, visit: Callable[..., Any]) -> None:
    env, web = crowd.ready()["env"], visit(12)
    audience = f"https://{web.headers['host']}/api/v2/"

    def status(suffix: str) -> int:
        names = {"client_id": f"AUTH0_CLIENT_ID{suffix}", "client_secret": f"AUTH0_CLIENT_SECRET{suffix}"}
        body = {key: env[name] for key, name in names.items()} | {"audience": audience}
        return int(web.post("/oauth/token", json={"grant_type": "client_credentials", **body}).status_code)

    assert [status(suffix) for suffix in ("_T0012", "_T0011", "")] == [200, 401, 401]


def test_tenants_that_share_a_key_refuse_the_tokens_of_each_other(visit: Callable[..., Any]) -> None:
    """Creating an RSA key takes long, so the second and the tenth tenant have the same one, under different IDs."""
    second, tenth = visit(2), visit(10)
    first_key, key, same = (visit(n).get("/.well-known/jwks.json").json()["keys"][0] for n in (1, 2, 10))
    assert key["n"] == same["n"] != first_key["n"]
    assert key["kid"] != same["kid"]
    assert second.get("/api/v2/clients", headers=bearer(second)).status_code == 200
    audience = f"https://{tenth.headers['host']}/api/v2/"
    for token in (bearer(second), bearer(second, audience=audience)):
        assert tenth.get("/api/v2/clients", headers=token).status_code == 401
    hint = bearer(second)["authorization"].removeprefix("Bearer ")
    assert "Invalid id_token_hint" in tenth.get("/oidc/logout", params={"id_token_hint": hint}).text
    assert "Invalid id_token_hint" not in second.get("/oidc/logout", params={"id_token_hint": hint}).text


def test_each_tenant_has_a_rate_limit_of_its_own(visit: Callable[..., Any]) -> None:
    statuses = {}
    for number in (2, 3):
        web = visit(number)
        token = bearer(web)
        statuses[number] = [web.get("/api/v2/clients", headers=token).status_code for _ in range(3)]
    assert statuses == {2: [200, 200, 429], 3: [200, 200, 429]}


def test_the_account_owns_one_number_that_delivers_and_a_reset_keeps_it(crowd: Sandbox) -> None:
    sandbox = MfaSandbox(crowd.ready())
    for _ in range(2):
        (number,) = sandbox.state()["twilio"]["numbers"]
        account = crowd.world.twilio.credentials
        httpx.post(
            f"{crowd.url}/2010-04-01/Accounts/{account.account_sid}/Messages.json",
            data={"From": number["phone_number"], "To": "+14155550123", "Body": "123456"},
            auth=(account.account_sid, account.auth_token),
            trust_env=False,
        ).raise_for_status()
        assert sandbox.wait_for_message("+14155550123")["status"] == "delivered"
        before = (number["sid"], sandbox.env, sandbox.token)
        sandbox.reset()
        assert (sandbox.state()["twilio"]["numbers"][0]["sid"], crowd.ready()["env"], sandbox.token) == before


def test_an_error_names_a_few_of_many_tenants(visit: Callable[..., Any]) -> None:
    error = visit(1).post("/_sandbox/risk", json={"level": "low"}).json()["error"]
    assert "t0005" in error
    assert "t0006" not in error
    assert error.endswith(" and 7 more")
