"use strict";
// -- the texts of the page, in the language that is shown: report/texts/*.yaml, a file a language.
const TEXTS = JSON.parse(document.getElementById("texts").textContent), CHOICE = "audiotest-language";
let language = document.documentElement.lang;
try { language = localStorage.getItem(CHOICE) || language; } catch { /* a browser that keeps nothing */ }
if (!Object.hasOwn(TEXTS, language)) language = document.documentElement.lang;

// The text of this key, with {names} replaced by their values.
const FORMS = /\[(?:(\w+):)?([^[\]|]*)\|([^[\]|]*)\]/g; // [trial|trials]: for a number n of 1, and for others; [all:trial|trials] goes by another number
const form = (text, values) => text.replace(FORMS, (whole, number, one, many) => (String(values[number ?? "n"]) === "1" ? one : many));
const msg = (key, values = {}) => form(TEXTS[language][key] ?? key, values).replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));
// A value of the data that is a word of ours, such as an outcome. What an author wrote stays as it is.
const word = (value) => (Object.hasOwn(TEXTS[language], `word.${value}`) ? TEXTS[language][`word.${value}`] : value);

// Sentences of run files, which are English, by the text that they were written from: as translated() of report/texts does.
const NUMBERS = new Set(["n", "all", "low", "high", "p"]); // one word stands for them
const AS_WRITTEN = new Set(["choice", "condition", "conditions", "file", "name", "option", "question", "root", "scorer", "scorers", "tags", "track", "versus", "words"]); // by authors and models
const RULES = Object.entries(TEXTS.en ?? {}).filter(([key]) => key.startsWith("reason.")).map(([key, text]) => {
  const parts = text.split(/\{(\w+)\}/), literal = (part) => part.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
  const forms = (part) => part.split(FORMS).map((one, i, all) => (i % 4 === 0 ? literal(one) : i % 4 === 2 ? `(?:${literal(one)}|${literal(all[i + 1])})` : "")).join("");
  const source = parts.map((part, i) => (i % 2 ? (NUMBERS.has(part) ? "(\\S+?)" : "(.+?)") : forms(part))).join("");
  return { key, names: parts.filter((_, i) => i % 2), pattern: new RegExp(`^${source}$`, "s") };
});
function translated(sentence) {
  if (language === "en" || !sentence || sentence.length > 1000) return sentence;
  const value = (name, text) => (AS_WRITTEN.has(name) ? text : word(text) === text ? translated(text) : word(text));
  for (const { key, names, pattern } of RULES) {
    const match = pattern.exec(sentence);
    if (match) return msg(key, Object.fromEntries(names.map((name, i) => [name, value(name, match[i + 1])])));
  }
  const parts = sentence.split(/(; |, )(?![^()]*\))/);
  return parts.length === 1 ? sentence : parts.map((part, i) => (i % 2 ? part : translated(part))).join("");
}

// The texts that stand in the page itself: data-text and data-sentence are an element's own, the others are attributes of it.
// data-each* hold a text in every language, for those that only the page's author could make; data-language is what is in one alone.
function fillTexts() {
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-language]")) node.hidden = node.dataset.language !== language;
  for (const node of document.querySelectorAll("[data-each]")) node.textContent = JSON.parse(node.dataset.each)[language];
  for (const node of document.querySelectorAll("[data-each-label]")) node.setAttribute("aria-label", JSON.parse(node.dataset.eachLabel)[language]);
  for (const node of document.querySelectorAll("[data-each-alt]")) node.setAttribute("alt", JSON.parse(node.dataset.eachAlt)[language]);
  for (const node of document.querySelectorAll("[data-sentence]")) node.textContent = translated(node.dataset.sentence);
  for (const node of document.querySelectorAll("[data-sentence-label]")) node.setAttribute("aria-label", translated(node.dataset.sentenceLabel));
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = msg(node.dataset.text);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", msg(node.dataset.label));
  for (const node of document.querySelectorAll("[data-placeholder]")) node.setAttribute("placeholder", msg(node.dataset.placeholder));
}

// A field that shows the page in another language; `redraw` draws what scripts have drawn.
function prepareLanguages(field, redraw) {
  for (const [name, own] of Object.entries(TEXTS)) {
    const one = document.createElement("option");
    one.value = one.lang = name;
    one.textContent = own.language;
    field.append(one);
  }
  field.value = language;
  field.addEventListener("change", () => {
    language = field.value;
    try { localStorage.setItem(CHOICE, language); } catch { /* it lasts as long as the page */ }
    fillTexts();
    redraw();
  });
  fillTexts();
}
