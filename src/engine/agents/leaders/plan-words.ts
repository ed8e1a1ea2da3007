import { isPlainYes, MARKS, word } from "../../stances/plain-yes.ts";

export const APPROVE = "Approve";
export const REVISE = "Revise";

/**
 * What a person's words say to the question whether the team shall work by a plan: a plain yes, or a bare no, in the languages that are known.
 * Whatever says more is what they want changed: a condition, a further wish ("yes, and add tests"), or a question ("ok?").
 */
export function onPlan(text: string): "yes" | "no" | undefined {
  const words = text.normalize("NFKC").replaceAll("’", "'");
  if (NO.test(words.replaceAll(PLEASE, " "))) return "no";
  return THUMB_UP.test(words) || (!DOUBTS.test(words) && isYes(words.replaceAll(EMOJI, " "))) ? "yes" : undefined;
}

/** Each clause is a yes of its own. Thanks alone may be a no as well. */
function isYes(words: string): boolean {
  const clauses = words.split(CLAUSE_END).filter((clause) => /[\p{L}\p{N}]/u.test(clause));
  return clauses.some((clause) => !THANKS.test(clause)) && clauses.every((clause) => YES.test(clause) || isPlainYes(clause));
}

const CLAUSE_END = /[.,;:!…\n。！，、；：–—]|\s-+\s/u;
const DOUBTS = /[?？؟¿👎❌🤔🛑]|:(?:-1|thumbsdown|x|thinking_face|octagonal_sign):/u;
/** By name, as chats have them. */
const EMOJI = /:[a-z+][a-z0-9_+-]*:/g;

/** These and nothing else, with marks around them. */
const only = (parts: readonly string[]): RegExp => new RegExp(`^${MARKS}(?:${word(parts)}${MARKS})+$`, "iu");

const YES = only([
  "yes|yep|yeah|sure|ok|okay|please|thanks|thank you|go|go ahead|go on|go for it|let's go|do it|do that|proceed|start|continue|run it",
  "perfect|great|good|nice|sounds good|looks good|fine|of course|absolutely",
  "ja|klar|gern|bitte|danke|los|legt los|leg los|mach das|macht das|mach weiter|macht weiter|weiter|gut|sehr gut|super|passt|genau|in ordnung",
  "oui|vas-y|allez-y|c'est bon|c'est parti|parfait|très bien|merci|s'il te plaît|s'il vous plaît|bien sûr",
  "sí|adelante|dale|perfecto|vale|claro|gracias|va bene|avanti|perfetto",
]);

const THANKS = only(["thanks|thank you|danke|merci|gracias"]);

const THUMB_UP =
  /^\s*(?:(?:👍|✅|✔|👌)[\p{Emoji_Modifier}\uFE0F]*|:(?:\+1|thumbsup|white_check_mark|heavy_check_mark|ok_hand):(?::skin-tone-\d:)?)\s*$/u;

const NO = only([
  "no|nope|no thanks|not yet|wait|stop|(?:revise|change)(?: it| the plan)?",
  "nein|noch nicht|überarbeiten|ändern|non|pas encore|todavía no|aún no",
]);
/** Taken out rather than allowed for: a word that may belong to the one before it or behind it makes a long text slow to look through. */
const PLEASE = new RegExp(word(["please|bitte"]), "giu");
