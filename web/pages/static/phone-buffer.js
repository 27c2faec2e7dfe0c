// What waits to be played, in a ring, with the marks that stand between. Pure.

export class PlayBuffer {
  #ring;
  #written = 0; // bytes, since the call began
  #played = 0;
  #marks = [];

  constructor(capacity) {
    this.#ring = new Uint8Array(capacity);
  }

  // Queue mu-law; what does not fit is dropped, as a carrier does.
  play(bytes) {
    const room = this.#ring.length - (this.#written - this.#played);
    for (const byte of bytes.subarray(0, room)) this.#ring[this.#written++ % this.#ring.length] = byte;
  }

  // Queue a mark; `reached` tells when everything before it was played.
  mark(name) {
    this.#marks.push({ name, at: this.#written });
  }

  // The next byte, or null while nothing is queued.
  next() {
    return this.#played < this.#written ? this.#ring[this.#played++ % this.#ring.length] : null;
  }

  // The names of marks that were reached, in order, each once.
  reached() {
    const names = [];
    while (this.#marks.length && this.#marks[0].at <= this.#played) names.push(this.#marks.shift().name);
    return names;
  }

  // Drop what was not played. All marks are reached by that.
  clear() {
    this.#played = this.#written;
  }
}
