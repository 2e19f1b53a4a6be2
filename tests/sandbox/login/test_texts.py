"""What is really sent: the tenant's own texts, their senders, and providers of the tenant's own."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from support import scene
from support.hosted import E164, PHONE, House, Person
from support.lab import Lab

WITHOUT_CODE = ["Your code is: @{code}", "@@code@@", "{% raw %}{{ code }}{% endraw %}"]
TEMPLATES = "branding/phone/templates"


def set_text(house: House, text: str, *, voice: str | None = None, sender: str | None = None) -> None:
    """Gives every message that carries a code this text."""
    if not scene.is_unified(house.lab):
        texts = {"enrollment_message": text, "verification_message": text}
        house.lab.auth0("PUT", "guardian/factors/phone/templates", texts)
        return
    body = {"text": text} | ({"voice": voice} if voice else {})
    content = {"body": body} | ({"from": sender} if sender else {})
    for kind in ("otp_enroll", "otp_verify"):
        house.lab.auth0("POST", TEMPLATES, {"type": kind, "content": content})


def custom(house: House) -> None:
    """Lets the tenant's own code send."""
    if scene.is_unified(house.lab):
        scene.drop_provider(house.lab)
        body = {"name": "custom", "configuration": {"delivery_methods": ["text"]}, "credentials": {}}
        house.lab.auth0("POST", "branding/phone/providers", body)
    else:
        body = {"provider": "phone-message-hook"}
        house.lab.auth0("PUT", "guardian/factors/phone/selected-provider", body)


def notifications(house: House) -> list[dict[str, Any]]:
    """What the tenant's own code took."""
    return list(house.http.get("/_sandbox/notifications").json())


@pytest.mark.parametrize("text", WITHOUT_CODE)
def test_a_text_without_the_code_is_sent_as_it_is(either: House, text: str) -> None:
    """The inbox shows what arrived, and nobody can finish the login by it."""
    set_text(either, text)
    person = either.browser()
    person.start()
    person.sign_up()
    person.enroll()
    body = either.messages()[0]["body"]
    assert body == text.removeprefix("{% raw %}").removesuffix("{% endraw %}")
    assert not any(character.isdigit() for character in body)
    assert "<output>" not in either.http.get("/_sandbox/inbox").text


def test_conditions_of_a_text_are_decided(either: House) -> None:
    name = "friendly_name" if scene.is_unified(either.lab) else "tenant.friendly_name"
    set_text(
        either, f"{{% if locale == 'es' %}}Su{{% else %}}Your{{% endif %}} code for {{{{ {name} }}}}: {{{{ code }}}}"
    )
    either.browser().join()
    assert either.messages()[0]["body"].startswith("Your code for Sandbox: ")


def test_on_the_unified_stack_the_tenant_is_only_its_raw_name(house: House) -> None:
    set_text(house, "{{ tenant }}/{{ tenant.friendly_name }}/{{ friendly_name }}: {{ code }}")
    house.browser().join()
    name = house.lab.sandbox.world.tenants[house.lab.domain].name
    assert house.messages()[0]["body"].startswith(f"{name}//Sandbox: ")


@pytest.mark.parametrize("text", ["{{ code", "{{ code | nosuch }}", "{% for i in (1..99999) %}x{% endfor %}"])
def test_a_text_that_is_no_liquid_is_not_sent(either: House, text: str) -> None:
    set_text(either, text)
    person = either.browser()
    person.start()
    person.sign_up()
    person.enroll()
    assert person.page.alerts == ["There was a problem sending the SMS"]
    assert either.messages() == []
    assert either.events()[-1] == "gd_send_sms_failure"


def test_a_call_says_the_text_for_calls(house: House, person: Person) -> None:
    scene.patch_provider(house.lab, delivery_methods=["voice"])
    house.lab.auth0("PUT", "guardian/factors/phone/message-types", {"message_types": ["voice"]})
    set_text(house, "{{ code }} by text", voice="Your <code> & more: {{ code }}")
    person.start()
    person.sign_up()
    person.enroll()
    assert house.lab.sandbox.world.twilio.calls[-1].text.startswith("Your <code> & more: ")


def test_a_disabled_template_is_not_used(house: House) -> None:
    set_text(house, "@@code@@")
    for template in house.lab.auth0("GET", TEMPLATES)["templates"]:
        house.lab.auth0("PATCH", f"{TEMPLATES}/{template['id']}", {"disabled": True})
    house.browser().join()
    assert "is your verification code" in house.messages()[0]["body"]


def test_a_template_is_sent_from_its_own_sender(house: House) -> None:
    """It takes the place of the provider's number, and of its Messaging Service."""
    own = str(scene.number(house.lab, scene.stock(kind="tollfree")[0].phone_number)["phone_number"])
    for service in (None, house.lab.control_service_sid()):
        scene.provider(house.lab, sender=None if service else house.number, service=service)
        house.lab.sandbox.world.tenants[house.lab.domain].templates.clear()
        set_text(house, "{{ code }}", sender=own)
        person = house.browser()
        person.start()
        person.sign_up(f"jo{service or ''}@example.com")
        person.enroll()
        assert house.messages()[0]["from"] == own


def test_a_template_from_a_number_that_is_not_owned_is_refused(house: House, person: Person) -> None:
    set_text(house, "{{ code }}", sender="+14155550199")
    person.start()
    person.sign_up()
    person.enroll()
    assert person.page.alerts == ["There was a problem sending the SMS"]
    assert house.events()[-1] == "gd_send_sms_failure"


def test_a_code_of_the_tenants_own_provider_arrives(either: House) -> None:
    """It is in the log and in the inbox, and Twilio has nothing to do with it."""
    custom(either)
    person = either.browser()
    person.start()
    person.sign_up()
    person.enroll()
    (sent,) = notifications(either)
    assert (sent["to"], sent["channel"], sent["provider"]) == (E164, "text", "custom")
    code = sent["body"].split()[0]
    assert f"<output>{code}</output>" in either.http.get("/_sandbox/inbox").text
    assert either.messages() == []
    assert either.events()[-1] == "gd_send_sms"
    person.enter(code)
    assert person.claims()["amr"] == ["mfa"]


def test_a_disabled_provider_of_the_tenants_own_sends_nothing(house: House, person: Person) -> None:
    custom(house)
    provider = house.lab.auth0("GET", "branding/phone/providers")["providers"][0]["id"]
    house.lab.auth0("PATCH", f"branding/phone/providers/{provider}", {"disabled": True})
    person.start()
    person.sign_up()
    person.enroll()
    assert person.page.alerts == ["There was a problem sending the SMS"]
    assert notifications(house) == []


def test_what_was_taken_is_forgotten_by_a_reset(house: House) -> None:
    custom(house)
    person = house.browser()
    person.start()
    person.sign_up()
    person.enroll(PHONE)
    house.lab.reset()
    assert notifications(house) == []


def test_a_test_message_is_the_template_itself(house: House) -> None:
    set_text(house, "@@code@@")
    found = house.lab.auth0("GET", TEMPLATES)["templates"][0]
    house.lab.auth0("PATCH", f"{TEMPLATES}/{found['id']}", {"disabled": True})
    house.lab.auth0("POST", f"{TEMPLATES}/{found['id']}/try", {"to": E164})
    assert house.messages()[0]["body"] == "@@code@@"


@pytest.mark.parametrize("stack", ["unified", "legacy"])
@pytest.mark.parametrize("flag", [True, False, None])
def test_the_stack_in_force_need_not_be_what_the_setting_says(
    make_lab: Callable[..., Lab], *, stack: str, flag: bool | None
) -> None:
    lab = make_lab(phone_stack="legacy" if stack == "unified" else "unified")
    lab.reset()
    lab.control("phone-stack", {"phone_stack": stack, "flag": flag})
    settings = lab.auth0("GET", "tenants/settings")
    assert settings.get("phone_consolidated_experience") is flag
    assert lab.tenant["phone_stack"] == stack
    path = "/api/v2/guardian/factors/phone/selected-provider"
    answer = httpx.get(f"{lab.sandbox.url}{path}", headers={"authorization": f"Bearer {lab.token()}"}, trust_env=False)
    assert answer.status_code == (403 if stack == "unified" else 200)


def test_the_stack_follows_the_setting_once_that_is_changed(unified: Lab) -> None:
    unified.reset()
    unified.control("phone-stack", {"phone_stack": "legacy"})
    assert unified.auth0("GET", "tenants/settings")["phone_consolidated_experience"] is True
    unified.auth0("PATCH", "tenants/settings", {"phone_consolidated_experience": True})
    assert unified.tenant["phone_stack"] == "unified"


@pytest.mark.parametrize("body", [{}, {"phone_stack": "other"}, {"phone_stack": "legacy", "flag": 1}])
def test_no_other_stack_can_be_set(unified: Lab, body: dict[str, object]) -> None:
    answer = httpx.post(f"{unified.sandbox.url}/_sandbox/phone-stack", json=body, trust_env=False)
    assert answer.status_code == 400
