// -- a suite by ear: its cases one by one, with the prompt and the sound of each condition.
const CASES = D.items, words = (c) => [c.case, c.question, c.answer, ...c.tags, ...c.conditions.flatMap((s) => s.choices)].join("\n").toLowerCase();
let within = [], at = -1;

function under(shown, c) {
  const blind = $("blind").checked, t = { ...shown, choice: null, rights: blind ? [] : shown.rights };
  const box = el("section", { class: "reply", "aria-label": shown.condition });
  box.append(el("h3", {}, el("span", {}, shown.condition)));
  if (shown.problem) { box.append(el("p", { class: "soft", dir: "auto" }, shown.problem)); return box; }
  if (t.choices.length) box.append(el("ol", t.labels.length ? { style: "list-style: none" } : { type: "A" }, ...t.choices.map((text, k) => choice(t, text, k))));
  else if (c.answer && !blind) box.append(el("p", { class: "soft", dir: "auto" }, msg("expected", { answer: c.answer })));
  const players = (D.audio[shown.sound] || []).map((sound) => player(sound, shown.condition));
  if (players.length) box.append(...players);
  else box.append(el("p", { class: "soft" }, shown.sound ? msg("ear.no_player", { reason: D.problems[shown.sound] || msg("ear.left_out") }) : msg("ear.no_sound")));
  box.append(el("details", {}, el("summary", { class: "soft" }, msg("ear.prompt")), el("pre", { dir: "auto", tabindex: "0" }, shown.prompt)));
  return box;
}

function show() {
  const c = CASES[within[at]], home = $("item");
  for (const [k, button] of [...$("cases").children].entries()) button.toggleAttribute("aria-current", k === at);
  if (!c) return home.replaceChildren();
  const current = $("cases").children[at];
  current.setAttribute("aria-current", "true");
  current.scrollIntoView({ block: "nearest" });
  home.replaceChildren(el("h2", { class: "question", dir: "auto" }, c.question));
  home.append(el("p", { class: "soft", dir: "auto" }, [msg("n_of", { n: at + 1, all: within.length }), c.case, ...c.tags, c.issue && msg("known_issue", { issue: word(c.issue) })].filter(Boolean).join(" · ")));
  if (c.place) home.append(el("div", { class: "command" }, el("pre", { class: "id" }, c.place), copying(msg("ear.copy_place"), c.place)));
  if (c.reference.length && !$("blind").checked) home.append(el("p", { class: "soft" }, msg("reference")), el("ul", {}, ...c.reference.map((r) => el("li", {}, el("bdi", {}, r)))));
  home.append(el("div", { class: "replies" }, ...c.conditions.map((shown) => under(shown, c))), marking(D.suite, c.case));
  numberSounds();
}

// What the keys j and k do.
function step(way) {
  const to = at + way;
  if (to >= 0 && to < within.length) { at = to; show(); }
}

function choose() {
  const text = $("f-text").value.toLowerCase(), before = within[at];
  within = CASES.map((_, i) => i).filter((i) => words(CASES[i]).includes(text));
  at = Math.max(0, within.indexOf(before));
  $("count").textContent = msg("ear.cases_of", { n: within.length, all: CASES.length });
  $("cases").replaceChildren(...within.map((i, k) => {
    const button = el("button", { type: "button" }, el("bdi", {}, CASES[i].question), " ", el("span", { class: "soft" }, CASES[i].case));
    button.addEventListener("click", () => { at = k; show(); });
    return button;
  }));
  show();
}

document.title = `audiotest: ${D.title}`;
$("title").textContent = D.title;
prepareKeys();
prepareLanguages($("language"), () => { drawKeys(); showNotes(); choose(); });
showNotes();
$("f-text").addEventListener("input", choose);
$("blind").addEventListener("change", show);
choose();
