// The line: Twilio's Media Streams messages over a WebSocket, from the carrier's side. Pure but for the socket.

import { FRAME_MS } from "./phone-codec.js";

const ACCOUNT_SID = "AC" + "0".repeat(32);
const OPEN = 1;

const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes));
const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

export class Line {
  #socket;
  #call;
  #number = 0;
  #chunks = 0;
  #began = false;

  // `call` is what the server gave: {token, callSid, streamSid}. `told` has opened(), play(bytes), mark(name),
  // clear(), and closed(began), by whichever side.
  constructor(socket, call, told) {
    this.#socket = socket;
    this.#call = call;
    const obeys = {
      media: ({ media }) => told.play(fromBase64(media.payload)),
      mark: ({ mark }) => told.mark(mark.name),
      clear: () => told.clear(),
    };
    socket.addEventListener("open", () => {
      this.#begin();
      told.opened();
    });
    socket.addEventListener("close", () => told.closed(this.#began));
    socket.addEventListener("message", ({ data }) => {
      const message = JSON.parse(data);
      obeys[message.event]?.(message);
    });
  }

  // 20 ms of the caller.
  frame(bytes) {
    if (!this.#began) return;
    const timestamp = String(this.#chunks * FRAME_MS);
    const chunk = String(++this.#chunks);
    this.#send("media", { track: "inbound", chunk, timestamp, payload: toBase64(bytes) });
  }

  // A mark that was reached, or cleared.
  mark(name) {
    this.#send("mark", { name });
  }

  // One of 0-9, * and #.
  press(digit) {
    this.#send("dtmf", { track: "inbound_track", digit });
  }

  hangUp() {
    this.#send("stop", { accountSid: ACCOUNT_SID, callSid: this.#call.callSid });
    this.#socket.close();
  }

  #begin() {
    const { token, callSid, streamSid } = this.#call;
    this.#began = true;
    this.#socket.send(JSON.stringify({ event: "connected", protocol: "Call", version: "1.0.0" }));
    this.#send("start", {
      streamSid,
      accountSid: ACCOUNT_SID,
      callSid,
      tracks: ["inbound"],
      customParameters: { token },
      mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8000, channels: 1 },
    });
  }

  #send(event, body) {
    if (this.#socket.readyState !== OPEN) return;
    const sequenceNumber = String(++this.#number);
    this.#socket.send(JSON.stringify({ event, sequenceNumber, streamSid: this.#call.streamSid, [event]: body }));
  }
}
