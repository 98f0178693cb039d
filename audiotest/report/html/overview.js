// -- the overview: suites x conditions, gates, the listening profile, and each suite's figures as pictures.
const SUITES = Object.entries(D.summary.suites);
const WORD = (g) => (g.passed ? "passed" : g.passed === false ? "failed" : "not judged");
const outcomes = (row) => Object.entries(row.outcomes).map(([word, n]) => `${n} ${word}`).join(", ");
const original = (suite) => suite.conditions.original || Object.values(suite.conditions)[0];

function overview() {
  const home = $("overview");
  for (const note of D.notes) home.append(el("p", { class: "note" }, note));
  if (SUITES.length > 1) home.append(el("h2", {}, "Suites and conditions"), matrix());
  gates(home);
  profiles(home);
  for (const t of D.published) published(home, t);
  for (const [name, suite] of SUITES) home.append(section(name, suite));
}

// A row a suite, a column a condition; the figures of one suite stand in full in its own section.
function matrix() {
  const conditions = [...new Set(SUITES.flatMap(([, s]) => Object.keys(s.conditions)))];
  const first = conditions.filter((c) => c === "original"), others = conditions.filter((c) => c !== "original");
  const cell = (suite, condition) => {
    const a = suite.conditions[condition] && suite.conditions[condition].metrics.accuracy;
    return a ? el("span", { title: outcomes(suite.conditions[condition]) }, percent(a.value), el("small", {}, range(a))) : "–";
  };
  const rows = SUITES.map(([name, suite], k) => {
    const link = el("a", { href: `#suite-${k}` }, name);
    link.addEventListener("click", () => { $(`suite-${k}`).open = true; });
    const most = Math.max(...Object.values(suite.conditions).map((row) => (row.metrics.accuracy || { n: 0 }).n));
    const [value, between] = gap(original(suite).metrics.listening_gap).split(" (");
    const held = el("span", {}, value, between ? el("small", {}, between.replace(")", "")) : "");
    return [link, String(most), ...first.map((c) => cell(suite, c)), held, ...others.map((c) => cell(suite, c))];
  });
  const note = el("p", { class: "soft" }, "Accuracy with its 95% interval, in percent; listening gap in points: right with the sound less right without it.");
  const made = table(["suite", "#n", ...first.map((c) => "#" + c), "#listening gap", ...others.map((c) => "#" + c)], rows, "first");
  return el("div", {}, made, note);
}

function gates(home) {
  const all = SUITES.flatMap(([name, s]) => s.gates.map((g) => [name, g]));
  if (!all.length) return;
  const rank = (g) => (g.passed === false ? 0 : g.passed ? 2 : 1);
  const sorted = all.slice().sort((a, b) => rank(a[1]) - rank(b[1]));
  const line = ([name, g]) => [name, g.name, el("span", { class: g.passed ? "passed" : g.passed === false ? "failed" : "skipped" }, WORD(g)), g.reason];
  const folded = (word, found) => el("details", found.length <= 20 ? { open: "" } : {}, el("summary", { class: "soft" }, `${found.length} ${word}`), table(["suite", "gate", "", "reason"], found.map(line)));
  const passed = sorted.filter(([, g]) => g.passed), rest = sorted.filter(([, g]) => !g.passed);
  home.append(el("h2", {}, `Gates: ${passed.length} of ${all.length} passed`));
  if (rest.length) home.append(folded("failed or not judged", rest));
  if (passed.length) home.append(folded("passed", passed));
}

// Where no condition without sound ran, or nothing was right, there is nothing to tell listening from guessing by.
const profiled = (suite) => suite.profile && ["listened", "guessable", "fragile"].some((label) => label in suite.profile.shares);

function profiles(home) {
  const told = SUITES.filter(([, s]) => profiled(s));
  if (!told.length) return;
  const labels = D.labels.filter((l) => told.some(([, s]) => l in s.profile.shares));
  const box = el("div", { class: "bars" });
  for (const [name, s] of told) {
    const own = Object.fromEntries(labels.filter((l) => l in s.profile.shares).map((l) => [l, s.profile.shares[l]]));
    box.append(el("span", {}, name), stacked(own), el("span", { class: "soft" }, "listened", el("span", {}, ` ${percent((own.listened || { value: 0 }).value)}`)));
  }
  home.append(el("h2", {}, "Listening profile"), legend(labels.map((l) => [l, `var(--${l})`])), box, el("p", { class: "soft" }, D.definition));
}

function published(home, t) {
  const decimals = { fraction: 3, points: 2 }[t.unit] ?? 1;
  const value = (r, c) => (c in r.values ? r.values[c].toFixed(decimals) : c in r.missing ? `– (${r.missing[c]})` : "–");
  const rows = t.rows.map((r) => [el(r.ours && r.whole ? "strong" : "span", {}, r.model), ...t.columns.map((c) => value(r, c)), r.count]);
  const part = t.rows.some((r) => !r.whole) ? " A row of a part of the benchmark is no rank among the published ones." : "";
  home.append(el("h2", {}, `${t.title} (${t.unit})`), table(["model", ...t.columns.map((c) => "#" + c), "#n"], rows, "first"));
  home.append(el("p", { class: "soft" }, `Published: ${t.source}. ${t.note} The run's own rows stand on top.${part}`));
}

function section(name, suite) {
  const k = SUITES.findIndex(([n]) => n === name), box = el("details", { class: "suite", id: `suite-${k}` });
  if (SUITES.length <= 3) box.setAttribute("open", "");
  const a = original(suite).metrics.accuracy;
  box.append(el("summary", {}, el("h2", {}, name), " ", el("span", { class: "soft" }, a ? `${percent(a.value)} of ${a.n}` : "")));
  const rows = Object.entries(suite.conditions).map(([c, row]) => {
    const f = row.metrics.accuracy, held = c === "original" ? row.metrics.listening_gap : null;
    return [c, String(f ? f.n : 0), f ? percent(f.value) : "–", range(f), held ? gap(held) : "", outcomes(row)];
  });
  const heads = ["condition", "#n", "#accuracy", "#95% interval", "#listening gap", "outcomes"];
  box.append(el("h3", {}, "Conditions"), table(heads, rows), ...beside(suite), ...pictures(name, suite));
  return box;
}

// Error rates, corpus figures and mean scores, under each condition.
function beside(suite) {
  const rows = [];
  for (const [c, row] of Object.entries(suite.conditions)) for (const [m, f] of Object.entries(row.metrics)) {
    const share = D.figures[m.split(":")[0]];
    if (share === undefined) continue;
    const ends = known(f.low) && known(f.high);
    rows.push([c, m.replace("_", " "), String(f.n), share ? percent(f.value) : f.value.toFixed(2), share ? range(f) : ends ? `${f.low.toFixed(2)} to ${f.high.toFixed(2)}` : "–"]);
  }
  return rows.length ? [el("h3", {}, "Other figures"), table(["condition", "figure", "#n", "#value", "#95% interval"], rows)] : [];
}

function pictures(name, suite) {
  const first = original(suite), parts = [...byScorer(name, first), ...sweeps(suite, first, D.leading[name] || "accuracy")];
  for (const [tag, values] of Object.entries(first.tags)) {
    const found = Object.entries(values).filter(([, v]) => v.metrics.accuracy).map(([v, f]) => [v, f.metrics.accuracy]);
    if (found.length > 1) parts.push(el("h3", {}, `Accuracy by ${tag}`), folded(found));
  }
  const p = suite.profile, c = D.confusion[name];
  if (profiled(suite)) parts.push(el("h3", {}, "Listening profile"), bars(Object.entries(p.shares)));
  if (p) parts.push(...places(p.positions, first.metrics.position_bias));
  if (p && Object.keys(p.errors).length) parts.push(el("h3", {}, "Errors"), table(["kind", "#replies"], Object.entries(p.errors).map(([kind, n]) => [kind, String(n)])));
  if (c) parts.push(el("h3", {}, "Confusion of classes"), confusion(c), el("p", { class: "soft" }, "Rows: the right class. Columns: the chosen one. Under original."));
  return parts;
}

// The values with the most trials, the others one click away.
function folded(found, most = 25) {
  const sorted = found.length > most ? found.slice().sort((a, b) => b[1].n - a[1].n) : found;
  if (sorted.length <= most) return bars(sorted);
  return el("div", {}, bars(sorted.slice(0, most)), el("details", {}, el("summary", { class: "soft" }, `${sorted.length - most} more`), bars(sorted.slice(most))));
}

// What the deciding scorer says beside the others: for a benchmark, its official rule beside a careful reading.
function byScorer(name, first) {
  const named = Object.entries(first.metrics).filter(([m]) => m === "accuracy" || m.startsWith("accuracy:"));
  if (named.length < 2) return [];
  const deciding = D.deciding[name] || "the deciding scorer", differ = D.differing[name];
  const rows = named.map(([m, f]) => [m === "accuracy" ? `${deciding} (decides)` : m.slice(9), f]);
  const parts = [el("h3", {}, differ ? "Official against careful scores" : "Accuracy by scorer"), bars(rows)];
  if (differ) parts.push(el("p", { class: "soft" }, `They differ on ${differ.n} replies: ${differ.official} right only by ${deciding}, ${differ.careful} only as read with care.`));
  return parts;
}

// Conditions that differ in `snr_db` alone are one curve.
function sweeps(suite, first, metric) {
  const kinds = {};
  for (const [condition, row] of Object.entries(suite.conditions)) {
    const found = condition.match(/snr_db=(-?[\d.]+)/);
    if (!found || !row.metrics[metric] || D.figures[metric] === false) continue;
    const kind = condition.replace(/snr_db=-?[\d.]+,?/, "").replace(",)", ")").replace("()", "");
    (kinds[kind] = kinds[kind] || []).push([+found[1], row.metrics[metric]]);
  }
  const series = Object.entries(kinds).filter(([, points]) => points.length > 1).map(([kind, points]) => [kind, points.sort((a, b) => a[0] - b[0])]);
  if (!series.length) return [];
  const { [metric]: whole, threshold_snr: half } = first.metrics, chance = metric === "accuracy" ? first.metrics.chance : undefined;
  const told = [whole ? "dashed: original" : "", chance ? "dotted: guessing" : ""].filter(Boolean).join("; ");
  const parts = [el("h3", {}, metric === "accuracy" ? "Accuracy by signal-to-noise ratio" : `${metric} by signal-to-noise ratio`), legend(series.map(([kind], k) => [kind, COLOURS[k % COLOURS.length]]))];
  parts.push(curve(series, whole && whole.value, chance && chance.value));
  parts.push(el("p", { class: "soft" }, `Bands: 95% intervals${told ? `; ${told}` : ""}.${half && known(half.value) ? ` Half-way between guessing and the best at ${half.value.toFixed(1)} dB.` : ""}`));
  return parts;
}
