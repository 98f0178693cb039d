// -- notes: what a person thinks of an item. They are kept in this browser, and leave it as YAML for a suite.
const ISSUES = ["wrong label", "ambiguous", "good catch"];
const SHELF = `audiotest-notes: ${D.title} ${D.when}`;
let notes = {};
try { notes = JSON.parse(localStorage.getItem(SHELF)) || {}; } catch { /* a browser that keeps nothing */ }

function keepNotes() {
  try { localStorage.setItem(SHELF, JSON.stringify(notes)); } catch { /* they last as long as the page */ }
  showNotes();
}

// Under an item: what is the matter with it, and words about it.
function marking(suite, id) {
  const key = JSON.stringify([suite, id]), own = notes[key] || {};
  const issue = el("select", { id: "n-issue" }, el("option", { value: "" }, msg("no_note")), ...ISSUES.map((issue) => el("option", { value: issue }, word(issue))));
  const words = el("input", { id: "n-words", type: "text", value: own.note || "", placeholder: msg("why_placeholder") });
  issue.value = own.issue || "";
  const keep = () => {
    if (issue.value) notes[key] = { issue: issue.value, note: words.value };
    else delete notes[key];
    keepNotes();
  };
  issue.addEventListener("change", keep);
  words.addEventListener("change", keep);
  return el("form", { class: "marking" }, el("label", {}, msg("note_on_item"), issue), el("label", { class: "wide" }, msg("why"), words));
}

// JSON's strings are YAML's as well, but for the line ends that only YAML knows.
const yamlString = (text) => JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
function notesAsYaml() {
  const suites = {};
  for (const [key, { issue, note }] of Object.entries(notes)) {
    const [suite, id] = JSON.parse(key);
    (suites[suite] = suites[suite] || []).push(`  - {case: ${yamlString(id)}, issue: ${issue}${note ? `, note: ${yamlString(note)}` : ""}}`);
  }
  return Object.entries(suites).map(([suite, lines]) => `# suite: ${yamlString(suite)}\nknown_issues:\n${lines.sort().join("\n")}\n`).join("---\n");
}

function showNotes() {
  const count = Object.keys(notes).length, yaml = notesAsYaml();
  $("noted").textContent = String(count);
  if (!count) return $("marked").replaceChildren(el("p", { class: "soft" }, msg("notes_help")));
  const save = el("button", { type: "button", class: "small" }, msg("save_as", { file: "known_issues.yaml" }));
  save.addEventListener("click", () => {
    const address = URL.createObjectURL(new Blob([yaml], { type: "text/yaml" }));
    el("a", { href: address, download: "known_issues.yaml" }).click();
    URL.revokeObjectURL(address);
  });
  return $("marked").replaceChildren(el("pre", { tabindex: "0", "aria-label": msg("notes_as_yaml") }, yaml), copying(msg("copy_yaml"), yaml), " ", save);
}
