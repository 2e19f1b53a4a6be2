"""How a legacy text becomes the two texts of the unified stack."""

import pytest

from mfa_setup.otp_text import holds, otp_text
from mfa_setup.resources.text_conversion import Converted, convert

CERTAIN = {
    "{{code}}": ("{{code}}", "{{code}}"),
    "{{ code | escape }} for {{tenant.friendly_name}}": ("{{ code | escape }} for {{friendly_name}}",) * 2,
    "{{ tenant.friendlyName }}: {{code}}": ("{{ friendly_name }}: {{code}}",) * 2,
    "tenant.friendly_name is no variable: {{code}}": ("tenant.friendly_name is no variable: {{code}}",) * 2,
    '{% if message_type == "voice" %}Call {{code}}{% else %}Text {{code}}{% endif %}': (
        "Text {{code}}",
        "Call {{code}}",
    ),
    "{% if message_type != 'voice' %}Text {% endif %}{{code}}": ("Text {{code}}", "{{code}}"),
    "{% if message_type == 'sms' %}A{% elsif message_type == 'voice' %}B{% endif %}{{code}}": (
        "A{{code}}",
        "B{{code}}",
    ),
    "a  {%- if message_type == 'sms' -%}  b{% endif %} {{code}}": ("ab {{code}}", "a {{code}}"),
    "{% if message_type == 'voice' %}{% if message_type == 'sms' %}x{% endif %}y{% endif %}{{code}}": (
        "{{code}}",
        "y{{code}}",
    ),
}
BROKEN = ("invalid Liquid for SMS", "invalid Liquid for calls")
DOUBTFUL = {
    "{{pause}}{{code}}": ("pause",),
    "{% if requestInfo.lang == 'es' %}Hola {% endif %}{{code}}": ("requestInfo", "{% … %}"),
    "{% if locale == 'es' %}Hola {% endif %}{{code}}": ("{% … %}",),
    "{% if message_type == 'sms' and locale == 'es' %}Hola {% endif %}{{code}}": ("message_type", "{% … %}"),
    "{{ tenant }} {{code}}": ("tenant",),
    "{{ tenant.id }} {{code}}": ("tenant.id",),
    "{% if message_type == 'sms' %}{{code}}": (
        "message_type",
        "{% … %}",
        "invalid Liquid for SMS",
        "invalid Liquid for calls",
    ),
    "{% endif %}{{code}}": ("{% … %}", *BROKEN),
    "{{ message_type }}{{code}}": ("message_type",),
    "{{ code | append: user.name }}": ("{{ code | append: user.name }}",),
    '{{ code | append: tenant["friendly_name"] }}': ('{{ code | append: tenant["friendly_name"] }}',),
    "{{ tenant.friendly_name | default: tenant }} {{code}}": ("{{ friendly_name | default: tenant }}",),
    "{{ code | slice: 0, 3 }} {{code}}": ("{{ code | slice: 0, 3 }}",),
    "{{ 'tenant' }} {{code}}": ("{{ 'tenant' }}",),
    "{{ user.name | default: tenant }}{{code}}": ("user.name",),
    "{% if message_type == 'sms' %}{{code}} x{% endif %}": ("no {{code}} for calls",),
    "{% if message_type == 'voice' %}{{code}} x{% else %}Hello{% endif %}": ("no {{code}} for SMS",),
    "Hello": ("no {{code}} for SMS", "no {{code}} for calls"),
    "{{'{% if message_type == \"sms\" %}'}}{{code}}{% endif %}": ("{{''}}", "{{", "invalid Liquid for calls"),
    "{{code}} {{ code": ("{{", *BROKEN),
}


@pytest.mark.parametrize("old", CERTAIN)
def test_a_text_is_converted_with_certainty(old: str) -> None:
    assert convert(old) == Converted(*CERTAIN[old])


@pytest.mark.parametrize("old", CERTAIN)
def test_what_is_certain_says_what_the_old_text_said(old: str) -> None:
    new = convert(old)
    for message_type, text in (("sms", new.text), ("voice", new.voice)):
        said = otp_text(old, "123456", name="Acme", message_type=message_type)
        assert otp_text(text, "123456", name="Acme", raw_name="acme-eu") == said


@pytest.mark.parametrize("old", DOUBTFUL)
def test_what_cannot_be_decided_is_named(old: str) -> None:
    assert convert(old).doubts == DOUBTFUL[old]


def test_a_proposal_leaves_pauses_out_and_asks_for_the_locale() -> None:
    old = "{% if requestInfo.lang == 'es' %}Su{% endif %} {{pause}}, {{code}}"
    assert convert(old).text == "{% if locale == 'es' %}Su{% endif %} {{code}}"


ONE_CHANNEL = "{% if message_type == 'sms' %}{{code}} x{% endif %}"


@pytest.mark.parametrize(
    ("old", "proposed"),
    [
        (ONE_CHANNEL, "{{code}} x"),
        (ONE_CHANNEL.replace("sms", "voice"), "{{code}} x"),
        ("Hello", "{{code}} is your verification code for {{friendly_name}}"),
    ],
)
def test_what_would_not_say_the_code_is_proposed_to_say_what_the_other_text_says(old: str, proposed: str) -> None:
    new = convert(old)
    assert (new.text, new.voice) == (proposed, proposed)


@pytest.mark.parametrize("old", [*CERTAIN, *DOUBTFUL])
def test_every_proposed_text_says_the_code(old: str) -> None:
    new = convert(old)
    for text in (new.text, new.voice):
        assert holds(otp_text(text, "123456"), "123456")
