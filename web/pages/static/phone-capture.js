// The microphone's end: sound at the context's rate goes in, a frame of mu-law comes out every 20 ms.

import { FRAME_BYTES, RATE_HZ, fromFloat } from "./phone-codec.js";
import { Resampler } from "./phone-resample.js";

class Capture extends AudioWorkletProcessor {
  #resampler = new Resampler(sampleRate, RATE_HZ);
  #codes = [];

  process([[sound]], [[played]]) {
    const telephone = [];
    // Without a microphone there is no input, but frames all the same: `played` holds nothing but zeros.
    for (const sample of sound ?? played) this.#resampler.push(sample, telephone);
    for (const sample of telephone) this.#take(fromFloat(sample));
    return true;
  }

  #take(code) {
    this.#codes.push(code);
    if (this.#codes.length < FRAME_BYTES) return;
    this.port.postMessage(Uint8Array.from(this.#codes));
    this.#codes = [];
  }
}

registerProcessor("phone-capture", Capture);
