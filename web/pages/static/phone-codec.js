// The telephone's sound: G.711 mu-law at 8 kHz, in frames of 20 ms. Pure.

export const RATE_HZ = 8000;
export const FRAME_MS = 20;
export const FRAME_BYTES = 160;
export const SILENCE = 0xff;

const BIAS = 132;
const CLIP = 32635;

// The 16-bit sample of every code.
export const LEVELS = Int16Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + BIAS) << (bits >> 4 & 0x07)) - BIAS;
  return bits & 0x80 ? -magnitude : magnitude;
});

// The code of a 16-bit sample.
export function encode(sample) {
  const magnitude = Math.min(Math.abs(sample), CLIP) + BIAS;
  const segment = 24 - Math.clz32(magnitude);
  const mantissa = magnitude >> (segment + 3) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | segment << 4 | mantissa) & 0xff;
}

// From and to the samples of Web Audio, which run from -1 to 1.
export function fromFloat(value) {
  return encode(Math.max(-32768, Math.min(32767, Math.round(value * 32768))));
}

export function toFloat(code) {
  return LEVELS[code] / 32768;
}

// The loudest sample of a frame, on the 16-bit scale; 0 of an empty one.
export function peak(codes) {
  return codes.reduce((loudest, code) => Math.max(loudest, Math.abs(LEVELS[code])), 0);
}
