// Everything that a model or an author wrote goes in as text, never as markup.
function filled(made, attributes, inner) {
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== undefined) made.setAttribute(key, value);
  made.append(...inner);
  return made;
}
const el = (name, attributes = {}, ...inner) => filled(document.createElement(name), attributes, inner);

function player(sound, condition) {
  const audio = el("audio", { controls: "", preload: "metadata", src: sound.src, "aria-label": `the sound under ${condition}` });
  const image = el("img", { class: "spectrogram", src: sound.image, loading: "lazy", alt: `spectrogram: 0 to ${sound.khz} kHz over ${sound.seconds} s` });
  image.addEventListener("error", () => image.remove());
  return el("div", {}, audio, image, el("small", { class: "axis" }, el("span", {}, "0 s"), el("span", {}, `0 to ${sound.khz} kHz`), el("span", {}, `${sound.seconds} s`)));
}
