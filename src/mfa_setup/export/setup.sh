#!/usr/bin/env bash
# Sets up MFA by SMS in an Auth0 tenant, as `mfa-setup export curl` found it in the tenant named below.
#
# It needs curl and jq, and these environment variables:
#   AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET   a Machine to Machine application of the tenant
#   TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN  the Twilio account that sends
#   AUTH0_DOMAIN, AUTH0_AUDIENCE           another tenant than the one below (optional)
#   MFA_SETUP_SANDBOX                      the URL of `mfa-setup sandbox`, to try the script on it (optional)
#
# It buys and deletes nothing, and it can be run again. The MFA policy is set last, and only if everything before it
# succeeded. It does not check that codes reach your users, as mfa-setup does: check the tenant with `mfa-setup doctor`
# and prove it with `mfa-setup test sms`.
#
# Secrets are passed to curl and jq by standard input and by the environment, never as arguments.
# shellcheck disable=SC2016 # Variables in single quotes are variables of jq.
set -euo pipefail

SETUP=$(cat <<'MFA_SETUP_DATA'
@DATA@
MFA_SETUP_DATA
)

fail() {
  printf 'Error: %s\n' "$1" | tr -d '\000-\010\013-\037\177' >&2
  exit 1
}

say() {
  printf '%s\n' "$1" | tr -d '\000-\010\013-\037\177' >&2
}

# data FILTER: a value of the setup.
data() {
  jq -r "$1" <<<"$SETUP"
}

# has FILTER: whether the setup has a value.
has() {
  [ "$(jq -r "$1 != null" <<<"$SETUP")" = true ]
}

# answer FILTER [JQ OPTION...]: a value of the last answer.
answer() {
  jq -r "${@:2}" "$1" <<<"$ANSWER"
}

# encoded TEXT: the text as a part of a URL.
encoded() {
  jq -rn --arg text "$1" '$text | @uri'
}

# quoted TEXT: the text as a value of curl's configuration.
quoted() {
  local text=${1//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}

# send CREDENTIALS METHOD URL CONTENT_TYPE BODY: sends a request; sets STATUS and ANSWER. Waits for a rate limit.
send() {
  local reply
  local options=(--silent --show-error --max-time 60 --request "$2" --write-out '\n%{http_code}')
  if [ -n "$5" ]; then
    options+=(--header "Content-Type: $4" --data-binary @-)
  fi
  for _ in 1 2 3 4 5 6; do
    reply=$(printf '%s' "$5" | curl --disable --config <(printf '%s\n' "$1") "${options[@]}" "$3") \
      || fail "$2 $3 got no answer. Look at what exists before you run this again."
    STATUS=${reply##*$'\n'}
    ANSWER=${reply%$'\n'*}
    [ "$STATUS" = 429 ] || return 0
    sleep 2
  done
}

# succeeded METHOD PATH: stops the script unless the last answer is a success.
succeeded() {
  case $STATUS in
    2??) ;;
    *) fail "$1 $2 was answered with $STATUS: $(jq -r '.message // .error_description // empty' <<<"$ANSWER" 2>/dev/null || true)" ;;
  esac
}

# auth0 METHOD PATH [JSON]: a call of the Management API that must succeed.
auth0() {
  send "header = $(quoted "Authorization: Bearer $TOKEN")" "$1" "$AUTH0_URL/api/v2/$2" application/json "${3-}"
  succeeded "$1" "$2"
}

# twilio METHOD URL [FORM]: a call of a Twilio API.
twilio() {
  send "user = $(quoted "$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN")" "$1" "$2" application/x-www-form-urlencoded "${3-}"
}

prepare() {
  local name tool
  for tool in curl jq; do
    command -v "$tool" >/dev/null || fail "$tool is not installed."
  done
  AUTH0_DOMAIN=${AUTH0_DOMAIN:-$(data .domain)}
  AUTH0_AUDIENCE=${AUTH0_AUDIENCE:-https://$AUTH0_DOMAIN/api/v2/}
  AUTH0_URL=https://$AUTH0_DOMAIN
  TWILIO_API_URL=https://api.twilio.com
  TWILIO_MESSAGING_URL=https://messaging.twilio.com
  case ${MFA_SETUP_SANDBOX:-} in
    '') ;;
    http://localhost:* | http://127.0.0.1:* | https://localhost:* | https://127.0.0.1:*)
      AUTH0_URL=${MFA_SETUP_SANDBOX%%://*}://$AUTH0_DOMAIN
      TWILIO_API_URL=$MFA_SETUP_SANDBOX
      TWILIO_MESSAGING_URL=$MFA_SETUP_SANDBOX
      case ${AUTH0_DOMAIN%%:*} in
        localhost | *.localhost | 127.0.0.1) ;;
        *) fail "MFA_SETUP_SANDBOX is set, but AUTH0_DOMAIN is not on this machine." ;;
      esac
      ;;
    *) fail "MFA_SETUP_SANDBOX is not on this machine." ;;
  esac
  local secrets=(AUTH0_CLIENT_ID AUTH0_CLIENT_SECRET)
  if has .account_sid; then
    secrets+=(TWILIO_ACCOUNT_SID TWILIO_AUTH_TOKEN)
  fi
  for name in "${secrets[@]}"; do
    [ -n "${!name:-}" ] || fail "$name is not set."
    case ${!name} in
      *$'\n'*) fail "$name contains a line break." ;;
    esac
  done
  if has .account_sid && [ "$TWILIO_ACCOUNT_SID" != "$(data .account_sid)" ]; then
    fail "TWILIO_ACCOUNT_SID is $TWILIO_ACCOUNT_SID, but the exported setup sends through $(data .account_sid)."
  fi
  export AUTH0_CLIENT_ID AUTH0_CLIENT_SECRET AUTH0_AUDIENCE TWILIO_AUTH_TOKEN # for jq, which reads them as $ENV
}

log_in() {
  local body
  body=$(jq -nc '{grant_type: "client_credentials", client_id: $ENV.AUTH0_CLIENT_ID,
    client_secret: $ENV.AUTH0_CLIENT_SECRET, audience: $ENV.AUTH0_AUDIENCE}')
  send '' POST "$AUTH0_URL/oauth/token" application/json "$body"
  succeeded POST /oauth/token
  TOKEN=$(answer .access_token)
}

check_stack() {
  auth0 GET 'tenants/settings?fields=phone_consolidated_experience&include_fields=true'
  local unified
  unified=$(answer .phone_consolidated_experience)
  case $(data .stack):$unified in
    unified:false) fail "This setup is for the Unified Phone Experience, which $AUTH0_DOMAIN does not use." ;;
    legacy:true) fail "This setup is not for the Unified Phone Experience, which $AUTH0_DOMAIN uses." ;;
  esac
}

check_number() {
  has .phone_number || return 0
  local phone number service
  phone=$(data .phone_number)
  twilio GET "$TWILIO_API_URL/2010-04-01/Accounts/$TWILIO_ACCOUNT_SID/IncomingPhoneNumbers.json?PhoneNumber=$(encoded "$phone")"
  succeeded GET IncomingPhoneNumbers
  number=$(answer '[.incoming_phone_numbers[] | select(.phone_number == $phone)][0].sid // empty' --arg phone "$phone")
  [ -n "$number" ] || fail "The Twilio account does not own $phone. Buy it first: this script buys nothing."
  has .service_sid || return 0
  service=$(data .service_sid)
  twilio GET "$TWILIO_MESSAGING_URL/v1/Services/$service/PhoneNumbers/$number"
  if [ "$STATUS" = 404 ]; then
    say "Adding $phone to the Messaging Service $service"
    twilio POST "$TWILIO_MESSAGING_URL/v1/Services/$service/PhoneNumbers" "PhoneNumberSid=$number"
  fi
  succeeded POST "Services/$service/PhoneNumbers"
}

set_application() {
  has .application || return 0
  local name body page=0 found ids='' connection
  name=$(data .application.name)
  body=$(data '.application | tojson')
  while :; do
    auth0 GET "clients?fields=client_id,name&include_fields=true&is_global=false&page=$page&per_page=100"
    found=$(answer '.[] | select(.name == $name) | .client_id' --arg name "$name")
    ids=$ids${found:+$found$'\n'}
    [ "$(answer length)" -eq 100 ] || break
    page=$((page + 1))
  done
  case $ids in
    '')
      say "Creating the application \"$name\""
      auth0 POST clients "$body"
      client_id=$(answer .client_id)
      ;;
    *$'\n'*$'\n') fail "The tenant has several applications named \"$name\"." ;;
    *)
      say "Updating the application \"$name\""
      client_id=${ids%$'\n'}
      require_same "$name"
      auth0 PATCH "clients/$(encoded "$client_id")" "$body"
      ;;
  esac
  has .connection || return 0
  auth0 GET "connections?strategy=auth0&fields=id,name&include_fields=true&name=$(encoded "$(data .connection)")"
  connection=$(answer '.[0].id // empty')
  [ -n "$connection" ] || fail "The tenant has no database connection $(data .connection)."
  say "Enabling the application on $(data .connection)"
  auth0 PATCH "connections/$(encoded "$connection")/clients" \
    "$(jq -nc --arg id "$client_id" '[{client_id: $id, status: true}]')"
}

# require_same NAME: stops the script if the application with this name is not the one of the setup, but another program's.
require_same() {
  auth0 GET "clients/$(encoded "$client_id")?fields=app_type,client_metadata&include_fields=true"
  [ "$(answer '.app_type == $there.app_type and .client_metadata.managed_by == $there.client_metadata.managed_by' \
    --argjson there "$(data '.application | {app_type, client_metadata} | tojson')")" = true ] \
    || fail "The tenant has another application named \"$1\": its type or its mark (managed_by) differs. Rename one of them."
}

# require_account SID: stops the script if the provider uses another Twilio account, whose token could not be restored.
require_account() {
  case $1 in
    '' | "$TWILIO_ACCOUNT_SID") ;;
    *) fail "The phone provider of the tenant uses another Twilio account ($1), which this script does not replace." ;;
  esac
}

# provider_body [DELIVERY_METHODS]: the body that sets the provider, with its token and more delivery methods.
provider_body() {
  jq -r --argjson more "${1:-[]}" '.provider + {credentials: {auth_token: $ENV.TWILIO_AUTH_TOKEN}}
    | .configuration.delivery_methods += ($more - .configuration.delivery_methods) | tojson' <<<"$SETUP"
}

set_provider() {
  local id kind
  if has .provider; then
    say 'Setting up Twilio as the phone provider'
    auth0 GET branding/phone/providers
    id=$(answer '.providers[0].id // empty')
    kind=$(answer '.providers[0].name // empty')
    case $kind in
      '') auth0 POST branding/phone/providers "$(provider_body)" ;;
      twilio)
        require_account "$(answer '.providers[0].configuration.sid // empty')"
        # Codes may be demanded already, so the present delivery methods stay until the message types have changed.
        auth0 PATCH "branding/phone/providers/$(encoded "$id")" \
          "$(provider_body "$(answer '.providers[0].configuration.delivery_methods // [] | tojson')")"
        provider_id=$id
        ;;
      *) fail "The tenant has another phone provider ($kind), which this script does not replace." ;;
    esac
  fi
  has .twilio || return 0
  auth0 GET guardian/factors/phone/selected-provider
  kind=$(answer '.provider // empty')
  case $kind in
    '' | auth0 | twilio) ;;
    *) fail "The tenant has another phone provider ($kind), which this script does not replace." ;;
  esac
  say 'Setting up Twilio as the phone provider'
  auth0 GET guardian/factors/phone/providers/twilio
  require_account "$(answer '.sid // empty')"
  auth0 PUT guardian/factors/phone/providers/twilio "$(data '.twilio + {auth_token: $ENV.TWILIO_AUTH_TOKEN} | tojson')"
  auth0 PUT guardian/factors/phone/selected-provider '{"provider": "twilio"}'
}

set_texts() {
  local template kind id
  if has .texts; then
    auth0 PUT guardian/factors/phone/templates "$(data '.texts | tojson')"
  fi
  while IFS= read -r template; do
    [ -n "$template" ] || continue
    kind=$(jq -r .type <<<"$template")
    auth0 GET branding/phone/templates
    id=$(answer '[.templates[] | select(.type == $kind)][0].id // empty' --arg kind "$kind")
    if [ -n "$id" ]; then
      auth0 PATCH "branding/phone/templates/$(encoded "$id")" "$(jq -c 'del(.type)' <<<"$template")"
    else
      auth0 POST branding/phone/templates "$template"
    fi
  done <<<"$(data '.templates[] | tojson')"
}

set_factor() {
  has .message_types || return 0
  say 'Enabling the SMS factor'
  auth0 PUT guardian/factors/sms '{"enabled": true}'
  auth0 PUT guardian/factors/phone/message-types "$(data '{message_types: .message_types} | tojson')"
  if [ -n "$provider_id" ]; then
    auth0 PATCH "branding/phone/providers/$(encoded "$provider_id")" "$(provider_body)"
  fi
}

set_limits() {
  has .limits || return 0
  local name id body
  name=$(data .limits.name)
  say "Deploying the Action \"$name\""
  auth0 GET "actions/actions?triggerId=post-login&per_page=100&actionName=$(encoded "$name")"
  id=$(answer '[.actions[] | select(.name == $name)][0].id // empty' --arg name "$name")
  if [ -n "$id" ]; then
    auth0 PATCH "actions/actions/$(encoded "$id")" "$(data '{code: .limits.code} | tojson')"
  else
    auth0 POST actions/actions "$(data '.limits | tojson')"
    id=$(answer .id)
  fi
  wait_for "$id" '.status == "built"'
  auth0 POST "actions/actions/$(encoded "$id")/deploy"
  wait_for "$id" '.deployed_version.deployed == true and .deployed_version.code == $code'
  auth0 GET 'actions/triggers/post-login/bindings?per_page=100'
  [ "$(answer '.bindings | length')" -lt 100 ] || fail 'The tenant has too many post-login Actions for this script.'
  body=$(answer '{bindings: ([.bindings[] | select(.action.id != $id)
    | {ref: {type: "action_id", value: .action.id}, display_name}]
    + [{ref: {type: "action_id", value: $id}, display_name: $name}])} | tojson' --arg id "$id" --arg name "$name")
  auth0 PATCH actions/triggers/post-login/bindings "$body"
}

# wait_for ACTION_ID CONDITION: waits until an Action fulfils a condition.
wait_for() {
  local code
  code=$(data .limits.code; printf x)
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
    auth0 GET "actions/actions/$(encoded "$1")"
    [ "$(answer "$2" --arg code "${code%$'\n'x}")" = true ] && return 0
    sleep 1
  done
  fail "The Action $1 was not built or deployed in time."
}

# Everything above succeeded, or the script would have ended. The factor is read once more, because Auth0 would accept
# the policy without it.
set_policy() {
  has .policies || return 0
  if [ "$(data '(.policies | length) > 0 or .limits != null')" = true ]; then
    auth0 GET guardian/factors
    [ "$(answer 'any(.[]; .name == "sms" and .enabled)')" = true ] || fail 'The SMS factor is not enabled.'
    auth0 GET guardian/factors/phone/message-types
    [ "$(answer '.message_types | length > 0')" = true ] || fail 'The SMS factor has no message type.'
  fi
  set_limits
  say 'Setting the MFA policy'
  auth0 PUT guardian/policies "$(data '.policies | tojson')"
}

TOKEN='' STATUS='' ANSWER='' client_id='' provider_id=''
prepare
log_in
check_stack
check_number
set_application
set_provider
set_texts
set_factor
set_policy
say "MFA by SMS is set up in $AUTH0_DOMAIN. Check it with \`mfa-setup doctor\`."
