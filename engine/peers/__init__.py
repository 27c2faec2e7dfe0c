"""The wires of the peers, as values and back: Twilio's media streams and the Realtime protocol."""
