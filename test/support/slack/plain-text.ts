import type { ApiCall } from "../../../local-slack/index.ts";

/**
 * What is wrong with a message for whoever hears it read out, or reads it in a notification: these have `text`, and not the blocks. It is to
 * be there, not name the speaker whom Slack names already, hold no marks that nobody reads out, and say what the blocks say. Pictures are to have words, too.
 */
export function unreadable({ method, args }: ApiCall): readonly string[] {
  const found: string[] = [];
  const wrong = (what: string) => found.push(`${method}: ${what}: ${JSON.stringify(args["text"] ?? args["filename"])}`);
  if (method === "files.getUploadURLExternal" && !hasWords(args["alt_txt"])) wrong("a file without words for those who do not see it");
  for (const image of inside(args["blocks"]).filter(({ type }) => type === "image"))
    if (!hasWords(image["alt_text"])) wrong("an image without words for those who do not see it");
  if (!/^chat\.(?:postMessage|update|postEphemeral)$/.test(method)) return found;

  const text = typeof args["text"] === "string" ? args["text"] : "";
  if (!hasWords(text)) wrong("no words");
  if (/<(?![@#][A-Z0-9]+(?:\|[^<>]*)?>|!date\^|https?:)/.test(text)) wrong("a bracket that Slack takes for a mark of its own");
  const speaker = args["username"];
  if (typeof speaker === "string" && text.startsWith(`${escaped(speaker)}:`)) wrong(`names ${speaker} a second time`);
  const blocks = wordsIn(args["blocks"]);
  // Without blocks the text is what is shown, marks and all.
  if (blocks.size === 0) return found;
  if (/```|^\s*>|(?<!\w)\*[^*\s][^*]*\*(?!\w)|:[a-z_]{3,}:/m.test(text)) wrong("marks that are read out");
  const unsaid = [...wordsOf(text)].filter((word) => !blocks.has(word) && !wordsOf(typeof speaker === "string" ? speaker : "").has(word));
  if (unsaid.length > UNSAID_SHARE_MAX * wordsOf(text).size) wrong(`says what the blocks do not say, ${unsaid.join(", ")}`);
  return found;
}

/** A line may say in a word of its own what the blocks say by a button or by where they stand. */
const UNSAID_SHARE_MAX = 0.34;

type Json = { readonly [name: string]: unknown };

const hasWords = (value: unknown): boolean => typeof value === "string" && /[\p{L}\p{N}…]/u.test(value);
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const wordsOf = (text: string): ReadonlySet<string> => new Set(text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu));

/** Every object within. */
function inside(value: unknown): readonly Json[] {
  if (Array.isArray(value)) return value.flatMap(inside);
  if (typeof value !== "object" || value === null) return [];
  return [value as Json, ...Object.values(value).flatMap(inside)];
}

/** All that people read in blocks. */
const wordsIn = (blocks: unknown): ReadonlySet<string> =>
  new Set(
    inside(blocks).flatMap((object) =>
      [object["text"], object["title"], object["alt_text"]].flatMap((words) => (typeof words === "string" ? [...wordsOf(words)] : [])),
    ),
  );
