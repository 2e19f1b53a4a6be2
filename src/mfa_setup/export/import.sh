#!/usr/bin/env bash
# Imports this folder into an Auth0 tenant in safe order: first what sends codes, then the factor, and the MFA policy last.
# Stops at the first import that fails, so that no policy is set without a sender. Deletes nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

for name in AUTH0_DOMAIN AUTH0_CLIENT_ID AUTH0_CLIENT_SECRET TWILIO_AUTH_TOKEN; do
  if [ -z "${!name:-}" ]; then
    printf 'Error: %s is not set.\n' "$name" >&2
    exit 1
  fi
done
export AUTH0_ALLOW_DELETE=false
export TWILIO_AUTH_TOKEN # The Deploy CLI puts it in place of its placeholder, as if in AUTH0_KEYWORD_REPLACE_MAPPINGS.
unset AUTH0_INCLUDED_ONLY AUTH0_EXCLUDED AUTH0_KEYWORD_REPLACE_MAPPINGS # The environment would override the files below.

for run in 1-sender 2-factor 3-policy; do
  printf 'Importing %s\n' "$run" >&2
  "${A0DEPLOY:-a0deploy}" import --config_file "$run.json" --input_file .
done
