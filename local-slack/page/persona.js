import { h } from "./dom.js";
import { iconCharacter } from "./emoji.js";
import { clean, safeImage } from "./text.js";

/** Who a message or status is from: the persona the bot posted under, or the user. */
export function author(from, store) {
  const user = store.users.get(from.user);
  if (from.persona)
    return {
      name: from.persona.name || store.bot.name,
      isApp: true,
      icon: iconCharacter(from.persona.iconEmoji),
      image: safeImage(from.persona.iconUrl),
    };
  const isApp = user?.isBot ?? from.user === store.bot.id;
  return { name: user?.name ?? (isApp ? store.bot.name : from.user), isApp, isBot: isApp };
}

const NEIGHBOUR_DEGREES = 24; // Closer hues are hard to tell apart on a small square.
const GOLDEN_DEGREES = 137.5; // Stepping by the golden angle finds free room quickest.
const TRIES = 12;
const hues = new Map();
/**
 * A colour of the name: by its hash, moved on when an earlier name stands too near. The state asks in the order of the log, so every tab
 * answers alike. CSS gives the hue its lightness, for light and for dark.
 */
export function hue(text) {
  const key = clean(text).toLowerCase();
  if (!hues.has(key)) hues.set(key, freeHue(hash(key) % 360));
  return hues.get(key);
}

function freeHue(start) {
  const near = (a, b) => Math.min(Math.abs(a - b), 360 - Math.abs(a - b)) < NEIGHBOUR_DEGREES;
  for (let step = 0; step < TRIES; step += 1) {
    const candidate = Math.round(start + step * GOLDEN_DEGREES) % 360;
    if (![...hues.values()].some((taken) => near(taken, candidate))) return candidate;
  }
  return start;
}

/** FNV-1a, then mixed once more: short names differ in few bits. */
function hash(text) {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ character.codePointAt(0), 0x01000193) >>> 0;
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d) >>> 0;
  return (value ^ (value >>> 13)) >>> 0;
}

/** The square with a face: a picture, an emoji on the persona's tint, the bot's mark, or initials. */
export function avatar(who, size = "") {
  const props = {
    class: `avatar ${size} ${who.icon || who.image ? "avatar-icon" : who.isBot ? "avatar-bot" : ""}`,
    hue: hue(who.name),
    "aria-hidden": "true",
  };
  if (who.image) return h("span", props, h("img", { src: who.image, alt: "", loading: "lazy" }));
  return h("span", props, who.icon ?? (who.isBot ? mark() : initials(who.name)));
}

function initials(name) {
  const words = clean(name).trim().split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => String.fromCodePoint(word.codePointAt(0)).toUpperCase()).join("") || "?";
}

/** Parley's mark: two speech bubbles that lean on each other. */
export function mark() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "mark");
  for (const [d, className] of [
    ["M4 4h9a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2H8l-4 3.5V13a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z", "mark-a"],
    ["M17.5 9H20a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2v3l-3.5-3H12a2 2 0 0 1-2-2v-1h3.5a4 4 0 0 0 4-4V9z", "mark-b"],
  ]) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", d);
    path.setAttribute("class", className);
    svg.append(path);
  }
  return svg;
}
