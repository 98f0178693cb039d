// -- a run that goes on: asked for again every other second. Failures that are there stay, so that a sound plays on.
"use strict";
const D = JSON.parse(document.getElementById("data").textContent), EVERY_MS = 2000;
const $ = (id) => document.getElementById(id), shown = new Set();

function failure(t) {
  const box = el("section", { class: "reply", "aria-label": t.id });
  box.append(el("h3", {}, el("span", {}, t.condition), el("span", { class: t.outcome }, t.outcome)), el("p", { dir: "auto" }, t.question));
  if (t.choices.length) box.append(el("ol", { type: "A" }, ...t.choices.map((c) => el("li", {}, el("bdi", {}, c), c === t.answer ? " (right)" : ""))));
  else if (t.answer) box.append(el("p", { class: "soft", dir: "auto" }, `expected: ${t.answer}`));
  box.append(el("pre", { dir: "auto", tabindex: "0" }, t.reply ?? "no reply"));
  if (t.reason) box.append(el("p", { class: "soft", dir: "auto" }, t.reason));
  box.append(el("p", { class: "soft id" }, t.id), ...t.sounds.map((sound) => player(sound, t.condition)));
  return box;
}

function update(state) {
  $("bar").max = state.total || Math.max(state.done, 1);
  $("bar").value = state.done;
  $("pace").textContent = state.pace;
  $("figures").textContent = state.figures;
  $("over").hidden = !state.over;
  $("trouble").hidden = !state.unreadable;
  $("trouble").textContent = `${state.unreadable} lines cannot be read`;
  for (const one of state.failures) if (!shown.has(one.id)) { shown.add(one.id); $("failures").append(failure(one)); }
  $("none").hidden = shown.size > 0;
  return state.over;
}

async function again() {
  try {
    const answer = await fetch("live.json");
    if (!answer.ok) throw new Error(answer.statusText);
    if (update(await answer.json())) return;
  } catch {
    $("trouble").hidden = false;
    $("trouble").textContent = "The server does not answer; `audiotest serve` may have been stopped.";
  }
  setTimeout(again, EVERY_MS);
}

if (!update(D.state)) setTimeout(again, EVERY_MS);
