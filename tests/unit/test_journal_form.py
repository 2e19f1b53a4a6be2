"""The form by which the writes of an imported journal are judged covers everything that mfa-setup writes."""

from typing import get_args

from mfa_setup.model.journal_form import FORMS, WRITES
from mfa_setup.model.write import WriteAction


def test_every_kind_of_write_has_a_form() -> None:
    assert WRITES.keys() == set(get_args(WriteAction))


def test_every_field_of_a_write_has_a_form_and_every_form_a_field() -> None:
    fields = frozenset[str]().union(*(names for _, names in WRITES.values()))
    assert fields <= FORMS.keys()
    made = {"action_id", "number_sid", "updated_at", "recovered", "owned_before", "client_id", "id"}
    only_kept = {"factors"}
    assert FORMS.keys() - fields <= made | only_kept
