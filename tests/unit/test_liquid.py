"""Templates of text messages: real Liquid, and never more than an answer or one kind of error."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_setup.liquid import InvalidTemplateError, code_variables, rendered

VARIABLES = code_variables("123456", "Acme")
UNIFIED = code_variables("123456", "Acme", "acme-eu")


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{code}} for {{tenant.friendly_name}}, {{ tenant.friendlyName }}", "123456 for Acme, Acme"),
        ("{% if locale == 'es' %}Su{% else %}Your{% endif %} code: {{ code }}", "Your code: 123456"),
        ("{% assign parts = code | split: '' %}{{ parts | join: ' ' }}", "1 2 3 4 5 6"),
        ("{{ nothing.at.all }}{{ code }}", "123456"),
        ("{{ code | slice: 0, 3 }}-{{ code | slice: 3, 3 }}", "123-456"),
    ],
)
def test_liquid_is_rendered(template: str, text: str) -> None:
    assert rendered(template, VARIABLES) == text


def test_each_stack_has_its_own_name_of_the_tenant() -> None:
    text = "{{ code }} {{ friendly_name }}/{{ tenant.friendly_name }}{{ tenant.friendlyName }}"
    assert rendered(text, VARIABLES) == "123456 /AcmeAcme"
    assert rendered(text, UNIFIED) == "123456 Acme/"
    assert rendered("{{ tenant }}", UNIFIED) == "acme-eu"


@pytest.mark.parametrize(
    "template",
    ["Your code is: @{code}", "@@code@@", "${code}", "{code}", "%code%", "{% raw %}{{ code }}{% endraw %}", ""],
)
def test_a_text_without_the_variable_has_no_code(template: str) -> None:
    assert "123456" not in rendered(template, VARIABLES)


def test_what_is_no_liquid_stays_as_it_is() -> None:
    assert rendered("Your code is: @{code}", VARIABLES) == "Your code is: @{code}"


@pytest.mark.parametrize(
    "template",
    [
        "{{ code",
        "{% if code %}",
        "{% nosuchtag %}",
        "{{ code | nosuchfilter }}",
        "{{ 1 | divided_by: 0 }}",
        "{% include 'other' %}",
        "{% render '/etc/hostname' %}",
    ],
)
def test_an_invalid_template_is_one_kind_of_error(template: str) -> None:
    with pytest.raises(InvalidTemplateError) as caught:
        rendered(template, VARIABLES)
    assert "\n" not in str(caught.value)
    assert str(caught.value)


@pytest.mark.parametrize(
    "template",
    [
        "{% for i in (1..1000000000) %}{{ i }}{% endfor %}",
        "{% for i in (1..999) %}{% for j in (1..999) %}x{% endfor %}{% endfor %}",
        "{{ (1..1000000000) | join: '' }}",
        "{% assign r = (1..1000000000) %}{{ r | sum }}",
        "{{ (1..1000000000000000000000000) | reverse | first }}",
        "{{ 'aaaaaaaaaa' " + "| replace: 'a', 'aaaaaaaaaaaaaaaaaaaa' " * 12 + "}}",
        "{% assign a = 'xx' %}{% for i in (1..500) %}{% assign a = a | append: a %}{% endfor %}{{ a }}",
        "{% if code %}" * 5000,
        "{{ code }}" * 3000,
    ],
)
def test_a_hostile_template_ends_soon(template: str) -> None:
    with pytest.raises(InvalidTemplateError):
        rendered(template, VARIABLES)


@given(st.text(alphabet="{}%| ='\"codeifrs.:,(-)0123\n", max_size=60))
def test_nothing_else_is_ever_raised(template: str) -> None:
    with suppress(InvalidTemplateError):
        assert isinstance(rendered(template, VARIABLES), str)
