import { isWrittenTogether, nameKey } from "../../engine/names.ts";
import { CONTROL_WORDS, phraseKey, PHRASES, type Phrase, type Word } from "../words/control-phrases.ts";

/** What a reply in a thread asks of the run itself, and to whom it speaks. */

/** A word of command, and what was said below it. */
export interface Command {
  readonly word: Word;
  /** Words for the agents; empty without any. */
  readonly rest: string;
}

/** What is going on where the words are said: it changes what they can mean. */
export interface Situation {
  /** The run is paused: then "continue" lets it go on. Else that may be an answer or a task. */
  readonly paused?: boolean;
  /** Somebody is asked something: then only the words themselves are commands, and the ways in which people say the same may be the answer. */
  readonly asked?: boolean;
  /** Agents talk: a cry for help that is more than the word is for them. */
  readonly running?: boolean;
  /** Something was said before, by agents or people: "how does this work?" is about that. */
  readonly amid?: boolean;
}

/**
 * The word of command that a message is, or that its first line is. Bold, emoji, punctuation and a please or a thank-you around it change
 * nothing, nor do a few languages; any other word makes it a sentence, so that "stop guessing and ask" stays steering. So does a list below it:
 * it is what is to be stopped. What is quoted above it belongs to others.
 */
export function commandIn(text: string, situation: Situation = {}): Command | undefined {
  const [first = "", ...below] = text.replace(/^\s*(?:>[^\n]*\n\s*)*/, "").split("\n");
  if (first.length > LINE_CHARS_MAX || /[:：]\s*$/.test(first.replaceAll(EMOJI, "")) || /^>|~/.test(first)) return undefined;
  const word = meant(phraseKey(first.replaceAll(EMOJI, " ").replace(NO_FIRST, "")), situation);
  const rest = below.join("\n").trim();
  // "help" or "summary" above more words is what the words are about.
  if (word === undefined || (rest !== "" && (word === "help" || word === "summary"))) return undefined;
  return GOES_ON.test(rest) ? undefined : { word, rest };
}

/** "No, stop" is a no and a command; "no pause" is one thing, and no command. */
const NO_FIRST = /^[\s*_"“‘']*(?:(?:no|nein)[*_]*\s*[,.!;…]+[\s*_]*)+/i;
/** The first item of a list belongs to the line above it. */
const GOES_ON = /^(?:[-*+–—•◦▪▸‣]|\d{1,3}[.)]|\p{L}\))\s/u;

/** Whether a text has no words at all: punctuation, or emoji. */
export const isWordless = (text: string): boolean => !/[\p{L}\p{N}]/u.test(text.replaceAll(EMOJI, " "));

/**
 * Whether it is no more than a thank-you, a greeting or a word of praise. A question is none, nor is a no; a yes is none where the agents have
 * asked something (`asked`).
 */
export const isCourtesy = (text: string, { asked = false }: Pick<Situation, "asked"> = {}): boolean => {
  const key = phraseKey(text.replaceAll(EMOJI, " "));
  if (key === "" || key.length > LINE_CHARS_MAX || QUESTION.test(text) || ASKS.test(key)) return false;
  if (asked && ANSWERS.test(key)) return false;
  return DECLINES.test(key) || withoutCourtesy(withoutCourtesy(key).replaceAll(PRAISE, " ")) === "";
};

/** Whether words end in a question, as far as one can see. */
export const asksSomething = (text: string): boolean => QUESTION.test(text.slice(-QUESTION_CHARS));

const QUESTION = /[?？؟]/;
/** Of what was said last: a stop word or a thank-you may stand behind the question. */
const QUESTION_CHARS = 200;
/** "Is this right" without its mark; "this is right" is praise. */
const ASKS = /^is (?:it|this|that|so)(?= |$)/;
const ANSWERS = /(?:^| )(?:yes|yep|no|nope|ok|okay|alright|please|right|agreed|exactly|ja|nein|bitte|genau|oui|sí|graag)(?= |$)/;
/** A no that ends a talk, and asks for nothing. */
const DECLINES =
  /^(?:no|nope|nein|non|nee|não) (?:thanks|thank you|thx|danke|merci|gracias|grazie|obrigado|obrigada|problem|worries)(?: parley)?$/;

/** Said of what was done, and asking for nothing. */
const PRAISE =
  /(?:^|(?<= ))(?:great|nice|cool|perfect|super|good|very|well|done|job|work|awesome|excellent|lgtm|agreed|right|exactly|a lot|so much|lot|much|many|that's|this is|it|is|works?|toll|prima|klasse|gut|genau|vielen|dank|parfait|génial|perfecto|genial|perfetto|ottimo)(?= |$)/g;

const LINE_CHARS_MAX = 100;
const EMOJI =
  /:[a-z0-9_+'-]{1,80}:(?::skin-tone-[2-6]:)?|\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u200d|\ufe0f|\u20e3/giu;

/** The words as they stand, and without what people put around them; each is looked for. */
function meant(key: string, { paused = false, asked = false, running = false, amid = running }: Situation): Word | undefined {
  for (const words of [key, withoutCourtesy(key)]) {
    const bare = words.replace(OBJECT, "");
    // Of agents, too, one asks whether they can help.
    const isRequest = words !== key && (amid || asked) && REQUEST.test(` ${key} `);
    const own = CONTROL_WORDS.find(({ word }) => (word === "help" ? word === words && !isRequest : word === words || word === bare))?.word;
    if (own) return own;
    const phrase = PHRASES.get(words) ?? PHRASES.get(bare);
    if (phrase && isSaid(phrase, { paused, asked, running, amid }) && !(phrase.word === "help" && isRequest)) return phrase.word;
  }
  return undefined;
}

function isSaid({ when, word }: Phrase, { paused, asked, running, amid }: Required<Situation>): boolean {
  if (when === "paused") return paused;
  if (asked) return word === "help" && when === "anywhere";
  return when === "anywhere" || !(when === "idle" ? running : amid);
}

const withoutCourtesy = (key: string): string => ` ${key} `.replaceAll(COURTESY, " ").replaceAll(/ +/g, " ").trim();

/** Said around a command in the languages of its phrases; none of these alone is one. */
const COURTESY = new RegExp(
  ` (?:${[
    "please", "pls", "plz", "kindly", "thanks", "thank you", "thx", "now", "right now", "ok", "okay", "alright", "hey", "hi", "hello", "parley",
    "just", "and", "yes", "yep", "guys", "everyone", "everybody", "all", "team", "folks", "let's", "lets", "can you", "could you",
    "would you", "can we", "we can", "you can", "wait", "oh", "sorry", "right there",
    "bitte", "danke", "jetzt", "mal", "sofort", "ja", "hallo", "so",
    "s'il te plaît", "s'il vous plaît", "stp", "svp", "merci", "maintenant", "oui",
    "por favor", "gracias", "ahora", "sí", "per favore", "grazie", "ora", "obrigado", "obrigada", "agora", "graag", "alsjeblieft", "nu",
    "proszę", "пожалуйста", "спасибо",
  ].join("|")})(?= )`,
  "g",
); // prettier-ignore
const REQUEST = / (?:can|could|would) (?:you|we) /;
/** What an English phrase may name besides: it is the run that it is said to. */
const OBJECT = / (?:it|here|everything|talking|working|(?:the|this|all|all the) (?:run|agents|turn|team|discussion|conversation))$/;

/** `critic: …`, `Critic, …` or `@Critic …`, where the first words are an agent's name. The words stay whole: agents read whom they are for. */
export function addressee(text: string, agents: readonly { readonly name: string }[]): string | undefined {
  const start = nameKey(text.trimStart());
  return agents
    .toSorted((one, other) => other.name.length - one.name.length)
    .find(({ name }) => {
      const own = nameKey(name);
      const isCalled = start.startsWith(`@${own}`);
      const rest = start.slice(own.length + (isCalled ? 1 : 0));
      if (isCalled) return isWrittenTogether(own.at(-1) ?? "") || /^[\s,:、]/.test(rest);
      return start.startsWith(own) && /^\s?[:,、]\s*\S/.test(rest);
    })?.name;
}
