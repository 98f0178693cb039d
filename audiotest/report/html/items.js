// -- items: only the rows that can be seen are in the page, so 20,000 are as quick as 20.
const T = D.trials, HEIGHT = 28, DIFFER = "scorers differ", LONGEST = 20000;
const fields = Object.keys(T), N = T.case.length;
const trial = (i) => Object.fromEntries(fields.map((f) => [f, T[f][i]]));
const haystack = Array.from({ length: N }, (_, i) => `${T.case[i]}\n${T.question[i]}\n${T.answer[i] ?? ""}\n${T.reply[i] ?? ""}`.slice(0, 5000).toLowerCase());
const differs = (i) => new Set(Object.values(T.verdicts[i]).map((v) => v.correct).filter((c) => c !== null)).size > 1;
const rightness = (i) => (T.correct[i] === null ? "not judged" : T.correct[i] ? "right" : "wrong");
let shown = [], selected = -1;

function options(id, values, all) {
  $(id).append(el("option", { value: "" }, all), ...values.map((v) => el("option", { value: v }, v)));
  $(id).addEventListener("change", filter);
}

function filter() {
  const suite = $("f-suite").value, condition = $("f-condition").value, outcome = $("f-outcome").value, correct = $("f-correct").value, tag = $("f-tag").value, text = $("f-text").value.toLowerCase();
  shown = [];
  for (let i = 0; i < N; i++) {
    if (suite && T.suite[i] !== suite) continue;
    if (condition && T.condition[i] !== condition) continue;
    if (outcome && (outcome === DIFFER ? !differs(i) : T.outcome[i] !== outcome)) continue;
    if (correct && rightness(i) !== correct) continue;
    if (tag && !T.tags[i].includes(tag)) continue;
    if (text && !haystack[i].includes(text)) continue;
    shown.push(i);
  }
  $("count").textContent = `${shown.length} of ${N} trials`;
  $("empty").hidden = shown.length > 0;
  $("space").style.height = `${shown.length * HEIGHT}px`;
  $("list").scrollTop = 0;
  $("list").removeAttribute("aria-activedescendant");
  selected = -1;
  draw();
}

function draw() {
  const list = $("list"), from = Math.max(0, Math.floor(list.scrollTop / HEIGHT) - 5), to = Math.min(shown.length, from + Math.ceil(list.clientHeight / HEIGHT) + 10);
  list.querySelectorAll(".row").forEach((row) => row.remove());
  for (let k = from; k < to; k++) {
    const i = shown[k], said = (T.reply[i] ?? "").slice(0, 200);
    const row = el("div", { class: "row", role: "option", id: `row-${k}`, "aria-selected": String(k === selected), "aria-setsize": shown.length, "aria-posinset": k + 1 },
      el("span", { class: T.outcome[i] }, T.outcome[i]), el("span", { title: T.case[i] }, T.case[i]), el("span", {}, T.condition[i]), el("span", {}, el("bdi", {}, T.answer[i] ?? T.reference[i].join(" / "))), el("span", {}, el("bdi", {}, said)));
    row.style.top = `${k * HEIGHT}px`;
    row.addEventListener("click", () => select(k));
    list.append(row);
  }
}

function select(k) {
  if (k < 0 || k >= shown.length) return;
  selected = k;
  const list = $("list");
  if (k * HEIGHT < list.scrollTop) list.scrollTop = k * HEIGHT;
  if ((k + 1) * HEIGHT > list.scrollTop + list.clientHeight) list.scrollTop = (k + 1) * HEIGHT - list.clientHeight;
  draw();
  list.setAttribute("aria-activedescendant", `row-${k}`);
  item(shown[k]);
  history.replaceState(null, "", "#" + encodeURIComponent(T.nodeid[shown[k]])); // a link to this item
}

// What a POSIX shell reads as one word.
const quoted = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : "'" + word.replaceAll("'", "'\\''") + "'");
const rerun = (nodeid) => ["pytest", quoted(nodeid), D.rerun].filter(Boolean).join(" ");

function copying(label, text) {
  const button = el("button", { type: "button", class: "small", "aria-label": `copy ${label}` }, `copy ${label}`);
  button.addEventListener("click", async () => {
    button.textContent = (await copied(text)) ? "copied" : "cannot copy";
    setTimeout(() => { button.textContent = `copy ${label}`; }, 1500);
  });
  return button;
}

// Where a page from disk may not use the clipboard, the old way does it.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = el("textarea", {});
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

function item(i) {
  const home = $("item"), t = trial(i), same = [];
  for (let j = 0; j < N; j++) if (T.case[j] === t.case && T.suite[j] === t.suite) same.push(j);
  home.replaceChildren(el("h2", {}, `${t.suite}: ${t.case}`), el("p", { class: "question", dir: "auto" }, t.question));
  if (t.tags.length) home.append(el("p", { class: "soft", dir: "auto" }, t.tags.join(" · ")));
  home.append(el("div", { class: "command" }, el("pre", { class: "id" }, rerun(t.nodeid)), copying("command", rerun(t.nodeid)), copying("node id", t.nodeid)));
  home.append(el("div", { class: "replies" }, ...same.map((j) => reply(j, i, t.question))));
}

function reply(j, i, question) {
  const t = trial(j), box = el("section", { class: j === i ? "reply chosen" : "reply", "aria-label": t.condition });
  box.append(el("h3", {}, t.condition, el("span", { class: t.outcome }, t.outcome), t.outcome === "recorded" ? el("span", { class: rightness(j) }, rightness(j)) : null));
  if (t.question !== question) box.append(el("p", { dir: "auto" }, t.question));
  if (t.choices.length) box.append(el("ol", t.labels.length ? { style: "list-style: none" } : { type: "A" }, ...t.choices.map((c, k) => choice(t, c, k))));
  else if (t.answer) box.append(el("p", { class: "soft", dir: "auto" }, `expected: ${t.answer}`));
  if (t.reference.length) box.append(el("p", { class: "soft" }, "reference"), el("ul", {}, ...t.reference.map((r) => el("li", {}, el("bdi", {}, r)))));
  box.append(said(t.reply));
  if (t.aligned.length) box.append(aligned(t.aligned));
  if (t.reason) box.append(el("p", { class: "soft", dir: "auto" }, t.reason));
  if (t.basis) box.append(el("p", { class: "soft", dir: "auto" }, t.basis));
  const judged = Object.entries(t.verdicts);
  if (judged.length > 1) box.append(el("p", { class: "soft" }, judged.map(([name, v]) => `${name}: ${verdict(v)}`).join(" · ")));
  for (const sound of D.audio[t.sound] || []) box.append(player(sound, t.condition));
  if (j !== i) box.append(copying("command", rerun(t.nodeid)), " ", copying("node id", t.nodeid));
  return box;
}

// A transcript against its reference: what was left out or misheard is struck through, what was put there stands beside.
function aligned(pieces) {
  const box = el("p", { class: "aligned", dir: "auto" });
  for (const [kind, spoken, heard] of pieces) {
    if (kind === "equal") box.append(el("span", {}, spoken), " ");
    if (kind === "delete" || kind === "substitute") box.append(el("del", { class: "wrong", title: kind }, spoken), " ");
    if (kind === "insert" || kind === "substitute") box.append(el("ins", { class: "right", title: kind }, heard), " ");
  }
  return box;
}

function choice(t, text, k) {
  const notes = [k === t.answer_index ? " (right)" : "", k === t.choice ? " (chosen)" : ""].join("");
  const label = t.labels[k] ? `${t.labels[k]} ` : "";
  return el("li", { class: k === t.answer_index ? "right" : k === t.choice ? "wrong" : null }, label, el("bdi", {}, text), notes);
}

const verdict = (v) => (v.correct === null ? (known(v.score) ? v.score.toFixed(2) : v.status) : v.correct ? "right" : "wrong") + (v.correct !== null && v.status !== "read" ? ` (${v.status})` : "");

// A reply of a megabyte is shown in part; the whole of it is a click away.
function said(text) {
  if (!known(text)) return el("p", { class: "soft" }, "(not asked, or no reply)");
  if (!text.trim()) return el("p", { class: "soft" }, "(an empty reply)");
  const box = el("pre", { dir: "auto", tabindex: text.length > 600 ? "0" : null }, text.slice(0, LONGEST));
  if (text.length <= LONGEST) return box;
  const all = el("button", { type: "button", class: "small" }, `… ${text.length - LONGEST} more signs`);
  all.addEventListener("click", () => { box.textContent = text; all.remove(); });
  return el("div", {}, box, all);
}

function tab(name) {
  for (const one of ["overview", "items"]) { $(one).hidden = one !== name; $("tab-" + one).setAttribute("aria-pressed", String(one === name)); }
  if (name === "items") draw();
}

// A link to an item opens it.
function linked() {
  const k = T.nodeid.indexOf(decodeURIComponent(location.hash.slice(1)));
  if (k >= 0) { tab("items"); select(k); }
}

const values = (field) => [...new Set(T[field])].sort();
document.title = `audiotest: ${D.model}`;
$("model").textContent = D.model;
$("about").textContent = [`${N} trials`, D.when].filter(Boolean).join(" · ");
$("made").append(table(["", ""], D.made));
options("f-suite", values("suite"), "all suites");
options("f-condition", [...new Set(T.condition)], "all conditions");
options("f-outcome", [...values("outcome"), ...(T.verdicts.some((_, i) => differs(i)) ? [DIFFER] : [])], "all outcomes");
options("f-correct", ["right", "wrong", "not judged"].filter((word) => T.correct.some((_, i) => rightness(i) === word)), "right and wrong");
options("f-tag", [...new Set(T.tags.flat())].sort(), "all tags");
$("f-text").addEventListener("input", filter);
$("list").addEventListener("scroll", draw);
$("list").addEventListener("keydown", (e) => {
  const to = { ArrowDown: selected + 1, ArrowUp: selected - 1, PageDown: selected + 12, PageUp: selected - 12, Home: 0, End: shown.length - 1 }[e.key];
  if (to !== undefined) { e.preventDefault(); select(Math.max(0, Math.min(shown.length - 1, to))); }
});
$("tab-overview").addEventListener("click", () => tab("overview"));
$("tab-items").addEventListener("click", () => tab("items"));
window.addEventListener("hashchange", linked);
overview();
filter();
linked();
