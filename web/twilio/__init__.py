"""Twilio's side of the server: webhooks, TwiML, tokens, the media socket and the REST API."""
