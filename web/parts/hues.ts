const NEIGHBOUR_DEGREES = 24; // Closer hues are hard to tell apart on a small square.
const GOLDEN_DEGREES = 137.5; // Stepping by the golden angle finds free room quickest.
const TRIES = 12;
const hues = new Map<string, number>();

/**
 * A colour of the name: by its hash, moved on when an earlier name stands too near. The state asks in the order of the log, so every tab
 * answers alike. CSS gives the hue its lightness, for light and for dark.
 */
export function hue(name: string): number {
  const key = name.toLowerCase();
  const known = hues.get(key);
  if (known !== undefined) return known;
  const found = freeHue(hash(key) % 360);
  hues.set(key, found);
  return found;
}

function freeHue(start: number): number {
  const near = (a: number, b: number) => Math.min(Math.abs(a - b), 360 - Math.abs(a - b)) < NEIGHBOUR_DEGREES;
  for (let step = 0; step < TRIES; step += 1) {
    const candidate = Math.round(start + step * GOLDEN_DEGREES) % 360;
    if (![...hues.values()].some((taken) => near(taken, candidate))) return candidate;
  }
  return start;
}

/** FNV-1a, then mixed once more: short names differ in few bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d) >>> 0;
  return (value ^ (value >>> 13)) >>> 0;
}
