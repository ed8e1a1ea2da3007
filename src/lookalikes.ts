import unhomoglyph from "unhomoglyph";

/**
 * What names look like, for people who glance at them: by Unicode's table of confusable characters (UTS #39, version 13.0.0, in the package
 * unhomoglyph), not by a list of names.
 */

/** The same few names are looked at for every message. A cache: without it the skeletons are the same. */
const known = new Map<string, readonly [string, string]>();
const KNOWN_MAX = 1_000;
const KNOWN_CHARS_MAX = 200;

function skeletons(text: string): readonly [string, string] {
  const found = known.get(text);
  if (found) return found;
  const made = skeletonsOf(text);
  if (text.length > KNOWN_CHARS_MAX) return made;
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(text, made);
  return made;
}

/** Two texts that look alike have one of their skeletons in common, upper and lower case, accents, blanks and what is not seen aside. */
function skeletonsOf(text: string): readonly [string, string] {
  const plain = text.toWellFormed().normalize("NFKD").replaceAll(UNSEEN, "");
  // Some letters look like another only as capitals.
  return [skeleton(plain), skeleton(plain.toUpperCase())];
}

/** Accents, marks without a form, letters without one, and whatever only sets words apart. */
const UNSEEN = /[\p{M}\p{Cf}\p{Cc}\p{Z}\p{P}\u115f\u1160\u3164\uffa0]/gu;

// Without case, I and l are one.
const skeleton = (plain: string): string => unhomoglyph(plain).normalize("NFKD").replaceAll(UNSEEN, "").toLowerCase().replaceAll("i", "l");

/** Whether one name could be taken for the other at a glance. */
export function looksLike(one: string, other: string): boolean {
  const [lower, upper] = skeletons(one);
  const [otherLower, otherUpper] = skeletons(other);
  return (lower !== "" && lower === otherLower) || (upper !== "" && upper === otherUpper);
}

/** Many names, to be compared with one: as {@link looksLike} with each of them. */
export function lookalikesOf(names: Iterable<string>): { has(name: string): boolean } {
  const known = new Set([...names].flatMap(skeletons));
  known.delete("");
  return { has: (name) => skeletons(name).some((one) => known.has(one)) };
}

/**
 * Whose voice a name would lend itself, where it reads like the app, its approvals or the place where people talk: the word that it looks like.
 * Wherever the word stands in it, run together with others too.
 */
export function voiceOf(name: string): string | undefined {
  const [lower, upper] = skeletons(name);
  return VOICES.find((word) => {
    const [own, ownUpper] = skeletons(word);
    return lower.includes(own) || upper.includes(ownUpper);
  });
}

/** Of words that are not many people's names or trades: an agent may still be called Security, or Reviewer. */
const VOICES = ["Parley", "Slack", "Approval", "Approve"] as const;

/** Whether a face is the app's, Slack's, a member's, or the mark with which a yes is shown: an emoji's name or sign, or the address of a picture. */
export function isOthersFace(icon: string): boolean {
  const emoji = /^:([^:]+):/.exec(icon)?.[1];
  if (emoji !== undefined) return YES_EMOJI.has(emoji) || voiceOf(emoji) !== undefined;
  // The pictures of members and apps lie on Slack's own hosts.
  const host = URL.parse(icon)?.hostname;
  return YES_SIGN.test(icon) || (host !== undefined && /(^|\.)slack(-edge|-files)?\.com$/.test(host));
}

const YES_EMOJI: ReadonlySet<string> = new Set(["white_check_mark", "heavy_check_mark", "ballot_box_with_check", "verified"]);
const YES_SIGN = /^[\u2705\u2714\u2611]/;
