// -- pictures of figures. None says anything by colour alone: values stand beside, lines differ by dashes and markers.
const COLOURS = ["var(--mark)", "var(--guessable)", "var(--fragile)", "var(--listened)", "var(--misheard)"];
const DASHES = [null, "9 4", "3 3", "12 4 3 4", "1 4"];

// A value from 0 to 1 as a filled bar with its interval, and the level of guessing as a mark.
function meter(f, chance) {
  const box = svg("svg", { class: "meter", viewBox: "0 0 100 12", preserveAspectRatio: "none", "aria-hidden": "true" });
  const at = (x) => Math.max(0, Math.min(100, 100 * x));
  box.append(svg("rect", { x: 0, y: 3, width: 100, height: 6, fill: "var(--line)", opacity: 0.6 }), svg("rect", { x: 0, y: 3, width: at(f.value), height: 6, fill: "var(--mark)" }));
  if (known(f.low)) box.append(svg("rect", { x: at(f.low), y: 5.4, width: Math.max(0.5, at(f.high) - at(f.low)), height: 1.2, fill: "var(--ink)" }));
  if (known(chance)) box.append(svg("rect", { class: "chance", x: Math.min(98.5, at(chance)), y: 0, width: 1.5, height: 12, fill: "var(--bad)" }));
  return box;
}

function bar(figure) {
  const box = svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img", "aria-label": msg("value_ci", { value: percent(figure.value), range: range(figure) }) });
  box.append(svg("rect", { x: 0, y: 4.5, width: 100, height: 1, fill: "var(--line)" }));
  if (known(figure.low)) box.append(svg("rect", { x: 100 * figure.low, y: 3, width: Math.max(0.3, 100 * (figure.high - figure.low)), height: 4, fill: "var(--mark)", opacity: 0.35 }));
  box.append(svg("rect", { x: Math.min(99.2, Math.max(0, 100 * figure.value - 0.4)), y: 1, width: 0.8, height: 8, fill: "var(--mark)" }));
  return box;
}

// `linked(name)` says which items are behind a row, `written(name)` how its name is shown.
function bars(rows, linked, written = (name) => name) {
  const box = el("div", { class: "bars" });
  for (const [name, f] of rows) {
    const beside = el("span", { class: "soft" }, percent(f.value), el("span", { class: "wide" }, `  (${msg("range_n", { range: range(f), n: f.n })})`));
    box.append(linked ? toItems(linked(name), el("bdi", {}, written(name))) : el("bdi", {}, written(name)), bar(f), beside);
  }
  return box;
}

// The values with the most trials; those of a single one, and what there is beyond `most`, are one click away.
function folded(figures, linked, most = 25) {
  const several = figures.filter(([, f]) => f.n > 1), single = figures.filter(([, f]) => f.n <= 1);
  const sorted = several.length > most ? several.slice().sort((a, b) => b[1].n - a[1].n) : several;
  const rest = [...sorted.slice(most), ...single], key = sorted.length > most ? "more_values" : "single_values";
  const box = el("div", {}, bars(sorted.slice(0, most), linked));
  if (rest.length) box.append(el("details", {}, el("summary", { class: "soft" }, msg(key, { n: rest.length })), bars(rest, linked)));
  return box;
}

// Shares as one bar, with what each part stands for in its title and in `legend`; parts differ by hatch as well.
function stacked(shares) {
  const text = Object.entries(shares).map(([label, f]) => `${word(label)} ${percent(f.value)}`).join(", ");
  const parts = Object.entries(shares).map(([label, f]) => el("span", { class: label, style: `width: ${100 * f.value}%` }, f.value > 0.08 ? `${Math.round(100 * f.value)}` : ""));
  return el("div", { class: "stack", role: "img", "aria-label": text, title: text }, ...parts);
}
const legend = (named) => el("p", { class: "legend" }, ...named.map(([name, mark]) => el("span", {}, mark, name)));

function marker(k, x, y) {
  const shape = [
    () => svg("circle", { cx: x, cy: y, r: 4 }), () => svg("rect", { x: x - 3.5, y: y - 3.5, width: 7, height: 7 }),
    () => svg("polygon", { points: `${x},${y - 5} ${x + 5},${y + 4} ${x - 5},${y + 4}` }), () => svg("polygon", { points: `${x},${y - 5} ${x + 5},${y} ${x},${y + 5} ${x - 5},${y}` }),
    () => svg("rect", { x: x - 5, y: y - 1.5, width: 10, height: 3 }),
  ][k % 5]();
  return filled(shape, { fill: COLOURS[k % COLOURS.length] }, []);
}
const lineMark = (k) => svg("svg", { class: "line", viewBox: "0 0 30 12", "aria-hidden": "true" }, svg("line", { x1: 0, x2: 30, y1: 6, y2: 6, stroke: COLOURS[k % 5], "stroke-width": 2, "stroke-dasharray": DASHES[k % 5] }), marker(k, 15, 6));

// Accuracy over a level in dB: a line a kind of noise, with its 95% CI; the level of `original` and of guessing.
// Each point (level, figure, condition) leads to its items.
function curve(series, original, chance, linked) {
  const W = 480, H = 240, left = 46, right = 12, top = 10, bottom = 38;
  const levels = [...new Set(series.flatMap(([, points]) => points.map(([db]) => db)))].sort((a, b) => a - b);
  const low = levels[0], wide = levels[levels.length - 1] - low;
  const x = (db) => left + ((db - low) / wide) * (W - left - right), y = (v) => top + (1 - Math.min(v, 1)) * (H - top - bottom);
  const text = series.map(([name, points]) => `${name}: ` + points.map(([db, f]) => msg("at_db", { value: percent(f.value), db })).join(", ")).join("; ");
  const box = svg("svg", { class: "plot", viewBox: `0 0 ${W} ${H}`, role: "group", "aria-label": `${msg("snr_label")}; ${text}` });
  for (const v of [0, 0.25, 0.5, 0.75, 1]) box.append(svg("line", { x1: left, x2: W - right, y1: y(v), y2: y(v), stroke: "var(--line)" }), svg("text", { x: left - 6, y: y(v) + 4, "text-anchor": "end" }, `${100 * v}%`));
  for (const db of levels) box.append(svg("text", { x: x(db), y: H - bottom + 18, "text-anchor": db === levels[levels.length - 1] ? "end" : "middle" }, String(db).replace("-", "−")));
  box.append(svg("text", { x: (left + W - right) / 2, y: H - 4, "text-anchor": "middle" }, msg("snr_axis")));
  for (const [v, dashes] of [[original, "7 4"], [chance, "2 4"]]) if (known(v)) box.append(svg("line", { x1: left, x2: W - right, y1: y(v), y2: y(v), stroke: "var(--soft)", "stroke-dasharray": dashes }));
  series.forEach(([, points], k) => {
    const colour = COLOURS[k % COLOURS.length], sound = points.filter(([, f]) => known(f.low));
    const band = [...sound.map(([db, f]) => `${x(db)},${y(f.high)}`), ...sound.map(([db, f]) => `${x(db)},${y(f.low)}`).reverse()];
    box.append(svg("polygon", { points: band.join(" "), fill: colour, opacity: 0.15 }));
    box.append(svg("polyline", { points: points.map(([db, f]) => `${x(db)},${y(f.value)}`).join(" "), fill: "none", stroke: colour, "stroke-width": 2, "stroke-dasharray": DASHES[k % 5] }));
    for (const [db, f, condition] of points) {
      const label = `${db} dB: ${percent(f.value)} (${msg("range_n", { range: range(f), n: f.n })})`;
      box.append(svg("a", { href: fragment("items", linked(condition)), "aria-label": `${condition}: ${label}` }, marker(k, x(db), y(f.value)), svg("title", {}, label)));
    }
  });
  return box;
}

// Rows: what was right; columns: what was chosen. The darker, the larger the share of its row.
function confusion(c, suite) {
  const heads = c.unread.some((n) => n) ? [...c.labels, msg("no_option")] : c.labels;
  const head = el("tr", {}, el("td", {}), ...heads.map((l) => el("th", { scope: "col" }, el("bdi", {}, l))));
  const rows = c.labels.map((label, i) => {
    const row = heads.length > c.labels.length ? [...c.counts[i], c.unread[i]] : c.counts[i], all = row.reduce((a, b) => a + b, 0);
    return el("tr", {}, el("th", { scope: "row" }, el("bdi", {}, label)), ...row.map((n, j) => {
      const style = n ? `background: color-mix(in srgb, var(--mark) ${Math.round((45 * n) / all)}%, transparent)` : null;
      const link = j < c.labels.length ? { suite, condition: "original", answer: label, chosen: c.labels[j] } : { suite, condition: "original", answer: label, chosen: NO_OPTION };
      return el("td", { style, class: i === j ? "own" : null, title: `${label} → ${heads[j]}: ${msg("n_of", { n, all })}` }, n ? toItems(link, String(n)) : "·");
    }));
  });
  return scrolling(el("table", { class: "matrix" }, el("thead", {}, head), el("tbody", {}, ...rows)), msg("confusion"));
}
const NO_OPTION = "(none)";

// How often each place was chosen (bar), beside how often the right option stood there (mark).
function places(positions, metric) {
  const sum = (key) => positions.reduce((n, p) => n + p[key], 0), chosen = sum("chosen"), right = sum("right");
  if (!chosen || !right) return [];
  const box = el("div", { class: "bars" });
  positions.forEach((p, i) => {
    const a = p.chosen / chosen, b = p.right / right;
    const one = svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img", "aria-label": msg("chosen_right", { chosen: percent(a), right: percent(b) }) });
    one.append(svg("rect", { x: 0, y: 2, width: 100, height: 6, fill: "var(--line)", opacity: 0.5 }), svg("rect", { x: 0, y: 2, width: 100 * a, height: 6, fill: "var(--mark)", opacity: 0.6 }));
    one.append(svg("rect", { x: Math.min(99.3, 100 * b), y: 0, width: 0.7, height: 10, fill: "var(--ink)" }));
    box.append(el("span", {}, String.fromCharCode(65 + i)), one, el("span", { class: "soft" }, percent(a), el("span", { class: "wide" }, `  ${msg("chosen_beside", { right: percent(b) })}`)));
  });
  const bias = metric ? ` ${msg("position_bias_value", { gap: gap(metric) })}` : "";
  return [el("h3", {}, msg("position_bias")), box, el("p", { class: "soft" }, msg("position_bias_legend") + bias)];
}
