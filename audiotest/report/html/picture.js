// -- a sound as a picture, drawn from the sound itself when its item is opened: the waveform above the spectrogram.
const FRAMES = 480, ROWS = 96, WINDOW = 512, RANGE_DB = 70, SOFTEST_DB = -60;

// The bytes of a sound: from the page itself, or from a server. A page from disk may play the files beside it but not
// read them: there the picture that was written beside the sound stays.
async function bytesOf(address) {
  if (address.startsWith("data:")) return Uint8Array.from(atob(address.slice(address.indexOf(",") + 1)), (c) => c.charCodeAt(0)).buffer;
  if (!location.protocol.startsWith("http")) throw new Error(location.protocol);
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.arrayBuffer();
}

// All channels mixed, at the rate that the sound has (32 kHz where that is not known), in [-1, 1].
async function samplesOf(sound) {
  const rate = Math.min(96000, Math.max(8000, sound.khz ? Math.round(2000 * sound.khz) : 32000));
  const decoded = await new OfflineAudioContext(1, 1, rate).decodeAudioData(await bytesOf(sound.src));
  const mixed = new Float32Array(decoded.length), share = 1 / decoded.numberOfChannels;
  for (let c = 0; c < decoded.numberOfChannels; c++) decoded.getChannelData(c).forEach((x, i) => { mixed[i] += share * x; });
  return { samples: mixed, rate, seconds: decoded.duration };
}

function canvas(name, width, height) {
  const surface = el("canvas", { class: name, width, height });
  return [surface, surface.getContext("2d")];
}

// The lowest and the highest sample of each column, from the last one of the column before, in full scale.
function waveform(samples) {
  const [surface, to] = canvas("waveform", 2 * FRAMES, 64);
  to.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--mark");
  const step = samples.length / surface.width;
  for (let x = 0; x < surface.width; x++) {
    let low = 1, high = -1;
    for (let i = Math.max(0, Math.floor(x * step) - 1), end = Math.max(i + 1, Math.floor((x + 1) * step)); i < end && i < samples.length; i++) { low = Math.min(low, samples[i]); high = Math.max(high, samples[i]); }
    if (low <= high) to.fillRect(x, 32 - 31 * Math.min(1, high), 1, Math.max(1, 31 * (Math.min(1, high) - Math.max(-1, low))));
  }
  return surface;
}

// Time to the right, frequency upwards to half the rate, against the clip's own peak: silence is black.
function spectrogram(samples) {
  const [surface, to] = canvas("spectrogram", FRAMES, ROWS), picture = to.createImageData(FRAMES, ROWS), db = new Float32Array(FRAMES * ROWS);
  const hann = Float64Array.from({ length: WINDOW }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (WINDOW - 1))), scale = (2 / hann.reduce((a, b) => a + b)) ** 2;
  const last = Math.max(0, samples.length - WINDOW);
  let top = SOFTEST_DB;
  for (let x = 0; x < FRAMES; x++) {
    const start = Math.floor((x * last) / (FRAMES - 1)), real = hann.map((w, i) => w * (samples[start + i] ?? 0)), power = powers(real);
    for (let row = 0; row < ROWS; row++) { // the loudest of its bins: no thin line is lost
      const from = Math.floor((row * power.length) / ROWS), end = Math.max(from + 1, Math.floor(((row + 1) * power.length) / ROWS));
      let most = 0;
      for (let k = from; k < end; k++) most = Math.max(most, power[k]);
      top = Math.max(top, (db[row * FRAMES + x] = 10 * Math.log10(scale * most + 1e-13)));
    }
  }
  for (let row = 0; row < ROWS; row++) for (let x = 0; x < FRAMES; x++) {
    const v = Math.max(0, 1 + (db[row * FRAMES + x] - top) / RANGE_DB);
    picture.data.set([255 * Math.min(1, 1.6 * v), 255 * v * v, 240 * (1 - v) * v, 255], 4 * ((ROWS - 1 - row) * FRAMES + x));
  }
  to.putImageData(picture, 0, 0);
  return surface;
}

// The power at 0 to half the rate: a radix-2 Fourier transform of a frame of real samples.
function powers(real) {
  const n = real.length, re = new Float64Array(n), im = new Float64Array(n);
  for (let i = 0, j = 0; i < n; i++) {
    re[j] = real[i];
    let bit = n >> 1;
    for (; bit && j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
  }
  for (let size = 2; size <= n; size *= 2) for (let k = 0; k < size / 2; k++) {
    const c = Math.cos((2 * Math.PI * k) / size), s = -Math.sin((2 * Math.PI * k) / size);
    for (let i = k, j = k + size / 2; i < n; i += size, j += size) {
      const a = re[j] * c - im[j] * s, b = re[j] * s + im[j] * c;
      re[j] = re[i] - a; im[j] = im[i] - b; re[i] += a; im[i] += b;
    }
  }
  return Float64Array.from({ length: n / 2 + 1 }, (_, k) => re[k] ** 2 + im[k] ** 2);
}

// Draw what is on the screen or near it: an item with many conditions decodes those that are looked at.
const PICTURED = new WeakMap();
const drawing = new IntersectionObserver((boxes) => {
  for (const { target, isIntersecting } of boxes) if (isIntersecting) { drawing.unobserve(target); PICTURED.get(target)(); }
}, { rootMargin: "100%" });

// Replace `image`, within `box`, by pictures of the sound itself as soon as `box` is seen; where the sound cannot be
// decoded, the image stays.
function pictured(sound, image, box) {
  PICTURED.set(box, async () => {
    try {
      const { samples } = await samplesOf(sound);
      if (!samples.length || !box.isConnected) return;
      image.replaceWith(spectrogram(samples));
      box.prepend(waveform(samples));
    } catch { /* the image says what there is */ }
  });
  drawing.observe(box);
}
