"use strict";
const D = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";

const svg = (name, attributes = {}, ...inner) => filled(document.createElementNS(SVG, name), attributes, inner);

const known = (x) => x !== null && x !== undefined;
const percent = (x) => (known(x) ? (100 * x).toFixed(1) + "%" : "–");
const range = (f) => (f && known(f.low) ? `${(100 * f.low).toFixed(1)} to ${(100 * f.high).toFixed(1)}` : "–");
const signed = (x) => (x < 0 ? "−" : "+") + Math.abs(100 * x).toFixed(1);
const gap = (f) => (f && known(f.value) ? signed(f.value) + (known(f.low) ? ` (${signed(f.low)} to ${signed(f.high)})` : "") : "–");

// A head that begins with # is of numbers: its column stands to the right. Reasons are sentences, which may wrap.
function table(heads, rows, name = "") {
  const kind = (i) => (heads[i].startsWith("#") ? "n" : heads[i] === "reason" ? "text" : null);
  const head = el("tr", {}, ...heads.map((h, i) => el("th", { scope: "col", class: kind(i) }, h.replace("#", ""))));
  const cell = (one, i) => (i ? el("td", { class: kind(i) }, one) : el("th", { scope: "row", class: kind(i) }, one));
  const body = rows.map((row) => el("tr", {}, ...row.map(cell)));
  return el("div", { class: "scroll" }, el("table", { class: name }, el("thead", {}, head), el("tbody", {}, ...body)));
}

function bar(figure) {
  const box = svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img", "aria-label": `${percent(figure.value)}, 95% interval ${range(figure)}` });
  box.append(svg("rect", { x: 0, y: 4.5, width: 100, height: 1, fill: "var(--line)" }));
  if (known(figure.low)) box.append(svg("rect", { x: 100 * figure.low, y: 3, width: Math.max(0.3, 100 * (figure.high - figure.low)), height: 4, fill: "var(--mark)", opacity: 0.35 }));
  box.append(svg("rect", { x: Math.min(99.2, Math.max(0, 100 * figure.value - 0.4)), y: 1, width: 0.8, height: 8, fill: "var(--mark)" }));
  return box;
}

function bars(rows) {
  const box = el("div", { class: "bars" });
  for (const [name, f] of rows) {
    const said = el("span", { class: "soft" }, percent(f.value), el("span", { class: "wide" }, `  (${range(f)}; n = ${f.n})`));
    box.append(el("bdi", {}, name), bar(f), said);
  }
  return box;
}

// Shares as one bar, with what each colour stands for told by `legend`.
function stacked(shares) {
  const said = Object.entries(shares).map(([label, f]) => `${label} ${percent(f.value)}`).join(", ");
  const parts = Object.entries(shares).map(([label, f]) => el("span", { style: `width: ${100 * f.value}%; background: var(--${label})` }));
  return el("div", { class: "stack", role: "img", "aria-label": said, title: said }, ...parts);
}
const legend = (named) => el("p", { class: "legend" }, ...named.map(([name, colour]) => el("span", {}, el("i", { style: `background: ${colour}` }), name)));

// Accuracy over a level in dB: a line a kind of noise, with its 95% intervals; the level of `original` and of guessing.
function curve(series, original, chance) {
  const W = 480, H = 240, left = 46, right = 12, top = 10, bottom = 38;
  const levels = [...new Set(series.flatMap(([, points]) => points.map(([db]) => db)))].sort((a, b) => a - b);
  const low = levels[0], wide = levels[levels.length - 1] - low;
  const x = (db) => left + ((db - low) / wide) * (W - left - right), y = (v) => top + (1 - Math.min(v, 1)) * (H - top - bottom);
  const said = series.map(([name, points]) => `${name}: ` + points.map(([db, f]) => `${percent(f.value)} at ${db} dB`).join(", ")).join("; ");
  const box = svg("svg", { class: "plot", viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": `accuracy by signal-to-noise ratio; ${said}` });
  for (const v of [0, 0.25, 0.5, 0.75, 1]) box.append(svg("line", { x1: left, x2: W - right, y1: y(v), y2: y(v), stroke: "var(--line)" }), svg("text", { x: left - 6, y: y(v) + 4, "text-anchor": "end" }, `${100 * v}%`));
  for (const db of levels) box.append(svg("text", { x: x(db), y: H - bottom + 18, "text-anchor": db === levels[levels.length - 1] ? "end" : "middle" }, String(db).replace("-", "−")));
  box.append(svg("text", { x: (left + W - right) / 2, y: H - 4, "text-anchor": "middle" }, "signal-to-noise ratio in dB"));
  for (const [v, dashes] of [[original, "7 4"], [chance, "2 4"]]) if (known(v)) box.append(svg("line", { x1: left, x2: W - right, y1: y(v), y2: y(v), stroke: "var(--soft)", "stroke-dasharray": dashes }));
  series.forEach(([, points], k) => {
    const colour = COLOURS[k % COLOURS.length], sound = points.filter(([, f]) => known(f.low));
    const band = [...sound.map(([db, f]) => `${x(db)},${y(f.high)}`), ...sound.map(([db, f]) => `${x(db)},${y(f.low)}`).reverse()];
    box.append(svg("polygon", { points: band.join(" "), fill: colour, opacity: 0.15 }));
    box.append(svg("polyline", { points: points.map(([db, f]) => `${x(db)},${y(f.value)}`).join(" "), fill: "none", stroke: colour, "stroke-width": 2 }));
    for (const [db, f] of points) box.append(svg("circle", { cx: x(db), cy: y(f.value), r: 4, fill: colour }, svg("title", {}, `${db} dB: ${percent(f.value)} (${range(f)}; n = ${f.n})`)));
  });
  return box;
}
const COLOURS = ["var(--mark)", "var(--guessable)", "var(--fragile)", "var(--listened)", "var(--misheard)"];

// Rows: what was right; columns: what was chosen. The darker, the larger the share of its row.
function confusion(c) {
  const shown = c.unread.some((n) => n) ? [...c.labels, "no option"] : c.labels;
  const head = el("tr", {}, el("td", {}), ...shown.map((l) => el("th", { scope: "col" }, el("bdi", {}, l))));
  const rows = c.labels.map((label, i) => {
    const row = shown.length > c.labels.length ? [...c.counts[i], c.unread[i]] : c.counts[i], all = row.reduce((a, b) => a + b, 0);
    return el("tr", {}, el("th", { scope: "row" }, el("bdi", {}, label)), ...row.map((n, j) => {
      const style = n ? `background: color-mix(in srgb, var(--mark) ${Math.round((70 * n) / all)}%, transparent)` : null;
      return el("td", { style, class: i === j ? "own" : null, title: `${label} → ${shown[j]}: ${n} of ${all}` }, n ? String(n) : "·");
    }));
  });
  return el("div", { class: "scroll" }, el("table", { class: "matrix" }, el("thead", {}, head), el("tbody", {}, ...rows)));
}

// How often each place was chosen (bar), beside how often the right option stood there (mark).
function places(positions, metric) {
  const sum = (key) => positions.reduce((n, p) => n + p[key], 0), chosen = sum("chosen"), right = sum("right");
  if (!chosen || !right) return [];
  const box = el("div", { class: "bars" });
  positions.forEach((p, i) => {
    const a = p.chosen / chosen, b = p.right / right;
    const one = svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img", "aria-label": `chosen ${percent(a)}, right ${percent(b)}` });
    one.append(svg("rect", { x: 0, y: 2, width: 100, height: 6, fill: "var(--line)", opacity: 0.5 }), svg("rect", { x: 0, y: 2, width: 100 * a, height: 6, fill: "var(--mark)", opacity: 0.6 }));
    one.append(svg("rect", { x: Math.min(99.3, 100 * b), y: 0, width: 0.7, height: 10, fill: "var(--ink)" }));
    box.append(el("span", {}, String.fromCharCode(65 + i)), one, el("span", { class: "soft" }, percent(a), el("span", { class: "wide" }, `  chosen; right in ${percent(b)}`)));
  });
  const told = metric ? ` Position bias ${gap(metric)} points; negative: to the front.` : "";
  return [el("h3", {}, "Places of the options"), box, el("p", { class: "soft" }, `Bar: how often the place was chosen. Mark: how often the right option stood there.${told}`)];
}
