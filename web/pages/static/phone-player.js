// The ear's end. It is told {play: bytes}, {mark: name} or {clear: true}, and tells {mark: name} when the
// sample before it was played, and every 20 ms {played: bytes}: none, if nothing was.

import { FRAME_BYTES, RATE_HZ, toFloat } from "./phone-codec.js";
import { PlayBuffer } from "./phone-buffer.js";
import { Resampler } from "./phone-resample.js";

const LONGEST_S = 600; // of which a carrier keeps no more either

class Player extends AudioWorkletProcessor {
  #buffer = new PlayBuffer(LONGEST_S * RATE_HZ);
  #resampler = new Resampler(RATE_HZ, sampleRate);
  #ready = []; // at the context's rate, not yet handed out
  #played = [];
  #ticks = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data: { play, mark, clear } }) => {
      if (play) this.#buffer.play(play);
      if (mark !== undefined) this.#buffer.mark(mark);
      if (clear) this.#buffer.clear();
      this.#tellMarks();
    };
  }

  process(_inputs, [[output]]) {
    while (this.#ready.length < output.length) this.#resampler.push(this.#sample(), this.#ready);
    output.set(this.#ready.splice(0, output.length));
    this.#tellMarks();
    return true;
  }

  #sample() {
    const code = this.#buffer.next();
    if (code !== null) this.#played.push(code);
    if (++this.#ticks % FRAME_BYTES === 0) {
      this.port.postMessage({ played: Uint8Array.from(this.#played) });
      this.#played = [];
    }
    return code === null ? 0 : toFloat(code);
  }

  #tellMarks() {
    for (const mark of this.#buffer.reached()) this.port.postMessage({ mark });
  }
}

registerProcessor("phone-player", Player);
