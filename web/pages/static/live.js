// Today's live calls as they happen. Without this script the page says what it knew when it was loaded, and refreshes.

const section = document.getElementById("live");
const speakers = document.getElementById("live-speakers").content;
const LINES = ["user_said", "bot_said", "tool_called"];
const BEGINS = ["utterance_started", "first_audio"];
const ENDS = ["utterance_ended", "utterance_skipped", "bot_said", "barge_in"];
const RELOAD_AFTER_MS = 1500; // the record of a call that has ended is written by then

const words = (kind) => speakers.querySelector(`[data-kind="${kind}"]`).textContent;

function line({ kind, fields }) {
  const item = document.createElement("li");
  item.className = kind;
  const speaker = document.createElement("span");
  speaker.className = "speaker";
  speaker.textContent = words(kind);
  const said = document.createElement("bdi");
  said.dir = "auto";
  said.textContent = kind === "tool_called" ? fields.name : fields.text;
  item.append(speaker, " ", said);
  return item;
}

function heard(message) {
  const event = JSON.parse(message.data);
  const call = section.querySelector(`[data-call="${CSS.escape(event.call_sid)}"]`);
  if (!call || event.kind === "hang_up") {
    // A call that is not shown yet, or no more: the server knows how it looks.
    setTimeout(() => location.reload(), call ? RELOAD_AFTER_MS : 0);
    return;
  }
  const now = call.querySelector(".live-now");
  if (LINES.includes(event.kind)) call.querySelector(".live-words").append(line(event));
  if (BEGINS.includes(event.kind)) now.textContent = words(event.kind);
  if (ENDS.includes(event.kind)) now.textContent = "";
}

function tick(began) {
  for (const call of section.querySelectorAll("[data-seconds]")) {
    const seconds = Math.floor(Number(call.dataset.seconds) + (performance.now() - began) / 1000);
    call.querySelector(".live-clock").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
}

const began = performance.now();
tick(began);
setInterval(() => tick(began), 1000);
new EventSource(section.dataset.live).addEventListener("event", heard);
