// -- a run that goes on: asked for again every other second. Failures that are there stay, so that a sound plays on.
const D = JSON.parse(document.getElementById("data").textContent), EVERY_MS = 2000;
const $ = (id) => document.getElementById(id), shown = new Set();
let latest = D.state;

function failure(t) {
  const box = el("section", { class: "reply", "aria-label": t.id });
  box.append(el("h3", {}, el("span", {}, t.condition), el("span", { class: t.outcome, "data-text": `word.${t.outcome}` })), el("p", { dir: "auto" }, t.question));
  if (t.choices.length) box.append(el("ol", { type: "A" }, ...t.choices.map((c) => el("li", {}, el("bdi", {}, c), ...(c === t.answer ? [" (", el("span", { "data-text": "word.right" }), ")"] : [])))));
  else if (t.answer) box.append(el("p", { class: "soft", dir: "auto" }, msg("expected", { answer: t.answer })));
  box.append(el("pre", { dir: "auto", tabindex: "0" }, t.reply ?? msg("no_reply")));
  if (t.reason) box.append(el("p", { class: "soft", dir: "auto", "data-sentence": t.reason }));
  box.append(el("p", { class: "soft id" }, t.id), ...t.sounds.map((sound) => player(sound, t.condition)));
  return box;
}

function update(state) {
  latest = state;
  $("bar").max = state.total || Math.max(state.done, 1);
  $("bar").value = state.done;
  $("pace").textContent = translated(state.pace);
  $("figures").textContent = translated(state.figures);
  $("over").hidden = !state.over;
  $("trouble").hidden = !state.unreadable;
  $("trouble").textContent = msg("live.unreadable", { n: state.unreadable });
  for (const one of state.failures) if (!shown.has(one.id)) { shown.add(one.id); $("failures").append(failure(one)); }
  $("none").hidden = shown.size > 0;
  fillTexts(); // the failures' own, which stay as they are when the language changes: a sound may play
  return state.over;
}

async function again() {
  try {
    const answer = await fetch("live.json");
    if (!answer.ok) throw new Error(answer.statusText);
    if (update(await answer.json())) return;
  } catch {
    $("trouble").hidden = false;
    $("trouble").textContent = msg("live.no_answer");
  }
  setTimeout(again, EVERY_MS);
}

prepareLanguages($("language"), () => { update(latest); });
if (!update(D.state)) setTimeout(again, EVERY_MS);
