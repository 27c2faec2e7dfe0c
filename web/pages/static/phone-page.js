// The page: its buttons, and what it says. All its words stand in the template.

import { Call } from "./phone-call.js";
import { Transcript } from "./phone-transcript.js";

const SPEAKS_ON_MS = 400; // pauses between words are shorter

const phone = document.getElementById("phone");
const find = (selector) => phone.querySelector(selector);
const all = (selector) => [...phone.querySelectorAll(selector)];
const { home } = phone.dataset;
const button = find("#call");
const keys = all("[data-key]");
const kinds = all("[name=bad]");
const transcript = new Transcript(find("#talk"), all("template"));

// Without its filters the microphone gives what it hears, for those who measure it.
const filtered = new URLSearchParams(location.search).get("raw") !== "1";
const constraints = { echoCancellation: filtered, noiseSuppression: filtered, autoGainControl: filtered };

let call = null;

// States: "idle", "ringing", "talking", "ended", and why a call could not begin: "refused", "missing",
// "unreachable".
function state(name) {
  const live = name === "ringing" || name === "talking";
  if (!live) call = null;
  for (const message of all("[data-state]")) message.hidden = message.dataset.state !== name;
  for (const key of keys) key.disabled = name !== "talking";
  button.textContent = live ? button.dataset.hangUp : button.dataset.call;
  button.classList.toggle("danger", live);
  find("#callers").disabled = live;
  find("#speaks").hidden = name !== "talking";
  speaks(false);
}

function speaks(receptionist) {
  find("#speaks").dataset.who = receptionist ? "receptionist" : "caller";
}

const told = {
  talking(callSid) {
    state("talking");
    transcript.follow(`${home}/live?${new URLSearchParams({ call: callSid })}`);
  },
  heard(_bytes, quiet_ms) {
    speaks(quiet_ms < SPEAKS_ON_MS);
  },
  ended(callSid) {
    state(callSid ? "ended" : "idle");
    transcript.finish();
    if (callSid) find("#account").href = `${home}/calls/${callSid}`;
  },
  async failed(kind) {
    state(kind);
    if (kind !== "unreachable" && (await recording())) find("#instead").hidden = false;
  },
};

async function ring() {
  const recorded = find("[name=caller]:checked").value === "recorded";
  find("#instead").hidden = true;
  const ringing = new Call(told);
  call = ringing;
  state("ringing");
  const bad = kinds.filter((box) => box.checked).map((box) => box.value);
  const caller = recorded ? await recording() : null;
  await ringing.ring({ url: `${home}/telephone/calls`, constraints, recording: caller, bad });
}

// The recorded caller as a WAV's bytes, asked for once; null if there is none.
let asked = null;
function recording() {
  asked ??= fetch(`${home}/telephone/caller.wav`).then(
    (response) => (response.status === 200 ? response.arrayBuffer() : null),
    () => null,
  );
  asked.then((bytes) => {
    if (bytes) return;
    find("#callers").hidden = true;
    find("[value=microphone]").checked = true;
  });
  return asked;
}

button.addEventListener("click", () => (call ? call.hangUp() : ring()));
find("#instead").addEventListener("click", () => {
  find("[value=recorded]").checked = true;
  button.focus();
  ring();
});
for (const key of keys) key.addEventListener("click", () => call?.press(key.dataset.key));
for (const box of kinds) box.addEventListener("change", () => call?.set(box.value, box.checked));
find("#harder").addEventListener("toggle", recording);
addEventListener("pagehide", () => call?.hangUp());

state("idle");
phone.hidden = false;
