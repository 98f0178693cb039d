"use strict";
const D = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
// Everything that a model or an author wrote goes in as text, never as markup.
function el(name, attributes = {}, ...inner) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== undefined) made.setAttribute(key, value);
  for (const one of inner) made.append(one);
  return made;
}
function svg(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
const percent = (x) => (x === null || x === undefined ? "–" : (100 * x).toFixed(1) + "%");
const range = (f) => (f && f.low !== null && f.low !== undefined ? `${(100 * f.low).toFixed(1)} to ${(100 * f.high).toFixed(1)}` : "–");

function table(heads, rows) {
  const head = el("tr", {}, ...heads.map((h) => el("th", { scope: "col", class: h.startsWith("#") ? "n" : null }, h.replace("#", ""))));
  const body = rows.map((row) => el("tr", {}, ...row.map((cell, i) => {
    const td = el("td", { class: heads[i].startsWith("#") ? "n" : null });
    td.append(cell);
    return td;
  })));
  return el("div", { class: "scroll" }, el("table", {}, el("thead", {}, head), el("tbody", {}, ...body)));
}

function bar(figure) {
  const box = svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img", "aria-label": percent(figure.value) });
  box.append(svg("rect", { x: 0, y: 4.5, width: 100, height: 1, fill: "var(--line)" }));
  if (figure.low !== null) box.append(svg("rect", { x: 100 * figure.low, y: 3.5, width: Math.max(0.3, 100 * (figure.high - figure.low)), height: 3, fill: "var(--mark)", opacity: 0.35 }));
  box.append(svg("rect", { x: Math.max(0, 100 * figure.value - 0.4), y: 1, width: 0.8, height: 8, fill: "var(--mark)" }));
  return box;
}

function bars(rows) {
  const box = el("div", { class: "bars" });
  for (const [name, figure] of rows) box.append(el("span", {}, name), bar(figure), el("span", { class: "soft" }, `${percent(figure.value)} (n = ${figure.n})`));
  return box;
}

function overview() {
  const home = $("overview");
  const rows = [];
  for (const [name, suite] of Object.entries(D.summary.suites)) {
    let shown = name;
    for (const [condition, row] of Object.entries(suite.conditions)) {
      const a = row.metrics.accuracy || {};
      const outcomes = Object.entries(row.outcomes).map(([k, n]) => `${n} ${k}`).join(", ");
      rows.push([shown, condition, String(a.n || 0), percent(a.value), range(a), outcomes]);
      shown = "";
    }
  }
  home.append(el("h2", {}, "Suites and conditions"), table(["suite", "condition", "#n", "#accuracy", "#95% interval", "outcomes"], rows));
  const gates = Object.entries(D.summary.suites).flatMap(([name, s]) => s.gates.map((g) => [name, g]));
  if (gates.length) {
    const word = (g) => el("span", { class: g.passed ? "passed" : g.passed === false ? "failed" : "skipped" }, g.passed ? "passed" : g.passed === false ? "failed" : "not judged");
    home.append(el("h2", {}, "Gates"), table(["suite", "gate", "", "reason"], gates.map(([name, g]) => [name, g.name, word(g), g.reason])));
  }
  for (const [name, suite] of Object.entries(D.summary.suites)) detail(home, name, suite);
  for (const t of D.published) {
    const ours = t.rows.map((r) => [el(r.ours ? "strong" : "span", {}, r.model), ...t.columns.map((c) => (c in r.values ? String(+r.values[c].toFixed(3)) : "–"))]);
    home.append(el("h2", {}, `${t.title} (${t.unit})`), table(["model", ...t.columns.map((c) => "#" + c)], ours), el("p", { class: "soft" }, `Published: ${t.source}. ${t.note}`));
  }
}

function detail(home, name, suite) {
  const first = suite.conditions.original || Object.values(suite.conditions)[0];
  const parts = [];
  const scorers = Object.entries(first.metrics).filter(([m]) => m === "accuracy" || m.startsWith("accuracy:"));
  if (scorers.length > 1) parts.push(el("h3", {}, "Official against careful scores"), bars(scorers));
  const sweep = Object.entries(suite.conditions).map(([c, row]) => [c.match(/^noise\((?:.*,)?snr_db=(-?[\d.]+)/), row]).filter(([m, row]) => m && row.metrics.accuracy);
  if (sweep.length > 1) parts.push(el("h3", {}, "Accuracy by signal-to-noise ratio"), bars(sweep.map(([m, row]) => [+m[1], row.metrics.accuracy]).sort((a, b) => b[0] - a[0]).map(([x, f]) => [`${x} dB`, f])));
  for (const [tag, values] of Object.entries(first.tags)) {
    const found = Object.entries(values).filter(([, v]) => v.metrics.accuracy).map(([v, f]) => [v, f.metrics.accuracy]);
    if (found.length > 1 && found.length <= 40) parts.push(el("h3", {}, `Accuracy by ${tag}`), bars(found));
  }
  const p = suite.profile;
  if (p) {
    if (!("right" in p.shares)) parts.push(el("h3", {}, "Listening profile"), bars(Object.entries(p.shares)), el("p", { class: "soft" }, D.definition));
    const asked = p.positions.reduce((n, x) => n + x.right, 0), chosen = p.positions.reduce((n, x) => n + x.chosen, 0);
    if (asked && chosen) parts.push(el("h3", {}, "Places of the options"), table(["place", "#chosen", "#right one stood there"], p.positions.map((x, i) => [String.fromCharCode(65 + i), percent(x.chosen / chosen), percent(x.right / asked)])));
    if (Object.keys(p.errors).length) parts.push(el("h3", {}, "Errors"), table(["kind", "#replies"], Object.entries(p.errors).map(([k, n]) => [k, String(n)])));
  }
  const c = D.confusion[name];
  if (c) parts.push(el("h3", {}, "Confusion of classes (rows: right, columns: chosen)"), table(["", ...c.labels.map((l) => "#" + l)], c.labels.map((l, i) => [l, ...c.counts[i].map(String)])));
  if (parts.length) home.append(el("h2", {}, name), ...parts);
}

// -- items: only the rows that can be seen are in the page, so 20,000 are as quick as 20.
const T = D.trials, HEIGHT = 28;
const fields = Object.keys(T), N = T.case.length;
const trial = (i) => Object.fromEntries(fields.map((f) => [f, T[f][i]]));
const haystack = Array.from({ length: N }, (_, i) => `${T.case[i]}\n${T.question[i]}\n${T.reply[i] ?? ""}`.slice(0, 5000).toLowerCase());
let shown = [], selected = -1;

function options(id, values, all) {
  $(id).append(el("option", { value: "" }, all), ...values.map((v) => el("option", { value: v }, v)));
  $(id).addEventListener("change", filter);
}

function filter() {
  const suite = $("f-suite").value, condition = $("f-condition").value, outcome = $("f-outcome").value, tag = $("f-tag").value, text = $("f-text").value.toLowerCase();
  shown = [];
  for (let i = 0; i < N; i++) {
    if (suite && T.suite[i] !== suite) continue;
    if (condition && T.condition[i] !== condition) continue;
    if (outcome && T.outcome[i] !== outcome) continue;
    if (tag && !T.tags[i].includes(tag)) continue;
    if (text && !haystack[i].includes(text)) continue;
    shown.push(i);
  }
  $("count").textContent = `${shown.length} of ${N} trials`;
  $("space").style.height = `${shown.length * HEIGHT}px`;
  $("list").scrollTop = 0;
  selected = -1;
  draw();
}

function draw() {
  const list = $("list"), from = Math.max(0, Math.floor(list.scrollTop / HEIGHT) - 5), to = Math.min(shown.length, from + Math.ceil(list.clientHeight / HEIGHT) + 10);
  list.querySelectorAll(".row").forEach((row) => row.remove());
  for (let k = from; k < to; k++) {
    const i = shown[k];
    const row = el("div", { class: "row", role: "option", id: `row-${k}`, "aria-selected": String(k === selected) },
      el("span", { class: T.outcome[i] }, T.outcome[i]), el("span", {}, T.case[i]), el("span", {}, T.condition[i]), el("span", {}, T.answer[i] ?? ""), el("span", {}, (T.reply[i] ?? "").slice(0, 200)));
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
}

function copyable(text) {
  const button = el("button", { type: "button" }, "copy");
  button.addEventListener("click", () => navigator.clipboard && navigator.clipboard.writeText(text));
  return el("div", {}, el("pre", { class: "id" }, text), button);
}

function item(i) {
  const home = $("item"), t = trial(i);
  home.replaceChildren(el("h2", {}, `${t.suite}: ${t.case}`), el("p", {}, t.question));
  const same = [];
  for (let j = 0; j < N; j++) if (T.case[j] === t.case && T.suite[j] === t.suite) same.push(j);
  home.append(copyable(`pytest '${t.nodeid}' --model '${D.spec}'`));
  home.append(el("div", { class: "replies" }, ...same.map(reply)));
}

function reply(j) {
  const t = trial(j);
  const box = el("section", { class: "reply", "aria-label": t.condition }, el("h3", {}, t.condition, " ", el("span", { class: t.outcome }, t.outcome)));
  if (t.choices.length) {
    box.append(el("ol", { type: "A" }, ...t.choices.map((c, k) => el("li", { class: k === t.answer_index ? "right" : k === t.choice ? "wrong" : null }, c, k === t.answer_index ? " (right)" : "", k === t.choice ? " (chosen)" : ""))));
  } else if (t.answer) box.append(el("p", { class: "soft" }, `expected: ${t.answer}`));
  const text = t.reply ?? "";
  box.append(el("pre", { dir: "auto" }, text.length > 20000 ? text.slice(0, 20000) + `\n… ${text.length - 20000} more signs` : text || "(no reply)"));
  if (t.reason) box.append(el("p", { class: "soft" }, t.reason));
  for (const source of D.audio[t.sound] || []) box.append(player(source));
  return box;
}

function player(source) {
  const audio = el("audio", { controls: "", preload: "none", src: source }), canvas = el("canvas", { width: 480, height: 90, role: "img", "aria-label": "spectrogram" });
  spectrogram(source, canvas).catch(() => canvas.remove());
  return el("div", {}, audio, canvas);
}

// A spectrogram of the clip as the model heard it: 0 to half its rate, 70 dB.
async function spectrogram(source, canvas) {
  const bytes = await (await fetch(source)).arrayBuffer();
  const clip = await new OfflineAudioContext(1, 1, 16000).decodeAudioData(bytes);
  const x = clip.getChannelData(0), size = 256, half = size / 2, ctx = canvas.getContext("2d"), image = ctx.createImageData(canvas.width, half);
  const re = new Float32Array(size), im = new Float32Array(size);
  for (let c = 0; c < canvas.width; c++) {
    const at = Math.floor((c / canvas.width) * Math.max(0, x.length - size));
    for (let k = 0; k < size; k++) { re[k] = (x[at + k] || 0) * (0.5 - 0.5 * Math.cos((2 * Math.PI * k) / size)); im[k] = 0; }
    fft(re, im);
    for (let k = 0; k < half; k++) {
      const db = 10 * Math.log10(re[k] * re[k] + im[k] * im[k] + 1e-9), v = Math.max(0, Math.min(1, (db + 40) / 70)), p = 4 * ((half - 1 - k) * canvas.width + c);
      image.data[p] = 255 * Math.min(1, 1.6 * v); image.data[p + 1] = 255 * v * v; image.data[p + 2] = 120 * (1 - v) * v * 2; image.data[p + 3] = 255;
    }
  }
  canvas.height = half;
  ctx.putImageData(image, 0, 0);
  canvas.dataset.drawn = "yes";
}

function fft(re, im) {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) { [re[i], re[j]] = [re[j], re[i]]; [im[i], im[j]] = [im[j], im[i]]; }
  }
  for (let len = 2; len <= n; len <<= 1) {
    const angle = (-2 * Math.PI) / len;
    for (let i = 0; i < n; i += len) for (let k = 0; k < len / 2; k++) {
      const wr = Math.cos(angle * k), wi = Math.sin(angle * k), a = i + k, b = a + len / 2;
      const xr = re[b] * wr - im[b] * wi, xi = re[b] * wi + im[b] * wr;
      re[b] = re[a] - xr; im[b] = im[a] - xi; re[a] += xr; im[a] += xi;
    }
  }
}

function tab(name) {
  for (const one of ["overview", "items"]) { $(one).hidden = one !== name; $("tab-" + one).setAttribute("aria-pressed", String(one === name)); }
  if (name === "items") draw();
}

const values = (field) => [...new Set(T[field])].sort();
document.title = `audiotest: ${D.model}`;
$("about").textContent = `${D.model} · ${N} trials · ${D.when}`;
options("f-suite", values("suite"), "all suites");
options("f-condition", values("condition"), "all conditions");
options("f-outcome", values("outcome"), "all outcomes");
options("f-tag", [...new Set(T.tags.flat())].sort(), "all tags");
$("f-text").addEventListener("input", filter);
$("list").addEventListener("scroll", draw);
$("list").addEventListener("keydown", (e) => {
  const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15 }[e.key];
  if (step) { e.preventDefault(); select(Math.max(0, Math.min(shown.length - 1, selected + step))); }
});
$("tab-overview").addEventListener("click", () => tab("overview"));
$("tab-items").addEventListener("click", () => tab("items"));
overview();
filter();
