"""The code of the post-login Action that limits the MFA policy: written from a scope, and read back to the same scope.

docs/mfa-for-some.md shows the code and explains each line; a test compares the two. It contains no secret and nothing
about a person. What an Action sees and may call: sources: auth0-actions-mfa.
"""

import json
import re

from pydantic import ValidationError

from mfa_setup.model.base import Frozen
from mfa_setup.model.scope import PolicyScope

ACTION_NAME = "mfa-setup: who is asked for MFA"
"""The name of our Action; names are not known to be unique, so the marker counts, too."""
MARK = "// mfa-setup:scope:v1"
"""The beginning of the code, with the version of its form."""
_CODE = (
    MARK
    + """
// Written by mfa-setup, which reads SCOPE back. Do not edit: run `mfa-setup policy always --only-...` instead.
const SCOPE = %s;

const asksForMfa = (event) => {
  if (event.transaction?.protocol === 'oauth2-refresh-token') return false;
  if ((event.authentication?.methods ?? []).some((method) => method.name === 'mfa')) return false;
  const { applications, connections, organizations, roles, percent } = SCOPE;
  if (applications.length && !applications.some((one) => one.client_id === event.client.client_id)) return false;
  if (connections.length && !connections.some((one) => one.id === event.connection.id)) return false;
  if (organizations.length && !organizations.some((one) => one.id === event.organization?.id)) return false;
  if (roles.length && !roles.some((role) => (event.authorization?.roles ?? []).includes(role))) return false;
  return percent === null || shareOf(event.user.user_id) < percent;
};

const shareOf = (userId) => {
  let hash = 2166136261;
  for (const character of SCOPE.salt + userId.toString()) {
    hash = Math.imul(hash ^ character.codePointAt(0), 16777619) >>> 0;
  }
  return hash % 100;
};

exports.onExecutePostLogin = async (event, api) => {
  const ask = () => api.multifactor.enable('any', { allowRememberBrowser: true });
  try {
    if (asksForMfa(event)) ask();
  } catch {
    try {
      ask();
    } catch {
      console.log('mfa-setup: could not ask for MFA');
    }
  }
};
"""
)
_FNV_BASIS, _FNV_PRIME = 2166136261, 16777619
"""The constants of the hash FNV-1a with 32 bits."""
_CONSTANT = re.compile(r"^const SCOPE = (\{.*\});$", re.MULTILINE)


class ScopeCode(Frozen):
    """What the code of our Action is made of.

    Attributes:
        scope: The logins that are asked for a code.
        salt: A text that decides, with the user's ID, who is within the percentage. It never changes, so that a growing
            percentage keeps everyone who was within it.
    """

    scope: PolicyScope
    salt: str

    @property
    def text(self) -> str:
        """The code."""
        constant = {**self.scope.model_dump(mode="json"), "salt": self.salt}
        return _CODE.replace("%s", json.dumps(constant), 1)

    def share_of(self, user_id: str) -> int:
        """Returns the number from 0 to 99 that decides whether a user is within the percentage, as `shareOf` does."""
        found = _FNV_BASIS
        for character in self.salt + user_id:
            found = (found ^ ord(character)) * _FNV_PRIME % 2**32
        return found % 100


def read_code(code: str) -> ScopeCode | None:
    """Reads the scope back from the code of an Action; None if it is not ours, or if its constant cannot be read."""
    constant = _CONSTANT.search(code) if is_marked(code) else None
    if constant is None:
        return None
    try:
        values = json.loads(constant[1])
        return ScopeCode(salt=values.pop("salt"), scope=PolicyScope.model_validate(values))
    except (ValueError, LookupError, TypeError, RecursionError, ValidationError):
        return None


def is_marked(code: str) -> bool:
    """Whether code begins with our marker."""
    return code.startswith(f"{MARK}\n")


def is_as_written(code: str) -> bool:
    """Whether code is exactly what mfa-setup writes for the scope in it."""
    made = read_code(code)
    return made is not None and made.text == code


def with_client_id(code: str, planned: str, client_id: str) -> str:
    """Returns the code with the real client ID in place of the one of an application that was only planned."""
    return code.replace(f'"client_id": {json.dumps(planned)}', f'"client_id": {json.dumps(client_id)}')
