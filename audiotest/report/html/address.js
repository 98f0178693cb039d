// -- the fragment of the address names the view, so a link opens what its sender saw; and the start of the page.
function tab(name) {
  for (const one of ["overview", "items"]) { $(one).hidden = one !== name; $("tab-" + one).setAttribute("aria-pressed", String(one === name)); }
}

// Note the view in the address: its filters and the item.
function note() {
  const own = { ...wanted(), item: selected >= 0 ? T.nodeid[shown[selected]] : "" };
  try { history.replaceState(null, "", fragment("items", own)); } catch { /* some browsers allow but so many a minute */ }
}

function opened(given, nodeid) {
  for (const name of FILTERS) {
    $("f-" + name).value = given[name] || "";
    if ($("f-" + name).selectedIndex === -1) $("f-" + name).value = ""; // a value that this run does not have
  }
  extra = Object.fromEntries(EXTRA.filter((name) => given[name]).map((name) => [name, given[name]]));
  tab("items");
  filter(nodeid);
}

function linked() {
  const [view, query] = location.hash.slice(1).split(/\?(.*)/s), given = Object.fromEntries(new URLSearchParams(query || ""));
  if (view === "items") return opened(given, given.item);
  const suite = /^suite-\d+$/.test(view) ? $(view) : null;
  if (suite) { tab("overview"); suite.open = true; return suite.scrollIntoView(); }
  let nodeid = location.hash.slice(1); // a link of earlier versions
  try { nodeid = decodeURIComponent(nodeid); } catch { /* no address of ours */ }
  return T.nodeid.includes(nodeid) ? opened({}, nodeid) : tab("overview");
}

// All of the run that is in the page from its beginning.
function drawRun() {
  $("about").textContent = [msg("trials", { n: N }), D.when].filter(Boolean).join(" · ");
  $("made").replaceChildren(table(["", ""], D.made.map(([name, text]) => [word(name), ["commit", "stopped"].includes(name) ? translated(text) : text])));
  for (const id of ["verdict", "overview"]) $(id).replaceChildren();
  showNotes();
  verdict($("verdict"));
  overview();
}

document.title = `audiotest: ${D.title}`;
$("title").textContent = D.title;
if (D.home) { $("home").hidden = false; $("home").firstChild.href = D.home; }
prepareItems();
prepareKeys();
prepareLanguages($("language"), () => { drawFields(); drawKeys(); drawRun(); if (!$("items").hidden) filter(); });
drawRun();
$("tab-overview").addEventListener("click", () => { history.pushState(null, "", "#overview"); tab("overview"); });
$("tab-items").addEventListener("click", () => { history.pushState(null, "", "#items"); tab("items"); filter(); });
window.addEventListener("hashchange", linked);
window.addEventListener("popstate", linked);
linked();
