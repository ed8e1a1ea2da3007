import { HASH_START, hashedOn } from "../hash.ts";
import { HUMAN, type EventBody, type Person, type RunEvent } from "../events/events.ts";
import { read, type Fold, type Transcript } from "./fold.ts";

/** How far a conversation goes in a circle, since the run began, a person spoke, or the leader made a new plan. */
export interface Stalls {
  /** Turns without progress, less those with; by the leader's judgement, or because a turn said again what was said. */
  readonly count: number;
  /** Choices in a row that the leader's model could not make. */
  readonly fallbacks: number;
  /** Who answered "Stop" when asked how to go on. */
  readonly stoppedBy: Person | undefined;
  /** The last few turns, as shingles. */
  readonly recent: readonly ReadonlySet<number>[];
  /** The last turn was a repetition and is counted. */
  readonly repeated: boolean;
  readonly asked: boolean;
  /** Who had the floor last. */
  readonly speaker: string | undefined;
}

export const STALLS_MAX_DEFAULT = 3;
/** A team that is stuck after a third plan is not helped by a fourth. */
export const REPLANS_MAX_DEFAULT = 2;
/** The second fallback in a row says that the model cannot lead; more calls would cost the same and say the same. */
const FALLBACKS_MAX = 2;
/** How many turns back a repetition is seen: two agents that thank each other, and one beside them. */
const TURNS_COMPARED = 4;

/**
 * `unled`: nobody judges whether there is progress. Then a turn that says something new makes up for one that did not; with `keepsFloor`, one
 * who speaks twice in a row makes none.
 */
export function stallsOf(leader: string, unled?: { readonly keepsFloor: boolean }): Fold<Stalls> {
  return {
    initial: () => FRESH,
    step(state, event) {
      if (event.within !== undefined || event.outside) return state;
      switch (event.type) {
        case "run.started":
          return FRESH;
        case "message.posted":
          if ("person" in event) return { ...FRESH, stoppedBy: state.asked && saysStop(event.text) ? event.person : undefined };
          return event.agent === leader ? FRESH : spoken(state, event.text);
        case "question.expired":
          return FRESH;
        case "handoff.made":
          return asksHowToGoOn(event, leader) ? { ...state, asked: true } : state;
        case "speaker.selected":
          return selected(
            unled ? { ...state, count: state.count + unjudged(state, unled.keepsFloor && state.speaker === event.agent) } : state,
            event,
          );
        default:
          return state;
      }
    },
  };
}

/** Reads the same, and looks at no turn before the last one of what it counts from: a long log that is read afresh is not compared turn by turn. */
export function stallsIn(...[leader, unled]: Parameters<typeof stallsOf>): (transcript: Transcript) => Stalls {
  const steps = stallsOf(leader, unled);
  const since = sinceReset(leader);
  return (transcript) => read({ events: read(transcript, since) }, steps);
}

/** What is recorded from the last event on from which it is counted anew; before it, what a person was asked who may have answered with it. */
const sinceReset = (leader: string): Fold<RunEvent[]> => ({
  growsInPlace: true,
  initial: () => [],
  step(events, event) {
    if (event.within !== undefined || event.outside) return events;
    if (isReset(event, leader)) {
      // Unless somebody has answered it already.
      const asked = isPersons(event) ? events.findLast((one) => asksHowToGoOn(one, leader) || isPersons(one)) : undefined;
      return asked && !isPersons(asked) ? [asked, event] : [event];
    }
    events.push(event);
    return events;
  },
});

function isReset(event: RunEvent, leader: string): boolean {
  if (event.type === "message.posted") return "person" in event || event.agent === leader;
  return event.type === "run.started" || event.type === "question.expired";
}

const isPersons = (event: RunEvent): boolean => event.type === "message.posted" && "person" in event;

const asksHowToGoOn = (event: RunEvent, leader: string): boolean =>
  event.type === "handoff.made" && event.agent === leader && event.to === HUMAN && (event.options?.includes(STOP) ?? false);

/** Why it is stuck, in one sentence for people; nothing while it is not. */
export function stuck({ count, fallbacks }: Stalls, stallsMax: number): string | undefined {
  if (fallbacks >= FALLBACKS_MAX) return `I could not choose who speaks next ${fallbacks} times in a row.`;
  if (count < stallsMax) return undefined;
  return count === 1 ? "The last turn brought no progress." : `The last ${count} turns brought no progress.`;
}

/** The same with the judgement of the last turn, which is not recorded yet. */
export const judgedAs = (state: Stalls, progress: boolean): Stalls => ({
  ...state,
  count: Math.max(0, state.count + judgement(state, progress)),
});

const judgement = (state: Stalls, progress: boolean): number => (progress ? -1 : state.repeated ? 0 : 1);

/** Asks a person instead of going on. */
export const askHowToGoOn = (leader: string, why: string): EventBody => ({
  type: "handoff.made",
  agent: leader,
  to: HUMAN,
  text: `${why} How should the team go on? You can also answer in your own words.`,
  options: ["Go on", "Try another way", STOP],
});

const STOP = "Stop";
/** The answer that is offered, also as people write it: "stop.", "Stop it, please!". Letters of any script beside it say more than that; a question asks. */
const saysStop = (text: string): boolean => STOPS.test(text);
const STOPS = /^[^\p{L}\p{N}]*(?:please[^\p{L}\p{N}]+)?stopp?(?:[^\p{L}\p{N}]+(?:it|now|here|please|bitte))*[^\p{L}\p{N}?？؟]*$/iu;

const FRESH: Stalls = { count: 0, fallbacks: 0, stoppedBy: undefined, recent: [], repeated: false, asked: false, speaker: undefined };

function spoken(state: Stalls, text: string): Stalls {
  const own = shingles(text);
  const repeated = state.recent.some((other) => isSame(own, other));
  return { ...state, count: state.count + (repeated ? 1 : 0), repeated, recent: [...state.recent, own].slice(-TURNS_COMPARED) };
}

const unjudged = (state: Stalls, isSameAgain: boolean): number => (isSameAgain ? 1 : state.repeated ? 0 : -1);

function selected(state: Stalls, event: Extract<RunEvent, { type: "speaker.selected" }>): Stalls {
  const { progress } = event;
  const judged = progress === undefined ? 0 : judgement(state, progress);
  // Where there was nothing to choose, nothing is known about the model.
  const fallbacks = event.by === "fallback" ? state.fallbacks + 1 : event.by === "only" ? state.fallbacks : 0;
  return { ...state, count: Math.max(0, state.count + judged), fallbacks, repeated: false, stoppedBy: undefined, speaker: event.agent };
}

/** From this share of common shingles on, two turns say the same: a changed name or number passes, a new sentence does not. */
const SAME_FROM = 0.8;
const SHINGLE_WORDS = 3;
/** A turn is told from another by its beginning; the rest would only cost time. */
const WORDS_READ_MAX = 300;
const CHARS_READ_MAX = 4_000;

/**
 * Each few words in a row, as a number; what two turns have in common is counted, and once in millions of turns one is taken for another. Letter by letter: every
 * turn of a conversation is read here, and to have its words as texts of their own takes several times as long.
 */
function shingles(text: string): ReadonlySet<number> {
  const letters = text.slice(0, CHARS_READ_MAX).toLowerCase();
  const found = new Set<number>();
  let [words, first, second, word] = [0, 0, 0, HASH_START];
  for (let at = 0; at <= letters.length && words < WORDS_READ_MAX; at++) {
    const code = at < letters.length ? (letters.codePointAt(at) ?? 0) : 0;
    if (code > 0xffff) at++;
    if (code < 0x80 ? ASCII_OF_WORD[code] === 1 : isOfWord(code)) word = hashedOn(word, code);
    else if (word !== HASH_START) {
      if (++words >= SHINGLE_WORDS) found.add(Math.imul(Math.imul(first, SPREAD) ^ second, SPREAD) ^ word);
      [first, second, word] = [second, word, HASH_START];
    }
  }
  return words < SHINGLE_WORDS ? new Set([Math.imul(first, SPREAD) ^ second]) : found;
}
const ASCII_OF_WORD = Uint8Array.from({ length: 0x80 }, (_, code) => Number(/[a-z0-9]/i.test(String.fromCharCode(code))));

/** Letters and digits of all scripts. */
function isOfWord(code: number): boolean {
  const known = ofWords[code];
  if (known !== undefined && known !== 0) return known === 1;
  const is = /[\p{L}\p{N}]/u.test(String.fromCodePoint(code));
  ofWords[code] = is ? 1 : 2;
  return is;
}
/** Of what was asked about before: 1 where it is, 2 where not. A cache: without it they are the same. */
const ofWords = new Uint8Array(0x10000);

/** Odd, with its bits well mixed (the golden ratio's). */
const SPREAD = 0x9e3779b1;

/** Whether the share of all shingles that both have (Jaccard's) is that of two turns that say the same. */
function isSame(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  // Also where the smaller one were within the other.
  if (Math.min(a.size, b.size) / Math.max(a.size, b.size) < SAME_FROM) return false;
  let common = 0;
  for (const shingle of a) if (b.has(shingle)) common++;
  return common / (a.size + b.size - common) >= SAME_FROM;
}
