// -- items: only the rows that can be seen are in the page, so 20,000 are as quick as 20.
const T = D.trials, DIFFER = "scorers differ", REGRESSED = "regressed", INCOMPLETE = "incomplete replies";
const fields = Object.keys(T), N = T.case.length, SOUNDLESS = new Set(D.soundless);
const FILTERS = ["suite", "condition", "outcome", "correct", "label", "tag", "order", "text"];
const EXTRA = ["answer", "chosen"]; // what only a link can ask for
const trial = (i) => Object.fromEntries(fields.map((f) => [f, T[f][i]]));
const haystack = Array.from({ length: N }, (_, i) => `${T.case[i]}\n${T.question[i]}\n${T.answer[i] ?? ""}\n${T.reply[i] ?? ""}`.slice(0, 5000).toLowerCase());
const differs = (i) => new Set(Object.values(T.verdicts[i]).map((v) => v.correct).filter((c) => c !== null)).size > 1;
const rightness = (i) => (T.correct[i] === null ? "not judged" : T.correct[i] ? "right" : "wrong");
const OUTCOMES = { [DIFFER]: differs, [REGRESSED]: (i) => T.regressed[i], [INCOMPLETE]: (i) => T.incomplete[i] };
const narrow = window.matchMedia("(max-width: 45rem)");
const height = () => (narrow.matches ? 76 : 30);
let shown = [], selected = -1, extra = {};

// What a reader looks for first: what got worse, then what failed, broke, or was answered wrongly though it could be heard.
function rank(i) {
  if (T.issue[i]) return 5;
  if (T.regressed[i]) return 0;
  if (T.outcome[i] === "failed" || T.outcome[i] === "missed") return 1;
  if (T.outcome[i] === "error") return 2;
  if (T.correct[i] === false) return SOUNDLESS.has(T.condition[i]) ? 4 : 3;
  return T.correct[i] === null ? 5 : 6;
}
const RANKS = Array.from({ length: N }, (_, i) => rank(i));

// A field that could choose nothing is not shown. Of some fields the values are words of ours.
const OURS = new Set(["f-outcome", "f-correct", "f-label"]);
function options(id, values, all, least = 1) {
  const before = $(id).value;
  $(id).replaceChildren(el("option", { value: "" }, msg(all)), ...values.map((v) => el("option", { value: v }, OURS.has(id) ? word(v) : v)));
  $(id).value = before;
  $(id).closest("label").hidden = values.length < least;
}

function wanted() {
  return { ...Object.fromEntries(FILTERS.map((name) => [name, $("f-" + name).value])), ...extra };
}

// Show the items of these filters, of which the one that was selected stays so where it is still among them.
function filter(nodeid) {
  const { suite, condition, outcome, correct, label, tag, order, text, answer, chosen } = wanted(), words = text.toLowerCase();
  const before = nodeid !== undefined ? T.nodeid.indexOf(nodeid) : selected >= 0 ? shown[selected] : -1;
  const ok = outcome && (OUTCOMES[outcome] || ((i) => T.outcome[i] === outcome));
  shown = [];
  for (let i = 0; i < N; i++) {
    if (suite && T.suite[i] !== suite) continue;
    if (condition && T.condition[i] !== condition) continue;
    if (ok && !ok(i)) continue;
    if (correct && rightness(i) !== correct) continue;
    if (label && T.label[i] !== label) continue;
    if (tag && !T.tags[i].includes(tag)) continue;
    if (answer && T.answer[i] !== answer) continue;
    if (chosen && (T.choice[i] === null ? NO_OPTION : T.choices[i][T.choice[i]]) !== chosen) continue;
    if (words && !haystack[i].includes(words)) continue;
    shown.push(i);
  }
  if (order !== "suite") shown.sort((a, b) => RANKS[a] - RANKS[b] || a - b);
  $("count").textContent = msg("trials_of", { n: shown.length, all: N });
  $("empty").hidden = shown.length > 0;
  chips();
  $("list").scrollTop = 0;
  selected = -1;
  if ($("items").hidden) return;
  if (shown.length) select(Math.max(0, shown.indexOf(before)));
  else { $("item").replaceChildren(); draw(); note(); }
}

// Filters that have no field of their own can be taken away here.
function chips() {
  $("extra").replaceChildren(...Object.entries(extra).map(([name, value]) => {
    const button = el("button", { type: "button", class: "small", "aria-label": msg("drop_filter", { name: msg(name), value }) }, `${msg(name)}: ${value} ✕`);
    button.addEventListener("click", () => { delete extra[name]; filter(); });
    return button;
  }));
}

function draw() {
  const list = $("list"), H = height(), from = Math.max(0, Math.floor(list.scrollTop / H) - 5), to = Math.min(shown.length, from + Math.ceil(list.clientHeight / H) + 10);
  const rows = [];
  for (let k = from; k < to; k++) {
    const i = shown[k], reply = (T.reply[i] ?? "").slice(0, 200), option = T.choice[i] === null ? "" : (T.choices[i][T.choice[i]] ?? "").slice(0, 200);
    const row = el("div", { class: "row", role: "option", id: `row-${k}`, "aria-selected": String(k === selected), "aria-setsize": shown.length, "aria-posinset": k + 1 },
      el("span", { class: T.outcome[i] }, word(T.regressed[i] ? REGRESSED : T.outcome[i] === "recorded" ? rightness(i) : T.outcome[i])), el("span", { class: "asked", title: T.case[i] }, el("bdi", {}, T.question[i].slice(0, 200)), " ", el("span", { class: "soft" }, T.case[i])),
      el("span", {}, T.condition[i]), el("span", { class: "expected" }, el("bdi", {}, T.answer[i] ?? T.reference[i].join(" / "))), el("span", { class: "replied" }, el("bdi", {}, reply), ...(option && !reply.includes(option) ? [" ", el("bdi", { class: "soft" }, option)] : [])));
    row.style.top = `${k * H}px`;
    row.addEventListener("click", () => select(k));
    rows.push(row);
  }
  // The last row gives the list its length, so nothing but options stands in it.
  const end = el("div", { role: "presentation", class: "end" });
  end.style.height = `${shown.length * H}px`;
  list.replaceChildren(end, ...rows);
}

function select(k) {
  if (k < 0 || k >= shown.length) return;
  selected = k;
  const list = $("list"), H = height();
  if (k * H < list.scrollTop) list.scrollTop = k * H;
  if ((k + 1) * H > list.scrollTop + list.clientHeight) list.scrollTop = (k + 1) * H - list.clientHeight;
  draw();
  list.setAttribute("aria-activedescendant", `row-${k}`);
  item(shown[k]);
  note();
}

// The next item, this way, that was answered wrongly; no further than the first or the last.
function step(way, wrong) {
  let k = selected + way;
  while (wrong && k >= 0 && k < shown.length && RANKS[shown[k]] > 4) k += way;
  select(k);
}

const values = (field) => [...new Set(T[field])].sort();

function drawFields() {
  options("f-suite", values("suite"), "all_suites", 2);
  options("f-condition", [...new Set(T.condition)], "all_conditions", 2);
  options("f-outcome", [...values("outcome"), ...Object.keys(OUTCOMES).filter((name) => T.case.some((_, i) => OUTCOMES[name](i)))], "all_outcomes");
  options("f-correct", ["right", "wrong", "not judged"].filter((name) => T.correct.some((_, i) => rightness(i) === name)), "right_and_wrong");
  options("f-label", D.labels.filter((label) => T.label.includes(label)), "all_labels", 2);
  options("f-tag", [...new Set(T.tags.flat())].sort(), "all_tags");
}

function prepareItems() {
  drawFields();
  for (const name of FILTERS) $("f-" + name).addEventListener(name === "text" ? "input" : "change", () => filter());
  $("list").addEventListener("scroll", draw);
  narrow.addEventListener("change", draw);
  $("list").addEventListener("keydown", (e) => {
    const to = { ArrowDown: selected + 1, ArrowUp: selected - 1, PageDown: selected + 12, PageUp: selected - 12, Home: 0, End: shown.length - 1 }[e.key];
    if (to !== undefined) { e.preventDefault(); select(Math.max(0, Math.min(shown.length - 1, to))); }
  });
}
