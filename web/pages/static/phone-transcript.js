// What is said, as it is said: each event of the call fills a template of the page.

const AFTERWARDS_MS = 3000; // the last words are told when the call is over

// Signs that turn the direction of what follows; web/pages/render.py keeps them out of pages, too.
const OVERRIDES = /[\u202a-\u202e\u2066-\u2069]/g;

export class Transcript {
  #list;
  #templates;
  #source = null;

  // `templates`: elements with data-kind, and data-name where that is one tool's.
  constructor(list, templates) {
    this.#list = list;
    this.#templates = [...templates];
  }

  follow(url) {
    this.#source?.close();
    this.#list.replaceChildren();
    this.#source = new EventSource(url);
    this.#source.addEventListener("event", ({ data }) => this.#show(JSON.parse(data)));
  }

  finish() {
    const source = this.#source;
    setTimeout(() => source?.close(), AFTERWARDS_MS);
  }

  #show({ kind, fields }) {
    const fits = ({ dataset }) => dataset.kind === kind && [undefined, fields.name].includes(dataset.name);
    const template = this.#templates.find(fits);
    if (!template) return;
    const item = template.content.cloneNode(true);
    for (const slot of item.querySelectorAll("[data-field]")) {
      slot.textContent = String(fields[slot.dataset.field] ?? "").replace(OVERRIDES, "");
      if (!slot.textContent) (slot.closest("del") ?? slot).hidden = true;
    }
    this.#list.append(item);
    this.#list.lastElementChild.scrollIntoView({ block: "nearest" });
  }
}
