// Everything that a model or an author wrote goes in as text, never as markup.
function filled(made, attributes, inner) {
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== undefined) made.setAttribute(key, value);
  made.append(...inner.filter((one) => one !== null && one !== undefined));
  return made;
}
const el = (name, attributes = {}, ...inner) => filled(document.createElement(name), attributes, inner);

// A player with its spectrogram, over which a line moves while it plays; a click there goes to that moment.
function player(sound, condition) {
  const audio = el("audio", { controls: "", preload: "metadata", src: sound.src, "aria-label": `the sound under ${condition}` });
  const image = el("img", { class: "spectrogram", src: sound.image, loading: "lazy", alt: `spectrogram: 0 to ${sound.khz} kHz over ${sound.seconds} s` });
  const cursor = el("i", { class: "cursor" }), picture = el("div", { class: "picture" }, image, cursor);
  image.addEventListener("error", () => picture.remove());
  const move = () => { cursor.style.left = `${Math.min(100, (100 * audio.currentTime) / (sound.seconds || 1))}%`; };
  const follow = () => { move(); if (!audio.paused) requestAnimationFrame(follow); };
  for (const event of ["seeked", "pause", "ended", "timeupdate"]) audio.addEventListener(event, move);
  audio.addEventListener("play", follow);
  picture.addEventListener("click", (e) => { audio.currentTime = (e.offsetX / picture.clientWidth) * sound.seconds; });
  return el("div", { class: "sound" }, audio, picture, el("small", { class: "axis" }, el("span", {}, "0 s"), el("span", {}, `0 to ${sound.khz} kHz`), el("span", {}, `${sound.seconds} s`)));
}
