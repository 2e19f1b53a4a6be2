"""The Twilio half of the sandbox: a stand-in written from Twilio's OpenAPI documents and `docs/sources.md`."""
