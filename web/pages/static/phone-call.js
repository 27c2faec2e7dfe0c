// One call: from the microphone to the line, and from the line to the ear.

import { BadLine } from "./phone-bad-line.js";
import { FRAME_MS, peak } from "./phone-codec.js";
import { Line } from "./phone-line.js";
import { RecordedCaller } from "./phone-recorded.js";

const LOUD = 300; // on the 16-bit scale: what is softer is nobody speaking
const REFUSALS = new Set(["NotAllowedError", "SecurityError"]);

// Why a call could not begin: "refused" or "missing", the microphone; "unreachable", the server.
class Trouble extends Error {
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

async function microphone(constraints) {
  if (!navigator.mediaDevices) throw new Trouble("missing");
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: constraints });
  } catch (error) {
    throw new Trouble(REFUSALS.has(error.name) ? "refused" : "missing");
  }
}

async function place(url) {
  const response = await fetch(url, { method: "POST", body: new URLSearchParams() }).catch(() => null);
  const isCall = response?.ok && response.headers.get("Content-Type")?.startsWith("application/json");
  if (!isCall) throw new Trouble("unreachable");
  return response.json();
}

export class Call {
  #told;
  #context = new AudioContext({ latencyHint: "interactive" });
  #stream = null;
  #line = null;
  #bad = null;
  #player = null;
  #mouth = null;
  #recorded = null;
  #quiet_ms = Infinity;
  #over = false;

  // `told` has talking(callSid), heard(bytes, quiet_ms) every 20 ms, ended(callSid), and failed(kind). Of a
  // call that had not begun when it was hung up, `callSid` is null.
  constructor(told) {
    this.#told = told;
  }

  // Ring at `url`, with the microphone by these constraints, or else with a recording (a WAV's bytes), on a
  // line that is bad in these ways.
  async ring({ url, constraints, recording = null, bad = [] }) {
    try {
      if (!recording) this.#stream = await microphone(constraints);
      await this.#build(recording);
      for (const kind of bad) this.set(kind, true);
      const call = this.#over ? null : await place(url);
      if (!this.#over) this.#connect(call);
    } catch (error) {
      this.#fail(error.kind ?? "unreachable");
      if (!(error instanceof Trouble)) throw error;
    } finally {
      if (this.#over) this.#close();
    }
  }

  // Make the line bad in a way, or good again.
  set(kind, on) {
    this.#bad?.set(kind, on);
  }

  press(digit) {
    this.#line?.press(digit);
  }

  hangUp() {
    this.#over = true;
    if (this.#line) this.#line.hangUp();
    else this.#told.ended(null);
  }

  async #build(recording) {
    const context = this.#context;
    const load = (name) => context.audioWorklet.addModule(new URL(name, import.meta.url));
    await Promise.all([context.resume(), load("phone-capture.js"), load("phone-player.js")]);
    this.#player = new AudioWorkletNode(context, "phone-player", { numberOfInputs: 0, outputChannelCount: [1] });
    this.#mouth = new AudioWorkletNode(context, "phone-capture", {
      channelCount: 1,
      channelCountMode: "explicit",
      outputChannelCount: [1],
    });
    this.#player.connect(context.destination);
    this.#mouth.connect(context.destination); // it says nothing there, but what leads nowhere is not run
    this.#bad = new BadLine(context, this.#player, this.#mouth);
    if (this.#stream) new MediaStreamAudioSourceNode(context, { mediaStream: this.#stream }).connect(this.#mouth);
    else this.#recorded = new RecordedCaller(context, await context.decodeAudioData(recording.slice(0)), this.#mouth);
  }

  #connect(call) {
    const player = this.#player.port;
    const line = new Line(new WebSocket(call.url), call, {
      opened: () => this.#told.talking(call.callSid),
      play: (bytes) => player.postMessage({ play: bytes }),
      mark: (name) => player.postMessage({ mark: name }),
      clear: () => player.postMessage({ clear: true }),
      closed: (began) => this.#closed(began, call.callSid),
    });
    this.#line = line;
    this.#mouth.port.onmessage = ({ data: frame }) => this.#bad.pass(frame).forEach((one) => line.frame(one));
    player.onmessage = ({ data: { mark, played } }) => (played ? this.#hear(played) : line.mark(mark));
  }

  #hear(bytes) {
    this.#quiet_ms = peak(bytes) < LOUD ? this.#quiet_ms + FRAME_MS : 0;
    this.#recorded?.hears(this.#quiet_ms);
    this.#told.heard(bytes, this.#quiet_ms);
  }

  #closed(began, callSid) {
    if (began) this.#told.ended(callSid);
    else if (this.#over) this.#told.ended(null);
    else this.#fail("unreachable");
    this.#over = true;
    this.#close();
  }

  #fail(kind) {
    if (!this.#over) this.#told.failed(kind);
    this.#over = true;
  }

  #close() {
    this.#stream?.getTracks().forEach((track) => track.stop());
    if (this.#context.state !== "closed") this.#context.close();
  }
}
