// -- what all views use: the data, figures in words, links to items, tables.
const D = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";

const svg = (name, attributes = {}, ...inner) => filled(document.createElementNS(SVG, name), attributes, inner);

const known = (x) => x !== null && x !== undefined;
const percent = (x) => (known(x) ? (100 * x).toFixed(1) + "%" : "–");
const between = (low, high) => msg("between", { low, high });
const range = (f) => (f && known(f.low) ? between((100 * f.low).toFixed(1), (100 * f.high).toFixed(1)) : "–");
const signed = (x) => (x < 0 ? "−" : "+") + Math.abs(100 * x).toFixed(1);
const gap = (f) => (f && known(f.value) ? signed(f.value) + (known(f.low) ? ` (${between(signed(f.low), signed(f.high))})` : "") : "–");

// The fragment of a view; values that are empty are left out.
function fragment(view, given) {
  const query = new URLSearchParams(Object.entries(given).filter(([, value]) => value)).toString();
  return `#${view}${query ? "?" + query : ""}`;
}
const toItems = (given, ...inner) => el("a", { href: fragment("items", given) }, ...inner);

// What a cell is sorted by, where that is not its text.
const keyed = (node, key) => Object.assign(node, { sortKey: key });
function sortKey(cell) {
  const inner = cell.firstChild, given = inner && inner.sortKey;
  if (given !== undefined) return given;
  const text = cell.textContent.replace("−", "-"), number = parseFloat(text);
  return Number.isNaN(number) ? text.toLowerCase() : number;
}

// A head that begins with # is of numbers: its column stands to the right. One that begins with ~ is of sentences, which may wrap.
const plain = (head) => head.replace(/^[#~]/, "");
function table(heads, rows, { name = "", sorts = false } = {}) {
  const kind = (i) => (heads[i].startsWith("#") ? "n" : heads[i].startsWith("~") ? "text" : null);
  const body = el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map((one, i) => (i ? el("td", { class: kind(i) }, one) : el("th", { scope: "row", class: kind(i) }, one))))));
  const head = el("tr", {}, ...heads.map((h, i) => (h ? el("th", { scope: "col", class: kind(i) }, sorts ? sorter(plain(h), i, body) : plain(h)) : el("td", {}))));
  return scrolling(el("table", { class: name }, el("thead", {}, head), body), heads.filter(Boolean).map(plain).join(", "));
}

function sorter(text, i, body) {
  const button = el("button", { type: "button", class: "sort" }, text);
  button.addEventListener("click", () => {
    const cell = button.parentElement, down = cell.getAttribute("aria-sort") === "descending", way = down ? 1 : -1;
    for (const other of cell.parentElement.children) other.removeAttribute("aria-sort");
    cell.setAttribute("aria-sort", down ? "ascending" : "descending");
    const rows = [...body.rows].map((row) => [sortKey(row.cells[i]), row]);
    rows.sort(([a], [b]) => way * (typeof a === typeof b ? (a > b) - (a < b) : typeof a === "number" ? 1 : -1));
    body.append(...rows.map(([, row]) => row));
  });
  return button;
}

// What is wider than the page scrolls in itself, by keyboard too, with its first column in place.
const widths = new ResizeObserver((boxes) => {
  for (const { target } of boxes) target.toggleAttribute("tabindex", target.scrollWidth > target.clientWidth) && target.setAttribute("tabindex", "0");
});
function scrolling(inner, label) {
  const box = el("div", { class: "scroll", role: "group", "aria-label": label }, inner);
  widths.observe(box);
  return box;
}

// A field that hides the rows of `box` that hold none of its words.
function finder(label, box, rows) {
  const field = el("input", { type: "search", placeholder: label, "aria-label": label });
  field.addEventListener("input", () => {
    for (const row of box.querySelectorAll(rows)) row.hidden = !row.textContent.toLowerCase().includes(field.value.toLowerCase());
  });
  return el("form", {}, field);
}
