"""The questions that `mfa-setup login` asks, in their order, each with the variable that holds the answer."""

QUESTIONS = {
    "Domain of the Auth0 tenant.*: ": "AUTH0_DOMAIN",
    "Client ID: ": "AUTH0_CLIENT_ID",
    r"Client secret \(not shown\): ": "AUTH0_CLIENT_SECRET",
    r"Twilio account SID.*: ": "TWILIO_ACCOUNT_SID",
    r"Twilio auth token \(not shown\): ": "TWILIO_AUTH_TOKEN",
}
