// Everything that a model or an author wrote goes in as text, never as markup.
function filled(made, attributes, inner) {
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== undefined) made.setAttribute(key, value);
  made.append(...inner.filter((one) => one !== null && one !== undefined));
  return made;
}
const el = (name, attributes = {}, ...inner) => filled(document.createElement(name), attributes, inner);

const spectrum = (sound) => (sound.khz ? msg("spectrogram_of", sound) : msg("spectrogram"));

// A player with its waveform and its spectrogram, over which a line moves while it plays. They are a slider: a click goes
// to that moment, and so do the arrow keys. A sound that a server makes when it is asked for has its length from there.
function player(sound, condition) {
  const audio = el("audio", { controls: "", preload: "metadata", src: sound.src, "aria-label": msg("sound_under", { condition }) });
  const image = el("img", { class: "spectrogram", src: sound.image, loading: "lazy", alt: spectrum(sound) });
  const cursor = el("i", { class: "cursor" });
  const picture = el("div", { class: "picture", role: "slider", tabindex: "0", "aria-label": msg("position", { condition }), "aria-valuemin": 0 }, image, cursor);
  const length = () => sound.seconds || audio.duration || 1, end = el("span", {}, sound.seconds ? msg("seconds", { n: sound.seconds }) : "");
  const move = () => {
    cursor.style.left = `${Math.min(100, (100 * audio.currentTime) / length())}%`;
    const at = audio.currentTime.toFixed(1), most = length().toFixed(1);
    filled(picture, { "aria-valuemax": most, "aria-valuenow": at, "aria-valuetext": msg("seconds_of", { at, length: most }) }, []);
  };
  const follow = () => { move(); if (!audio.paused) requestAnimationFrame(follow); };
  const go = (seconds) => { audio.currentTime = Math.max(0, Math.min(length(), seconds)); move(); };
  for (const event of ["seeked", "pause", "ended", "timeupdate"]) audio.addEventListener(event, move);
  audio.addEventListener("play", follow);
  picture.addEventListener("click", (e) => go(((e.clientX - picture.getBoundingClientRect().left) / picture.clientWidth) * length()));
  picture.addEventListener("keydown", (e) => {
    const now = audio.currentTime, to = { ArrowLeft: now - 0.1, ArrowDown: now - 0.1, ArrowRight: now + 0.1, ArrowUp: now + 0.1, PageDown: now - 1, PageUp: now + 1, Home: 0, End: length() }[e.key];
    if (to !== undefined) { e.preventDefault(); go(to); }
  });
  audio.addEventListener("loadedmetadata", () => { if (!sound.seconds) end.textContent = msg("seconds", { n: audio.duration.toFixed(2) }); move(); });
  image.addEventListener("error", () => image.remove());
  move();
  pictured(sound, image, picture);
  return el("div", { class: "sound" }, audio, picture, el("small", { class: "axis" }, el("span", {}, msg("seconds", { n: 0 })), el("span", {}, sound.khz ? msg("khz", sound) : ""), end));
}

// No form of these pages is sent anywhere.
document.addEventListener("submit", (e) => e.preventDefault());
