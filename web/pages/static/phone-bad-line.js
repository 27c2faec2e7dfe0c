// What makes a call hard: an echo, a noisy room, a poor network, a caller who says nothing.

import { FRAME_BYTES, RATE_HZ, SILENCE } from "./phone-codec.js";

const ECHO_DELAY_S = 0.12;
const ECHO_DB = -20;
const NOISE_DB = -41; // below full scale: 15 dB below somebody who speaks at a telephone's usual -26 dB
const NOISE_S = 5;
const LOST = 0.03; // of the frames
const HELD = 0.04; // how often the network falters: about twice a second
const LONGEST_HOLD = 6; // frames: 120 ms

const amplitude = (db) => 10 ** (db / 20);

// Noise that falls with the frequency, as rooms do: three leaky sums of white noise (Paul Kellet's).
function pink(length, random) {
  const sums = [0, 0, 0];
  const samples = Float32Array.from({ length }, () => {
    const white = 2 * random() - 1;
    sums[0] = 0.99765 * sums[0] + 0.099046 * white;
    sums[1] = 0.963 * sums[1] + 0.2965164 * white;
    sums[2] = 0.57 * sums[2] + 1.0526913 * white;
    return sums[0] + sums[1] + sums[2] + 0.1848 * white;
  });
  const rms = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / length);
  return samples.map((sample) => sample / rms);
}

export class BadLine {
  #random;
  #gains; // of what is mixed into the microphone
  #on = new Set();
  #held = [];
  #hold = 0; // frames yet to be held

  // Nodes of `context`: `ear` is what is played, `mouth` takes what is said.
  constructor(context, ear, mouth, random = Math.random) {
    this.#random = random;
    const delay = new DelayNode(context, { delayTime: ECHO_DELAY_S });
    const buffer = new AudioBuffer({ length: NOISE_S * RATE_HZ, sampleRate: RATE_HZ });
    buffer.copyToChannel(pink(buffer.length, random), 0);
    const noise = new AudioBufferSourceNode(context, { buffer, loop: true });
    this.#gains = {
      echo: [ear.connect(delay).connect(new GainNode(context, { gain: 0 })), amplitude(ECHO_DB)],
      noise: [noise.connect(new GainNode(context, { gain: 0 })), amplitude(NOISE_DB)],
    };
    for (const [node] of Object.values(this.#gains)) node.connect(mouth);
    noise.start();
  }

  // Switch "echo", "noise", "mobile" or "silent" on or off.
  set(kind, on) {
    this.#on[on ? "add" : "delete"](kind);
    if (!(kind in this.#gains)) return;
    const [node, gain] = this.#gains[kind];
    node.gain.value = on ? gain : 0;
  }

  // What leaves now that this frame was spoken: nothing or several, in their order.
  pass(frame) {
    const mobile = this.#on.has("mobile");
    const lost = this.#on.has("silent") || (mobile && this.#random() < LOST);
    this.#held.push(lost ? new Uint8Array(FRAME_BYTES).fill(SILENCE) : frame);
    if (mobile && this.#hold === 0 && this.#random() < HELD) this.#hold = Math.ceil(this.#random() * LONGEST_HOLD) + 1;
    this.#hold = mobile ? Math.max(0, this.#hold - 1) : 0;
    return this.#hold ? [] : this.#held.splice(0);
  }
}
