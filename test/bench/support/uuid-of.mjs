/** A UUID for a text, as good as random, always the same. */
export function uuidOf(text) {
  const [a, b, c, d] = [1, 2, 3, 4].map((seed) => hash(text, seed).toString(16).padStart(8, '0'));
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-a${c.slice(1, 4)}-${c.slice(4)}${d}`;
}

/** FNV-1a with a seed, then the finalizer of MurmurHash3. */
function hash(text, seed) {
  let state = 0x811c_9dc5 ^ Math.imul(seed, 0x9e37_79b1);
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x0100_0193);
  state = Math.imul(state ^ (state >>> 16), 0x85eb_ca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2_ae35);
  return (state ^ (state >>> 16)) >>> 0;
}
