// -- the list of runs: its filters, two runs to compare, and the way to each.
const RUNS = D.runs, MOST_SUITES = 3, MOST_ROWS = 300;
const gates = (s) => (s.failed ? msg("runs.gates_failed", { n: s.failed, all: s.passed + s.failed + s.open }) : s.passed ? msg("runs.gates_passed", { n: s.passed, all: s.passed + s.open }) : s.open ? word("not judged") : "");
const value = (s, x) => (s.share ? percent(x) : x.toFixed(2));
const ends = (s) => (!known(s.figure.low) ? "" : s.share ? ` (${range(s.figure)})` : ` (${between(s.figure.low.toFixed(2), s.figure.high.toFixed(2))})`);
let chosen = [];

function figure(s) {
  if (!s.figure) return el("div", {}, "–");
  const name = s.metric === "accuracy" ? "" : `${s.metric} `;
  return el("div", { class: "cell" }, `${name}${value(s, s.figure.value)}${ends(s)}`, s.share && s.figure.value <= 1 ? meter(s.figure, s.chance) : null);
}
// One line a suite, at the same height in every column.
const several = (all, cell) => keyed(el("div", { class: "several" }, ...all.map(cell)), all.length && all[0].figure && cell === figure ? all[0].figure.value : undefined);

function row(run, suite) {
  const own = suite ? run.suites.filter((s) => s.name === suite) : [...run.suites].sort((a, b) => b.failed - a.failed || b.open - a.open).slice(0, MOST_SUITES), more = suite ? 0 : run.suites.length - own.length;
  const box = el("input", { type: "checkbox", "aria-label": msg("runs.compare_this", { path: run.path }) });
  box.checked = chosen.includes(run.id);
  box.addEventListener("change", () => { chosen = chosen.filter((id) => id !== run.id); if (box.checked) chosen = [...chosen, run.id].slice(-2); pick(); });
  const name = el("div", {}, el("a", { href: `run/${run.id}/` }, el("bdi", {}, run.path)), run.message ? el("div", { class: run.state === "going on" ? "soft" : "error" }, `${word(run.state)}: ${translated(run.message)}`) : null);
  const suites = several(own, (s) => el("div", { title: s.name }, el("bdi", {}, s.name)));
  if (more > 0) suites.append(el("div", { class: "more" }, msg("runs.more", { n: more })));
  const text = (shown) => keyed(el("bdi", { title: shown }, shown), shown.toLowerCase()), when = run.when.replace("T", " ").slice(0, 16);
  return [keyed(name, run.path.toLowerCase()), box, suites, text(run.model), keyed(el("span", {}, when), when), text(translated(run.commit)), several(own, figure),
    several(own, (s) => el("div", {}, gap(s.gap))), several(own, (s) => el("div", { class: s.failed ? "failed" : "" }, gates(s) || "–"))];
}

function pick() {
  for (const box of document.querySelectorAll("#runs input")) if (box.checked && !chosen.some((id) => box.getAttribute("data-run") === id)) box.checked = false;
  $("compare").disabled = chosen.length !== 2;
  $("chosen").textContent = chosen.map((id) => RUNS.find((run) => run.id === id).path).join(" → ");
}

function show() {
  const [suite, model, state, failing, text] = ["suite", "model", "state", "gates", "text"].map((name) => $("f-" + name).value);
  const words = text.toLowerCase();
  const rows = RUNS.filter((run) => {
    const own = suite ? run.suites.filter((s) => s.name === suite) : run.suites;
    if (suite && !own.length) return false;
    if (model && run.model !== model) return false;
    if (state && run.state !== state) return false;
    if (failing === "failed" && !own.some((s) => s.failed)) return false;
    if (failing === "passed" && (own.some((s) => s.failed || s.open) || !own.some((s) => s.passed))) return false;
    return !words || [run.path, run.model, run.commit, run.message, ...run.suites.map((s) => s.name)].join("\n").toLowerCase().includes(words);
  });
  const heads = [msg("runs.run"), "", msg("head_suite"), msg("head_model"), msg("runs.date"), word("commit"), msg("runs.figure"), msg("gap"), msg("runs.gates_head")];
  const drawn = rows.slice(0, MOST_ROWS).map((run) => row(run, suite));
  $("runs").replaceChildren(rows.length ? table(heads, drawn, { name: "runs", sorts: true }) : el("p", { class: "soft" }, msg("runs.none")));
  $("runs").querySelectorAll("tbody tr").forEach((tr, i) => tr.querySelector("input").setAttribute("data-run", rows[i].id));
  $("count").textContent = msg("runs.runs_of", { n: rows.length, all: RUNS.length }) + (rows.length > MOST_ROWS ? msg("runs.newest", { n: MOST_ROWS }) : "");
  $("history").hidden = !suite;
  $("history").textContent = suite ? msg("runs.history", { suite }) : "";
  $("history").href = `history/?${new URLSearchParams({ suite })}`;
  pick();
}

function choices(id, values, all, written = (name) => name) {
  const before = $(id).value;
  $(id).replaceChildren(el("option", { value: "" }, msg(all)), ...[...new Set(values)].filter(Boolean).sort().map((v) => el("option", { value: v }, written(v))));
  $(id).value = before;
}

$("folder").textContent = D.folder;
function draw() {
  $("about").textContent = msg(RUNS.length ? "runs.reload" : "runs.empty");
  choices("f-suite", RUNS.flatMap((run) => run.suites.map((s) => s.name)), "all_suites");
  choices("f-model", RUNS.map((run) => run.model), "runs.all_models");
  choices("f-state", RUNS.map((run) => run.state), "runs.all", word);
  choices("f-gates", ["failed", "passed"], "runs.all", word);
  show();
}
prepareLanguages($("language"), draw);
$("filters").addEventListener("input", show);
$("compare").addEventListener("click", () => { location.href = `compare/?${new URLSearchParams({ a: chosen[0], b: chosen[1], lang: language })}`; });
draw();
