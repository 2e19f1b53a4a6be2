"""A pool that takes no more numbers: nothing is bought for it."""

from typing import Any

import pytest

from support import scene
from support.lab import Lab, Run
from support.reach import policy, registration, sends_from


def campaign(lab: Lab, **fields: Any) -> str:
    """The campaign of the account's Messaging Service; the service's SID."""
    service = lab.control_service_sid()
    lab.control(f"twilio/campaigns/{service}", fields)
    return service


def somebodys(lab: Lab, service: str, nth: int = 0) -> str:
    """A number of somebody else in a pool."""
    body = {"phone_number": scene.stock()[nth].phone_number, "service_sid": service}
    return str(lab.control("twilio/numbers", body)["phone_number"])


def test_a_sole_proprietors_campaign_carries_one_number(run: Run, lab: Lab) -> None:
    number = somebodys(lab, campaign(lab, usecase="SOLE_PROPRIETOR"))
    result = run("up", "--buy", "--yes", "--json", env=lab.env)
    assert (result.code, result.document["error"]["code"]) == (7, "pool_full")
    assert f"--from {number}" in result.document["error"]["hint"]
    assert lab.twilio["purchases"] == 0
    assert run("buy-number", "--buy", "--yes", env=lab.env).code == 7
    assert lab.twilio["purchases"] == 0


def test_its_first_number_is_bought_with_a_warning(run: Run, lab: Lab) -> None:
    campaign(lab, usecase="SOLE_PROPRIETOR")
    result = run("up", "--yes", "--json", env=lab.env)
    assert (result.code, registration(result)["status"]) == (0, "warn")
    assert "SOLE_PROPRIETOR" in registration(result)["evidence"]


def test_which_of_two_numbers_it_carries_is_not_known(run: Run, lab: Lab) -> None:
    service = campaign(lab, usecase="SOLE_PROPRIETOR")
    sends_from(lab, somebodys(lab, service))
    somebodys(lab, service, 1)
    result = policy(run, lab)
    assert (result.code, registration(result)["status"]) == (6, "skip")


def test_another_campaign_that_has_room_is_taken(run: Run, lab: Lab) -> None:
    somebodys(lab, campaign(lab, usecase="SOLE_PROPRIETOR"))
    other = scene.service(lab, verified=True)
    assert run("up", "--buy", "--yes", env=lab.env).code == 0
    assert len(scene.pool(lab, other)) == 1


def test_a_full_pool_takes_no_number(run: Run, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    somebodys(lab, lab.control_service_sid())
    monkeypatch.setattr("mfa_setup.model.observed.LARGEST_POOL", 1)
    result = run("up", "--buy", "--yes", "--json", env=lab.env)
    assert (result.code, result.document["error"]["code"]) == (7, "pool_full")
    assert lab.twilio["purchases"] == 0
    named = run("buy-number", "--buy", "--messaging-service-sid", lab.control_service_sid(), "--yes", env=lab.env)
    assert (named.code, lab.twilio["purchases"]) == (0, 0)
