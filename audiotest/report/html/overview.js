// -- the overview: the verdict, suites x conditions, gates, the listening profile, and each suite's figures as pictures.
const SUITES = Object.entries(D.summary.suites);
const WORD = (g) => word(g.passed ? "passed" : g.passed === false ? "failed" : "not judged");
const MARKS = { good: "✓", bad: "✗", doubt: "!", plain: "·" };
const outcomeCount = (name, n) => (name === "error" ? msg("errors_n", { n }) : `${n} ${word(name)}`);
const outcomes = (row) => Object.entries(row.outcomes).map(([name, n]) => outcomeCount(name, n)).join(", ");
const original = (suite) => suite.conditions.original || Object.values(suite.conditions)[0];
const chanceOf = (suite, condition) => (D.chance[suite] || {})[condition];

// The answer first: a line of sentences, each leading to the items that it is about.
function verdict(home) {
  for (const { kind, text, suite, condition, outcome } of D.verdict[language] || D.verdict.en) {
    const words = text.charAt(0).toUpperCase() + text.slice(1), about = { suite, condition, outcome };
    const mark = el("b", { class: kind, "aria-hidden": "true" }, MARKS[kind]);
    home.append(el("span", { class: kind }, mark, " ", suite || condition || outcome ? toItems(about, words) : words, msg("full_stop")));
  }
}

function overview() {
  const home = $("overview");
  for (const note of D.notes[language] || D.notes.en) home.append(el("p", { class: "note" }, note));
  if (SUITES.length > 1) home.append(el("h2", {}, msg("suites_conditions")), matrix());
  gates(home);
  profiles(home);
  for (const [name, suite] of SUITES) home.append(section(name, suite));
  for (const t of D.published) published(home, t);
}

// A figure with its bar and the level of guessing, leading to its items. `n` where it is not told elsewhere.
function cell(name, condition, row) {
  const f = row && row.metrics.accuracy;
  if (!f || !known(f.value)) return keyed(el("span", {}, "–"), -1);
  const chance = chanceOf(name, condition), guess = known(chance) && known(f.low) && f.low <= chance && chance <= f.high;
  const title = `${outcomes(row)}${known(chance) ? `; ${msg("chance", { chance: percent(chance) })}` : ""}`;
  return keyed(el("span", { class: "cell", title }, toItems({ suite: name, condition }, percent(f.value)), meter(f, chance), el("small", {}, range(f), guess ? el("em", {}, ` ${msg("near_chance")}`) : null)), f.value);
}

function gapCell(f) {
  const [value, between] = gap(f).split(" (");
  return keyed(el("span", {}, value, between ? el("small", {}, between.replace(")", "")) : ""), f && known(f.value) ? f.value : -2);
}

// A row a suite, a column a condition; the figures of one suite stand in full in its own section.
function matrix() {
  const conditions = [...new Set(SUITES.flatMap(([, s]) => Object.keys(s.conditions)))];
  const first = conditions.filter((c) => c === "original"), others = conditions.filter((c) => c !== "original");
  const rows = SUITES.map(([name, suite], k) => {
    const link = el("a", { href: `#suite-${k}` }, name);
    const most = Math.max(...Object.values(suite.conditions).map((row) => (row.metrics.accuracy || { n: 0 }).n));
    const cells = (names) => names.map((c) => cell(name, c, suite.conditions[c]));
    return [link, String(most), ...cells(first), gapCell(original(suite).metrics.listening_gap), ...cells(others)];
  });
  const made = table([msg("head_suite"), "#n", ...first.map((c) => "#" + c), "#" + msg("gap"), ...others.map((c) => "#" + c)], rows, { name: "figures", sorts: true });
  const note = el("p", { class: "soft" }, msg("matrix_legend"));
  return el("div", {}, rows.length > 5 ? finder(msg("find_suite"), made, "tbody tr") : null, made, note);
}

// A fold a suite, those with a gate that failed first.
function gates(home) {
  const count = (s, passed) => s.gates.filter((g) => g.passed === passed).length, failed = ([, s]) => count(s, false), open = ([, s]) => s.gates.length - count(s, true);
  const those = SUITES.filter(([, s]) => s.gates.length).sort((a, b) => failed(b) - failed(a) || open(b) - open(a));
  if (!those.length) return;
  const all = those.reduce((n, [, s]) => n + s.gates.length, 0), passed = those.reduce((n, [, s]) => n + count(s, true), 0);
  home.append(el("h2", {}, msg("gates_passed", { passed, all })));
  let rows = 0;
  for (const one of those) {
    const [name, suite] = one, rank = (g) => (g.passed === false ? 0 : g.passed ? 2 : 1);
    const line = (g) => [toItems({ suite: name, condition: g.condition }, g.name), el("span", { class: g.passed ? "passed" : g.passed === false ? "failed" : "skipped" }, WORD(g)), translated(g.reason)];
    const words = [[failed(one), "failed"], [open(one) - failed(one), "not judged"], [count(suite, true), "passed"]].filter(([n]) => n).map(([n, name]) => outcomeCount(name, n));
    const shown = (failed(one) || those.length === 1) && rows < 20;
    rows += suite.gates.length;
    home.append(el("details", shown ? { open: "", class: "gates" } : { class: "gates" }, el("summary", { class: failed(one) ? "failed" : null }, `${name}: ${words.join(", ")}`), table([msg("head_gate"), msg("head_outcome"), "~" + msg("head_reason")], suite.gates.slice().sort((a, b) => rank(a) - rank(b)).map(line))));
  }
}

// Where no condition without sound ran, or nothing was right, there is nothing to tell listening from guessing by.
const profiled = (suite) => suite.profile && ["listened", "guessable", "fragile"].some((label) => label in suite.profile.shares);

function profiles(home) {
  const those = SUITES.filter(([, s]) => profiled(s));
  if (!those.length) return;
  const labels = D.labels.filter((l) => those.some(([, s]) => l in s.profile.shares));
  const box = el("div", { class: "bars" });
  for (const [name, s] of those) {
    const own = Object.fromEntries(labels.filter((l) => l in s.profile.shares).map((l) => [l, s.profile.shares[l]]));
    box.append(el("span", {}, name), stacked(own), toItems({ suite: name, condition: "original", label: "listened" }, `${word("listened")} ${percent((own.listened || { value: 0 }).value)}`));
  }
  home.append(el("h2", {}, msg("listening_profile")), legend(labels.map((l) => [word(l), el("i", { class: l })])), box, el("p", { class: "soft" }, msg("profile_definition")));
}

// A benchmark's own table, sorted by its average (its last column where none is called so), this run in its place.
// A part of the benchmark has no rank: it stands on top.
function published(home, t) {
  const decimals = { fraction: 3, points: 2 }[t.unit] ?? 1;
  const value = (r, c) => (c in r.values ? r.values[c].toFixed(decimals) : c in r.missing ? `– (${r.missing[c]})` : "–");
  const by = t.columns.find((c) => /average|overall|total|avg/i.test(c)) || t.columns[t.columns.length - 1];
  const rank = (r) => (r.ours && !r.whole ? Infinity : by in r.values ? r.values[by] : -Infinity);
  const rows = t.rows.slice().sort((a, b) => (rank(a) < rank(b)) - (rank(a) > rank(b))).map((r) => [el(r.ours && r.whole ? "strong" : "span", {}, r.ours ? "▸ " : "", r.model), ...t.columns.map((c) => value(r, c)), r.count]);
  const part = t.rows.some((r) => !r.whole) ? ` ${msg("part_on_top")}` : "";
  home.append(el("details", { class: "suite published" }, el("summary", {}, el("h2", {}, `${t.title} (${t.unit})`), " ", el("span", { class: "soft" }, msg("among_published"))),
    table([msg("head_model"), ...t.columns.map((c) => "#" + c), "#n"], rows, { sorts: true }), el("p", { class: "soft" }, msg("published_note", { source: t.source, note: t.note, by }) + part)));
}

function section(name, suite) {
  const k = SUITES.findIndex(([n]) => n === name), box = el("details", { class: "suite", id: `suite-${k}` });
  if (SUITES.length <= 3) box.setAttribute("open", "");
  const a = original(suite).metrics.accuracy;
  box.append(el("summary", {}, el("h2", {}, name), " ", el("span", { class: "soft" }, a ? msg("n_of", { n: percent(a.value), all: a.n }) : "")));
  const rows = Object.entries(suite.conditions).map(([c, row]) => {
    const f = row.metrics.accuracy, own = c === "original" ? row.metrics.listening_gap : null;
    return [c, String(f ? f.n : 0), cell(name, c, row), own ? gapCell(own) : keyed(el("span", {}, ""), -2), outcomes(row)];
  });
  const heads = [msg("head_condition"), "#n", "#" + msg("accuracy"), "#" + msg("gap"), msg("outcomes")];
  const made = table(heads, rows, { name: "figures", sorts: true });
  box.append(el("h3", {}, msg("conditions")), rows.length > 8 ? finder(msg("find_condition"), made, "tbody tr") : "", made, ...beside(suite), ...pictures(name, suite));
  return box;
}

// Error rates, corpus figures and mean scores, under each condition.
function beside(suite) {
  const rows = [];
  for (const [c, row] of Object.entries(suite.conditions)) for (const [m, f] of Object.entries(row.metrics)) {
    const share = D.figures[m.split(":")[0]];
    if (share === undefined) continue;
    const ends = known(f.low) && known(f.high);
    rows.push([c, m.replace("_", " "), String(f.n), share ? percent(f.value) : f.value.toFixed(2), share ? range(f) : ends ? between(f.low.toFixed(2), f.high.toFixed(2)) : "–"]);
  }
  return rows.length ? [el("h3", {}, msg("other_figures")), table([msg("head_condition"), msg("figure"), "#n", "#" + msg("value"), "#" + msg("ci")], rows)] : [];
}

function pictures(name, suite) {
  const first = original(suite), condition = "original" in suite.conditions ? "original" : Object.keys(suite.conditions)[0];
  const parts = [...byScorer(name, first), ...sweeps(name, suite, first, D.leading[name] || "accuracy")];
  for (const [tag, values] of Object.entries(first.tags)) {
    const figures = Object.entries(values).filter(([, v]) => v.metrics.accuracy).map(([v, f]) => [v, f.metrics.accuracy]);
    if (figures.length > 1) parts.push(el("h3", {}, msg("accuracy_by", { tag })), folded(figures, (value) => ({ suite: name, condition, tag: `${tag}: ${value}` })));
  }
  const p = suite.profile, c = D.confusion[name];
  if (profiled(suite)) parts.push(el("h3", {}, msg("listening_profile")), bars(Object.entries(p.shares), (label) => ({ suite: name, condition, label }), word));
  if (p) parts.push(...places(p.positions, first.metrics.position_bias));
  if (p && Object.keys(p.errors).length) parts.push(el("h3", {}, msg("errors")), table([msg("kind"), "#" + msg("replies")], Object.entries(p.errors).map(([kind, n]) => [word(kind), String(n)])));
  if (c) parts.push(el("h3", {}, msg("confusion_title")), confusion(c, name), el("p", { class: "soft" }, msg("confusion_legend")));
  return parts;
}

// The deciding scorer beside the others: for a benchmark, its official rule beside the robust parser.
function byScorer(name, first) {
  const named = Object.entries(first.metrics).filter(([m]) => m === "accuracy" || m.startsWith("accuracy:"));
  if (named.length < 2) return [];
  const deciding = D.deciding[name] || msg("deciding_scorer"), differ = D.differing[name];
  const rows = named.map(([m, f]) => [m === "accuracy" ? msg("decides", { scorer: deciding }) : m.slice(9), f]);
  const parts = [el("h3", {}, msg(differ ? "official_and_parser" : "accuracy_by_scorer")), bars(rows)];
  if (differ) parts.push(el("p", { class: "soft" }, toItems({ suite: name, outcome: DIFFER }, msg("differ_on", differ)), msg("differ_how", { ...differ, deciding })));
  return parts;
}

// Conditions that differ in `snr_db` alone are one curve.
function sweeps(name, suite, first, metric) {
  const kinds = {};
  for (const [condition, row] of Object.entries(suite.conditions)) {
    const level = condition.match(/snr_db=(-?[\d.]+)/);
    if (!level || !row.metrics[metric] || D.figures[metric] === false) continue;
    const kind = condition.replace(/snr_db=-?[\d.]+,?/, "").replace(",)", ")").replace("()", "");
    (kinds[kind] = kinds[kind] || []).push([+level[1], row.metrics[metric], condition]);
  }
  const series = Object.entries(kinds).filter(([, points]) => points.length > 1).map(([kind, points]) => [kind, points.sort((a, b) => a[0] - b[0])]);
  if (!series.length) return [];
  const { [metric]: whole, threshold_snr: half } = first.metrics, chance = metric === "accuracy" ? first.metrics.chance : undefined;
  const lines = [whole ? msg("dashed_original") : "", chance ? msg("dotted_chance") : ""].filter(Boolean).join("; ");
  const parts = [el("h3", {}, metric === "accuracy" ? msg("accuracy_by_snr") : msg("metric_by_snr", { metric })), legend(series.map(([kind], k) => [kind, lineMark(k)]))];
  parts.push(curve(series, whole && whole.value, chance && chance.value, (condition) => ({ suite: name, condition })));
  parts.push(el("p", { class: "soft" }, msg("bands", { lines: lines && `; ${lines}` }) + (half && known(half.value) ? ` ${msg("half_snr", { db: half.value.toFixed(1) })}` : "")));
  return parts;
}
