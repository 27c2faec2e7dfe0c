// A caller from a recording, who says the next thing when the receptionist has spoken and fallen silent.

const ANSWERED_AFTER_MS = 700;
const WINDOW_S = 0.02;
const QUIET = 0.003; // RMS: 50 dB below full scale
const PAUSE_S = 0.6; // a longer one parts two stretches
const MARGIN_S = 0.1; // soft beginnings and ends

function loud(samples) {
  return samples.reduce((sum, sample) => sum + sample * sample, 0) > samples.length * QUIET ** 2;
}

// The stretches of speech in a recording, each as {start_s, end_s}.
export function stretches(samples, rateHz) {
  const found = [];
  const step = Math.round(WINDOW_S * rateHz);
  for (let at = 0; at < samples.length; at += step) {
    if (!loud(samples.subarray(at, at + step))) continue;
    const [start_s, end_s] = [at / rateHz, (at + step) / rateHz];
    const last = found.at(-1);
    if (last && start_s - last.end_s <= PAUSE_S) last.end_s = end_s;
    else found.push({ start_s, end_s });
  }
  return found;
}

export class RecordedCaller {
  #context;
  #buffer;
  #mouth;
  #waiting;
  #speaking = false;
  #answered = false; // the receptionist has spoken since

  // `buffer` is an AudioBuffer, `mouth` the node that takes what is said.
  constructor(context, buffer, mouth) {
    this.#context = context;
    this.#buffer = buffer;
    this.#mouth = mouth;
    this.#waiting = stretches(buffer.getChannelData(0), buffer.sampleRate);
  }

  // To be told every 20 ms for how long nothing has been heard.
  hears(quiet_ms) {
    if (this.#speaking) return;
    this.#answered ||= quiet_ms === 0;
    if (this.#answered && quiet_ms >= ANSWERED_AFTER_MS && this.#waiting.length) this.#say(this.#waiting.shift());
  }

  #say({ start_s, end_s }) {
    const from_s = Math.max(0, start_s - MARGIN_S);
    const source = new AudioBufferSourceNode(this.#context, { buffer: this.#buffer });
    this.#speaking = true;
    this.#answered = false;
    source.onended = () => { this.#speaking = false; };
    source.connect(this.#mouth);
    source.start(0, from_s, end_s + MARGIN_S - from_s);
  }
}
