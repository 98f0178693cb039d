// -- listening by keyboard: each condition on a digit, two of them in turn at the same moment, in a loop.
const KEYS = [["j, k", "key_next"], ...(typeof T === "undefined" ? [] : [["n, p", "key_wrong"]]), ["1 – 9", "key_sound"], ["x", "key_ab"], ["␣", "key_pause"], ["l", "key_loop"]];
let playing = null, previous = null, looping = false, keysOn = true;

// The first sound of each condition of the item that is shown.
const sounds = () => [...document.querySelectorAll("#item .reply")].map((box) => box.querySelector("audio")).filter(Boolean);

function numberSounds() {
  playing = previous = null;
  const all = sounds();
  all.slice(0, 9).forEach((audio, k) => audio.closest(".reply").querySelector("h3").prepend(el("kbd", {}, String(k + 1))));
  for (const audio of document.querySelectorAll("#item audio")) audio.loop = looping;
  if (!all.length) return;
  const swap = el("button", { type: "button", class: "small", id: "swap" }, msg("ab")), loop = el("button", { type: "button", class: "small", id: "loop", "aria-pressed": String(looping) }, msg("loop"));
  swap.addEventListener("click", exchange);
  loop.addEventListener("click", toggleLoop);
  document.querySelector("#item .replies").before(el("div", { class: "command" }, all.length > 1 ? swap : null, loop));
}

// One sound at a time: what begins to play takes the place of what played before.
function takeOver(audio) {
  if (playing && playing !== audio) { playing.pause(); previous = playing; }
  playing = audio;
}
// Also by its own button. The event comes late: by then another sound may have taken over.
document.addEventListener("play", (e) => { if (!e.target.paused && sounds().includes(e.target)) takeOver(e.target); }, true);

// From the moment at which the other one is.
function hear(audio) {
  if (!audio) return;
  if (playing && playing.isConnected && playing !== audio) audio.currentTime = playing.ended ? 0 : playing.currentTime;
  takeOver(audio);
  audio.play().catch(() => {}); // a sound that cannot be played says so itself
}

function exchange() {
  const all = sounds(), other = previous && previous.isConnected ? previous : all.find((audio) => audio !== (playing || all[0]));
  hear(other);
}

function toggleLoop() {
  looping = !looping;
  for (const audio of document.querySelectorAll("#item audio")) audio.loop = looping;
  if ($("loop")) $("loop").setAttribute("aria-pressed", String(looping));
}

function pressed(e) {
  if (!keysOn || $("items").hidden || e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, select, textarea")) return;
  const does = { j: () => step(1), k: () => step(-1), n: () => step(1, true), p: () => step(-1, true), x: exchange, l: toggleLoop }[e.key];
  if (does) does();
  else if (/^[1-9]$/.test(e.key)) hear(sounds()[+e.key - 1]);
  else if (e.key === " " && !e.target.closest("button, summary, a, audio")) { const one = playing || sounds()[0]; if (one) { if (one.paused) hear(one); else one.pause(); } }
  else return;
  e.preventDefault();
}

function drawKeys() {
  const box = el("input", { type: "checkbox" });
  box.checked = keysOn;
  box.addEventListener("change", () => { keysOn = box.checked; });
  $("keys").replaceChildren(el("label", {}, box, ` ${msg("keys_on")}`), el("dl", {}, ...KEYS.flatMap(([key, does]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, msg(does))])));
}

function prepareKeys() {
  drawKeys();
  document.addEventListener("keydown", pressed);
}
