"""Describes the changes of each resource to people, in the words of the two services' consoles."""

from collections.abc import Iterable, Sequence

from mfa_setup.appconfig import ConfigFile
from mfa_setup.model.base import JsonValue
from mfa_setup.model.change import FieldChange, Words
from mfa_setup.model.observed import (
    MARK,
    Application,
    Factor,
    MessagingService,
    Number,
    Offer,
    Provider,
    Templates,
    TwilioInventory,
    UserCount,
)
from mfa_setup.model.scope import PolicyScope
from mfa_setup.phone import normal, spaced
from mfa_setup.resources.enrollment import clause, enrollment
from mfa_setup.resources.sender import Sender
from mfa_setup.snapshot.parts import NOT_READ, Part, known_or

# --- the application -----------------------------------------------------------------------------------------------

_URLS = ("callbacks", "allowed_logout_urls", "web_origins")
_CONNECTION, _CONFIG = "connection", "config_file"


def application(
    name: str, existing: Application | None, fields: Sequence[FieldChange], config: ConfigFile | None
) -> Words:
    """Describes the creation or update of the application."""
    now = f'"{existing.name}", client ID {existing.client_id}' if existing else "none yet"
    urls = _joined(existing.callbacks) if existing else ""
    written = [_file_written(config, fields)] if config and any(_is_config(field) for field in fields) else []
    if existing:
        changes = "; ".join(_changes_of(fields) + written)
        plan, done = f'update "{existing.name}": {changes}', f'Updated the application "{existing.name}"'
    else:
        places = _joined(_list(next((field.after for field in fields if field.path == "callbacks"), None)))
        plan = "; ".join([f'create "{name}"' + (f" for {places}" if places else ""), *written])
        done = f'Created the application "{name}"'
    file = (f"config file {config.path}",) if config and config.text is not None else ()
    return Words(plan=plan, done=done, now=(f"{now}, for {urls}" if urls else now, *file))


def application_restored(names: Sequence[str], fields: Sequence[FieldChange], *, deletes: bool) -> Words:
    """Describes how an undo restores or deletes the application."""
    name = ", ".join(f'"{one}"' for one in names) or "the application"
    if deletes:
        return Words(plan=f"delete {name} permanently", done=f"Deleted the application {name}")
    changes = _changes_of(fields)
    changes += [_file_restored(fields)] if any(_is_config(field) for field in fields) else []
    return Words(plan=f"restore {name}: {'; '.join(changes)}", done=f"Restored the application {name}")


def _file_written(config: ConfigFile, fields: Sequence[FieldChange]) -> str:
    """Describes how the app's config file is written, including a domain that is replaced."""
    if config.text is None:
        return f"write {config.path}"
    domain = next((field for field in fields if field.path == f"{_CONFIG}.domain" and field.before), None)
    return f"update {config.path}" + (f" (domain {domain.before} -> {domain.after})" if domain else "")


def _file_restored(fields: Sequence[FieldChange]) -> str:
    created = next((field.before for field in fields if field.path == _CONFIG), None)
    return f"delete {created}" if created else "restore the values in its config file"


def _changes_of(fields: Sequence[FieldChange]) -> list[str]:
    """Returns the changes of an application as phrases, without its config file."""
    urls = [field for field in fields if field.path in _URLS]
    before = [url for field in urls for url in _list(field.before)]
    after = [url for field in urls for url in _list(field.after)]
    changes = []
    if added := _joined(url for url in after if url not in before):
        changes.append(f"add {added}")
    if removed := _joined(url for url in before if url not in after):
        changes.append(f"remove {removed}")
    if urls and not changes:
        changes.append("set its URLs")
    changes += [
        f"connect it to {field.after}" if field.after else "disconnect it from its database connection"
        for field in fields
        if field.path == _CONNECTION
    ]
    if any(not _is_config(field) and field.path not in {*_URLS, _CONNECTION} for field in fields):
        changes.append("set its security settings")
    return changes


def _is_config(field: FieldChange) -> bool:
    return field.path.split(".")[0] == _CONFIG


# --- the number ----------------------------------------------------------------------------------------------------


def price_of(offer: Offer) -> str:
    """Returns the monthly price of a number in words."""
    return f"{offer.shown_price} per month" if offer.shown_price else "a price that Twilio does not report"


def bought(offer: Offer, pool: MessagingService | None) -> Words:
    """Describes the purchase of a number."""
    phone, price = spaced(offer.phone_number), price_of(offer)
    into = f", and add it to the Messaging Service {_named(pool)}" if pool else ""
    return Words(
        plan=f"buy {phone} ({offer.number_type}, {offer.country}) for {price}{into}",
        doing=f"Buying {phone}",
        done=f"Bought {phone} for {price}",
        now=("none yet",),
        cost=price,
    )


def to_buy() -> Words:
    """Describes the purchase of a number before one has been searched for (`status`)."""
    return Words(plan="buy a number", now=("none yet",))


def placed(sender: Sender, home: MessagingService | None, pool: MessagingService | None, rent: str = "") -> Words:
    """Describes an existing sender, and the Messaging Service that its number is added to.

    Args:
        sender: The sender.
        home: The Messaging Service that the sender's number is in.
        pool: The Messaging Service that the number is added to; None if the number is not moved.
        rent: The monthly price of the number; empty if it was not read.
    """
    number, where = sender.number, f"in the Messaging Service {_named(home)}" if home else ""
    if number is None:
        service = f"the Messaging Service {_named(sender.service)}" if sender.service else ""
        return Words(now=(f"{' and '.join(filter(None, [sender.name, service])) or 'none'}, without a number",))
    phone, now = spaced(number.phone_number), (", ".join(filter(None, [_with_name(number), where, rent])),)
    if pool is None:
        return Words(now=now)
    target = f"to the Messaging Service {_named(pool)}"
    verb, past, origin = ("move", "Moved", f" from {_named(home)}") if home else ("add", "Added", "")
    return Words(plan=f"{verb} {phone}{origin} {target}", done=f"{past} {phone} {target}", now=now)


def number_restored(
    numbers: Sequence[str], fields: Sequence[FieldChange], account: TwilioInventory, *, released: bool
) -> Words:
    """Describes how an undo releases a number, or restores its place in a Messaging Service."""
    phones = ", ".join(map(spaced, numbers))
    if released:
        return Words(plan=f"release {phones} permanently", done=f"Released {phones}")
    places = [(field.before, field.after) for field in fields]
    before, after = (_service(place, account) for place in (places[0] if places else (None, None)))
    if after:
        return Words(plan=f"move {phones} back to {after}", done=f"Moved {phones} back to {after}")
    return Words(plan=f"take {phones} out of {before}", done=f"Took {phones} out of {before}")


def _service(sid: JsonValue, account: TwilioInventory | None) -> str:
    """Returns a Messaging Service by its name, or by its SID if the account does not have it."""
    services = account.services if account else ()
    service = next((one for one in services if one.sid == sid), None)
    return f"the Messaging Service {_named(service) if service else sid}" if sid else ""


def _with_name(number: Number) -> str:
    phone, name = spaced(number.phone_number), number.friendly_name
    if name.startswith(MARK):
        return f"{phone}, bought by mfa-setup"
    digits = "".join(filter(str.isdigit, name))
    unnamed = not name or (len(digits) > len(phone) // 2 and digits in number.phone_number)
    return phone if unnamed else f'{phone} "{name}"'


def _named(service: MessagingService | None) -> str:
    return f'"{service.name}"' if service and service.name else service.sid if service else ""


# --- the provider --------------------------------------------------------------------------------------------------

_KINDS = {
    "auth0": "Auth0's built-in sender",
    "twilio": "Twilio",
    "custom": "a custom provider",
    "phone-message-hook": "a phone-message hook",
}
_METHODS = {"text": "text message", "voice": "voice call", "sms": "text message"}


def provider(
    before: Provider | None, after: Provider, account: TwilioInventory | None, *, sends_token: bool = False
) -> Words:
    """Describes the change of the provider; `before` is None if the tenant has none yet."""
    sender = _sender(after, account)
    done = f"Auth0 now sends codes through {_kind(after)}{sender}"
    if before is None:
        plan = f"send codes through {_kind(after)}{sender}"
        return Words(plan=plan, doing="Setting up Twilio as the provider", done=done, now=("none",))
    changes = []
    if before.kind != after.kind or before.sid != after.sid:
        old = _kind(before) if before.kind != after.kind else f"the Twilio account {before.sid}"
        changes.append(f"send codes through {_kind(after)}{sender}" + (f" instead of {old}" if before.kind else ""))
    elif before.route[3:] != after.route[3:]:
        changes.append(f"send codes{sender}, no longer{_sender(before, account) or ' without a sender'}")
    if before.enabled != after.enabled and before.kind == after.kind:
        changes.append("enable it" if after.enabled else "disable it")
    if before.delivery_methods != after.delivery_methods:
        changes.append(f"deliver by {_ways(after.delivery_methods)}")
    if sends_token:
        changes.append("send Auth0 the Twilio auth token")
    return Words(plan="; ".join(changes), done=done, now=(provider_now(before, account),))


def provider_now(there: Provider, account: TwilioInventory | None) -> str:
    """Describes the current provider."""
    if there.kind is None:
        return "none"
    ways = f", by {_ways(there.delivery_methods)}" if there.delivery_methods else ""
    return f"{_kind(there)}{_sender(there, account)}{ways}" + ("" if there.enabled else " (disabled)")


def provider_removed() -> Words:
    """Describes how an undo removes the provider."""
    return Words(plan="remove Twilio as the provider", done="Removed Twilio as the provider")


def _kind(there: Provider) -> str:
    return _KINDS.get(str(there.kind), f"the provider {there.kind}")


def _sender(there: Provider, account: TwilioInventory | None) -> str:
    """Returns the sender as a phrase: ` from +1 415 864 0347`, a Messaging Service, or both."""
    sender = spaced(normal(there.sender)) if there.sender else ""
    names = [sender, _service(there.messaging_service_sid, account)]
    return f" from {' and '.join(filter(None, names))}" if any(names) else ""


# --- the factor ----------------------------------------------------------------------------------------------------

_DEFAULT = "Auth0's default text"


def factor(
    before: Factor, types: Sequence[str], fields: Sequence[FieldChange], texts: Part[Templates], *, on: bool = True
) -> Words:
    """Describes the change of the SMS factor: whether it is enabled, its message types, and its texts."""
    changes = []
    if before.enabled != on:
        changes.append(f"enable, by {_ways(types)}" if on and types else "enable" if on else "disable")
    elif tuple(types) != before.message_types:
        changes.append(f"send codes by {_ways(types)}")
    changes += [text for field in fields if (text := _text_of(field))]
    done = "Updated" if before.enabled == on else "Enabled" if on else "Disabled"
    state = f"enabled, by {_ways(before.message_types)}" if before.enabled else "disabled"
    changes = changes or ["set the texts of its messages"]
    return Words(plan="; ".join(changes), done=f"{done} the SMS factor", now=(state, *_texts(texts)))


def _text_of(field: FieldChange) -> str:
    """Describes the new text of a message; empty for the other fields of a template."""
    message = {"templates.enrollment": "enrollment", "templates.verification": "login"}.get(field.path)
    if message is None:
        return ""
    return f'set the {message} text to "{field.after}"' if field.after else f"restore the {message} text to {_DEFAULT}"


def _texts(found: Part[Templates]) -> tuple[str, ...]:
    """Describes the current texts of the messages; empty if they were not read."""
    there = known_or(found, None)
    if there is None:
        return ()
    texts = {"Enrollment text": there.enrollment, "Login text": there.verification}
    return tuple(f'{name}: "{text}"' if text else f"{name}: {_DEFAULT}" for name, text in texts.items())


def _ways(names: Sequence[str]) -> str:
    return " and ".join(dict.fromkeys(_METHODS.get(name, name) for name in names)) or "no message type"


# --- the policy ----------------------------------------------------------------------------------------------------

_POLICIES = {"always": "Always", "adaptive": "Adaptive", "never": "Never"}
_EVERYONE = "every user of every application"
_ASKED = {
    "always": f"{_EVERYONE} {{}} asked for a code",
    "adaptive": f"{_EVERYONE} {{}} asked for a code when Auth0 sees a risk",
    "never": "no user {} asked for a code",
}


def policy(
    before: str,
    after: str,
    users: Part[UserCount] = NOT_READ,
    *,
    now: PolicyScope | None = None,
    then: PolicyScope | None = None,
) -> Words:
    """Describes the change of the MFA policy.

    Args:
        before: Our name of the policy in force.
        after: Our name of the policy that will be.
        users: How many users have a second factor already.
        now: Whom the policy in force is limited to.
        then: Whom the policy will be limited to.
    """
    old, new = _POLICIES.get(before, before), _POLICIES.get(after, after)
    will = _ASKED.get(after, f"{_EVERYONE} {{}} concerned").format("will be")
    present = _ASKED.get(before, f"{_EVERYONE} {{}} concerned").format("is")
    if now:
        old = f"{old}, limited"
        present = f"{now.who} are asked for a code" if then in (None, now) else "by the MFA limits"
    if then:
        new, will = f"{new}, limited", f"only {then.who} will be asked for a code"
    counted = enrollment(users, limited=now is not None)
    told = "" if then or after == "never" else clause(users)  # the limits tell it themselves
    return Words(
        plan=f"{old} -> {new}: {will}{told}",
        done=f"Set the MFA policy to {new}",
        now=(f"{old}: {present}", *([counted] if counted else [])),
        affects="" if then else f"{will[0].upper()}{will[1:]}.",
    )


# --- shared --------------------------------------------------------------------------------------------------------


def _list(value: JsonValue) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _joined(values: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(values))
