// Everything that a model or an author wrote goes in as text, never as markup.
function filled(made, attributes, inner) {
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== undefined) made.setAttribute(key, value);
  made.append(...inner.filter((one) => one !== null && one !== undefined));
  return made;
}
const el = (name, attributes = {}, ...inner) => filled(document.createElement(name), attributes, inner);

const spectrum = (sound) => (sound.khz ? `spectrogram: 0 to ${sound.khz} kHz over ${sound.seconds} s` : "spectrogram");

// A player with its spectrogram, over which a line moves while it plays; a click there goes to that moment. A sound that
// a server makes when it is asked for has its length from there.
function player(sound, condition) {
  const audio = el("audio", { controls: "", preload: "metadata", src: sound.src, "aria-label": `the sound under ${condition}` });
  const image = el("img", { class: "spectrogram", src: sound.image, loading: "lazy", alt: spectrum(sound) });
  const cursor = el("i", { class: "cursor" }), picture = el("div", { class: "picture" }, image, cursor);
  image.addEventListener("error", () => picture.remove());
  const length = () => sound.seconds || audio.duration || 1, end = el("span", {}, sound.seconds ? `${sound.seconds} s` : "");
  const move = () => { cursor.style.left = `${Math.min(100, (100 * audio.currentTime) / length())}%`; };
  const follow = () => { move(); if (!audio.paused) requestAnimationFrame(follow); };
  for (const event of ["seeked", "pause", "ended", "timeupdate"]) audio.addEventListener(event, move);
  audio.addEventListener("play", follow);
  picture.addEventListener("click", (e) => { audio.currentTime = (e.offsetX / picture.clientWidth) * length(); });
  audio.addEventListener("loadedmetadata", () => { if (!sound.seconds) end.textContent = `${audio.duration.toFixed(2)} s`; });
  return el("div", { class: "sound" }, audio, picture, el("small", { class: "axis" }, el("span", {}, "0 s"), el("span", {}, sound.khz ? `0 to ${sound.khz} kHz` : ""), end));
}

// No form of these pages is sent anywhere.
document.addEventListener("submit", (e) => e.preventDefault());
