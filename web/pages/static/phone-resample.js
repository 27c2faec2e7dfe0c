// From one sample rate to another, through a windowed sinc that passes a telephone's 3.3 kHz. Pure.

const HALF_WIDTH_S = 0.004; // also the delay
const CUTOFF_HZ = 3650; // half way between what is kept and the 4 kHz above which all would fold back

const divisor = (a, b) => (b ? divisor(b, a % b) : a);
const sinc = (x) => (x ? Math.sin(Math.PI * x) / (Math.PI * x) : 1);

// Blackman's, 74 dB down; `x` from -1 to 1.
const blackman = (x) => 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x);

function kernel(time_s) {
  const x = time_s / HALF_WIDTH_S;
  return Math.abs(x) < 1 ? sinc(2 * CUTOFF_HZ * time_s) * blackman(x) : 0;
}

// The taps for an output that lies `phase` subsamples behind the newest input; they add up to 1.
function taps(phase, steps, rateHz) {
  const count = Math.ceil(2 * HALF_WIDTH_S * rateHz) + 1;
  const row = Float32Array.from({ length: count }, (_, j) => kernel((j + phase / steps) / rateHz - HALF_WIDTH_S));
  const sum = row.reduce((total, tap) => total + tap, 0);
  return row.map((tap) => tap / sum);
}

export class Resampler {
  #steps; // subsamples from one input to the next
  #stride; // and from one output to the next
  #bank;
  #count;
  #history; // written twice, so that the latest inputs always lie in one piece
  #at = 0;
  #phase = 0;

  constructor(fromHz, toHz) {
    const common = divisor(fromHz, toHz);
    this.#steps = toHz / common;
    this.#stride = fromHz / common;
    this.#bank = Array.from({ length: this.#steps }, (_, phase) => taps(phase, this.#steps, fromHz));
    this.#count = this.#bank[0].length;
    this.#history = new Float32Array(2 * this.#count);
  }

  // Take one sample in; what comes out is added to `output`, an array.
  push(sample, output) {
    this.#at = (this.#at + 1) % this.#count;
    this.#history[this.#at] = this.#history[this.#at + this.#count] = sample;
    for (; this.#phase < this.#steps; this.#phase += this.#stride) output.push(this.#sum(this.#bank[this.#phase]));
    this.#phase -= this.#steps;
  }

  #sum(row) {
    const newest = this.#at + this.#count;
    let total = 0;
    for (let j = 0; j < this.#count; j++) total += row[j] * this.#history[newest - j];
    return total;
  }
}
