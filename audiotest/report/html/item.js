// -- an item: what was asked, and what was replied under each condition, side by side.
const LONGEST = 20000;

// What a POSIX shell reads as one word.
const quoted = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : "'" + word.replaceAll("'", "'\\''") + "'");
const rerun = (nodeid) => ["pytest", quoted(nodeid), D.rerun].filter(Boolean).join(" ");

function copying(label, text) {
  const button = el("button", { type: "button", class: "small", "aria-label": label }, label);
  button.addEventListener("click", async () => {
    button.textContent = (await copied(text)) ? msg("copied") : msg("cannot_copy");
    setTimeout(() => { button.textContent = label; }, 1500);
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
  const about = [t.suite, t.case, word(t.label), t.issue && msg("known_issue", { issue: word(t.issue) })].filter(Boolean).join(" · ");
  home.replaceChildren(el("h2", { class: "question", dir: "auto" }, t.question), el("p", { class: "soft" }, about));
  if (t.tags.length) home.append(el("p", { class: "soft", dir: "auto" }, t.tags.join(" · ")));
  home.append(el("div", { class: "command" }, el("pre", { class: "id" }, rerun(t.nodeid)), copying(msg("copy_command"), rerun(t.nodeid)), copying(msg("copy_node_id"), t.nodeid)));
  home.append(el("div", { class: "replies" }, ...same.map((j) => reply(j, i, t.question))), marking(t.suite, t.case));
  numberSounds();
}

function reply(j, i, question) {
  const t = trial(j), box = el("section", { "data-trial": j, class: j === i ? "reply chosen" : "reply", "aria-label": t.condition });
  box.append(el("h3", {}, el("span", {}, t.condition), el("span", { class: t.outcome }, word(t.outcome)), t.outcome === "recorded" ? el("span", { class: rightness(j) }, word(rightness(j))) : null));
  if (t.question !== question) box.append(el("p", { dir: "auto" }, t.question));
  if (t.choices.length) box.append(el("ol", t.labels.length ? { style: "list-style: none" } : { type: "A" }, ...t.choices.map((c, k) => choice(t, c, k))));
  else if (t.answer) box.append(el("p", { class: "soft", dir: "auto" }, msg("expected", { answer: t.answer })));
  if (t.reference.length) box.append(el("p", { class: "soft" }, msg("reference")), el("ul", {}, ...t.reference.map((r) => el("li", {}, el("bdi", {}, r)))));
  box.append(replied(t.reply));
  if (t.aligned.length) box.append(aligned(t.aligned));
  if (t.reason) box.append(el("p", { class: "soft", dir: "auto" }, translated(t.reason)));
  if (t.basis) box.append(el("p", { class: "soft", dir: "auto" }, translated(t.basis)));
  const judged = Object.entries(t.verdicts);
  if (judged.length > 1) box.append(el("p", { class: "soft" }, judged.map(([name, v]) => `${name}: ${judgement(v)}`).join(" · ")));
  const sounds = D.audio[t.sound] || [], own = sounds.length - t.sounds.length;
  sounds.forEach((sound, k) => {
    if (own >= 0 && k >= own) box.append(el("p", { class: "soft" }, el("bdi", {}, t.sounds[k - own])));
    box.append(player(sound, t.condition));
  });
  if (j !== i) box.append(copying(msg("copy_command"), rerun(t.nodeid)), " ", copying(msg("copy_node_id"), t.nodeid));
  return box;
}

// A transcript against its reference: what was left out or misheard is struck through, what was put there stands beside.
function aligned(pieces) {
  const box = el("p", { class: "aligned", dir: "auto" });
  for (const [kind, spoken, heard] of pieces) {
    if (kind === "equal") box.append(el("span", {}, spoken), " ");
    if (kind === "delete" || kind === "substitute") box.append(el("del", { class: "wrong", title: word(kind) }, spoken), " ");
    if (kind === "insert" || kind === "substitute") box.append(el("ins", { class: "right", title: word(kind) }, heard), " ");
  }
  return box;
}

function choice(t, text, k) {
  const notes = [t.rights.includes(k) ? ` (${word("right")})` : "", k === t.choice ? ` (${msg("chosen")})` : ""].join("");
  const label = t.labels[k] ? `${t.labels[k]} ` : "";
  return el("li", { class: t.rights.includes(k) ? "right" : k === t.choice ? "wrong" : null }, label, el("bdi", {}, text), notes);
}

const judgement = (v) => (v.correct === null ? (known(v.score) ? v.score.toFixed(2) : word(v.status)) : word(v.correct ? "right" : "wrong")) + (v.correct !== null && v.status !== "read" ? ` (${word(v.status)})` : "");

// A reply of a megabyte is shown in part; the whole of it is a click away.
function replied(text) {
  if (!known(text)) return el("p", { class: "soft" }, msg("no_reply"));
  if (!text.trim()) return el("p", { class: "soft" }, msg("empty_reply"));
  const box = el("pre", { dir: "auto", tabindex: text.length > 250 ? "0" : null }, text.slice(0, LONGEST));
  if (text.length <= LONGEST) return box;
  const all = el("button", { type: "button", class: "small" }, msg("more_characters", { n: text.length - LONGEST }));
  all.addEventListener("click", () => { box.textContent = text; all.remove(); });
  return el("div", {}, box, all);
}
