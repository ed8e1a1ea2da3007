import type { Clock } from "../../engine/clock.ts";
import type { Turn } from "../../engine/turn.ts";
import type { Piece } from "../piece.ts";
import { namesOneTool } from "./blame.ts";
import { ALL_CONCESSIONS, termsOf, type Concession } from "./concessions.ts";
import { kindOf, UNREAD_CODES } from "./kinds.ts";
import { BARE, isFresh, lifeInWords, type LearntNumber, type Lesson, type Lessons } from "./lessons.ts";
import { refusalOf, type Refusal } from "./refusal.ts";
import { replyMaxIn, roomIn } from "./reply-room.ts";

/** How a request is to be put to a model. */
export interface Manner {
  readonly without: ReadonlySet<Concession>;
  /** Tokens; as the settings say when absent. */
  readonly replyTokensMax?: number;
  /** Tokens of question and reply together. */
  readonly contextTokensMax?: number;
}

/** A request that is put together, and what could be taken from it. */
export interface Put<T> {
  /** Which concessions would change it. */
  readonly uses: ReadonlySet<Concession>;
  /** The limit of the reply that it names; `undefined` for none. */
  readonly replyTokensMax: number | undefined;
  /** What is sent, as it goes into JSON. */
  readonly body: object;
  send(): Promise<T>;
}

/** What one model has been found to refuse. */
export interface Concessions {
  readonly model: string;
  readonly refused: Set<Concession>;
  readonly numbers: { [name in LearntNumber]?: number | undefined };
  /** Which thread has been told of what. */
  readonly told: Set<string>;
  /** Everything that can be left out is: it refused a request without a reason that could be read. */
  isBare: boolean;
  /** Reads what has been learnt, also by other processes, and what has been forgotten meanwhile; at most once a minute. */
  ready(): Promise<void>;
  learn(lesson: Omit<Lesson, "at">): void;
}

export interface Learning {
  readonly lessons: Lessons;
  readonly key: string;
  readonly clock: Clock;
  /** What was learnt, for the operator; once for each thing. */
  readonly log?: ((line: string) => void) | undefined;
}

/** What is kept may be forgotten by a person, run out, or be added to by another process: it is looked up again after so long. */
const READ_EVERY_MS = 60_000;

/** `never`: what need not even be tried. */
export function newConcessions(model: string, { lessons, key, clock, log }: Learning, never: readonly Concession[] = []): Concessions {
  const refused = new Set(never);
  const numbers: Concessions["numbers"] = {};
  /** Learnt here, and not (or not yet) written down. */
  const own = new Map<Lesson["what"], Lesson>();
  let reading: Promise<void> | undefined;
  let readAtMs = 0;
  function take({ what, value }: Omit<Lesson, "at">): void {
    if (what === BARE) concessions.isBare = true;
    else if (what === "replyTokensMax" || what === "contextTokensMax") numbers[what] = value ?? Infinity;
    else if (ALL_CONCESSIONS.includes(what)) refused.add(what);
  }
  const isKnown = ({ what, value }: Omit<Lesson, "at">): boolean => {
    if (what === BARE) return concessions.isBare;
    return value === undefined ? refused.has(what as Concession) : numbers[what as LearntNumber] === value;
  };
  async function readAll(): Promise<void> {
    const unwritten = [...own.values()];
    // What is kept is a help: without it, a server refuses once more.
    const known = await lessons.of(key).catch(() => undefined);
    if (known === undefined) return;
    refused.clear();
    for (const one of never) refused.add(one);
    numbers.replyTokensMax = numbers.contextTokensMax = undefined;
    concessions.isBare = false;
    for (const lesson of [...known, ...unwritten, ...own.values()]) if (isFresh(lesson, clock.now())) take(lesson);
  }
  const concessions: Concessions = {
    model,
    refused,
    numbers,
    told: new Set(),
    isBare: false,
    ready() {
      if (reading && clock.now() - readAtMs < READ_EVERY_MS) return reading;
      readAtMs = clock.now();
      return (reading = readAll());
    },
    learn(learnt) {
      if (isKnown(learnt)) return;
      take(learnt);
      const lesson = { ...learnt, at: new Date(clock.now()).toISOString() };
      own.set(lesson.what, lesson);
      log?.(`model ${key}: ${inWords(lesson)} Remembered for ${lifeInWords(lesson.what)}.`);
      lessons
        .learn(key, lesson)
        .then(() => void (own.get(lesson.what) === lesson && own.delete(lesson.what)))
        .catch((error: unknown) =>
          log?.(`model ${key}: this could not be written down, and is learnt anew by the next process: ${String(error)}`),
        );
    },
  };
  return concessions;
}

/** What was learnt, behind the model's name. */
export function inWords({ what, value }: Pick<Lesson, "what" | "value">): string {
  if (what === BARE) return "refuses requests and gives no reason that can be read: everything that can be left out is.";
  if (what === "replyTokensMax") return `writes at most ${value} tokens: longer replies are not asked for.`;
  if (what === "contextTokensMax") return `has room for ${value} tokens, question and reply together.`;
  return termsOf(what).told;
}

/**
 * Puts a request to a server; when it is refused for something that can be done without, puts it once more without that, until it is taken or
 * refused for another reason. Each thread is told once of what its requests do without.
 */
export async function* conceding<T>(
  concessions: Concessions,
  { thread, sending }: { readonly thread: string; readonly sending: Turn["sending"] },
  put: (manner: Manner) => Promise<Put<T>> | Put<T>,
): AsyncGenerator<readonly Piece[], T, void> {
  await concessions.ready();
  const talk = newTalk(concessions);
  for (;;) {
    const manner = talk.manner();
    const request = await put(manner);
    sending?.({ ...manner, body: JSON.stringify(request.body), without: [...manner.without] });
    try {
      const opened = await request.send();
      talk.learn();
      const beside: Piece[] = [
        ...(request.replyTokensMax === undefined ? [] : [{ type: "limit", tokens: request.replyTokensMax } as const]),
        ...noticesOf(concessions, thread, talk.missed(request.uses)),
      ];
      if (beside.length > 0) yield beside;
      return opened;
    } catch (error) {
      if (!talk.concede(refusalOf(error), request)) throw error;
    }
  }
}

/** Less than this is no reply worth having. */
const REPLY_TOKENS_MIN = 256;
/** What servers add to a prompt beyond what they tell. */
const ROOM_MARGIN_TOKENS = 16;
/** Tried where a refusal speaks of the reply's length and names no numbers. */
const REPLY_TOKENS_TRIED = 1_024;

/** One call's dealings with a server. */
function newTalk(concessions: Concessions) {
  const without = new Set([...concessions.refused, ...(concessions.isBare ? LEFT_OUT : [])]);
  /** Taken from this request and from no other, because it was not the reason after all. */
  const barred = new Set<Concession>();
  const fresh = new Map<Lesson["what"], number | undefined>();
  const wanted = new Set<Concession>();
  let [isBare, wasBare] = [concessions.isBare, concessions.isBare];
  let replyTokensMax = concessions.numbers.replyTokensMax;
  let last: { readonly text: string; readonly blamed: Concession } | undefined;

  function concede(refusal: Refusal, request: Put<unknown>): boolean {
    for (const one of request.uses) wanted.add(one);
    const kind = kindOf(refusal, undefined);
    if (!isOfTheRequest(refusal, kind)) return false;
    if (refusal.said.codes.some((code) => UNREAD_CODES.test(code))) return askedInWordsOnce(request);
    const asked = request.replyTokensMax;
    if (asked !== undefined) {
      const shorter = kind === "context_too_long" ? replyThatFits(refusal.text, asked) : smallerReply(refusal.text, asked);
      if (shorter !== undefined) {
        replyTokensMax = shorter;
        return true;
      }
    }
    if (kind === "context_too_long") return false;
    const text = [refusal.said.param, refusal.text, ...refusal.said.codes].join(" ");
    if (last?.text === text && !STEPS.has(last.blamed)) {
      // It was something else.
      without.delete(last.blamed);
      fresh.delete(last.blamed);
      barred.add(last.blamed);
    }
    // What one tool is refused for says nothing of all of them; whoever put the request leaves that one out.
    const spared = namesOneTool(text) ? OF_ALL_TOOLS : NONE;
    const open = ALL_CONCESSIONS.filter((one) => request.uses.has(one) && !without.has(one) && !barred.has(one) && !spared.has(one));
    // What it says goes before what it points at. Where it does not stream calls, it is the stream that can be done without.
    const isOfStream = open.includes("stream") && WITH_STREAM.test(refusal.said.message);
    const blamed = [refusal.said.message, text]
      .map((words) => (isOfStream ? "stream" : open.find((one) => termsOf(one).sign.test(words))))
      .find((one) => one !== undefined);
    if (blamed) {
      last = { text, blamed };
      without.add(blamed);
      // One image that cannot be read says nothing of the next one.
      if (blamed !== "images" || CANNOT_SEE.test(text)) fresh.set(blamed, undefined);
      return true;
    }
    if (spared.size > 0) return false;
    if (isBare || !(kind === "bad_request" || OF_THE_PARTS.test(text)) || !isVague(refusal.said.message)) return false;
    isBare = true;
    for (const one of LEFT_OUT) without.add(one);
    return true;
  }

  /** The server could not read what the model wrote this time: that says nothing of what it takes. */
  function askedInWordsOnce({ uses }: Put<unknown>): boolean {
    if (!uses.has("structured") || without.has("structured")) return false;
    without.add("structured");
    return true;
  }

  function replyThatFits(text: string, asked: number): number | undefined {
    const { context, prompt } = roomIn(text, asked);
    if (context === undefined && prompt === undefined) {
      const smaller = smallerReply(text, asked);
      if (smaller !== undefined) return smaller;
    }
    if (context !== undefined && context >= REPLY_TOKENS_MIN) fresh.set("contextTokensMax", context);
    if (context === undefined || prompt === undefined)
      return SPEAKS_OF_REPLY.test(text) && asked > REPLY_TOKENS_TRIED ? REPLY_TOKENS_TRIED : undefined;
    const left = context - prompt - ROOM_MARGIN_TOKENS;
    // vLLM counts a prompt no further than it needs to refuse it: the rest of it is not known.
    const room = AT_LEAST.test(text) ? Math.min(left, Math.floor(asked / 2)) : left;
    return room >= REPLY_TOKENS_MIN && room < asked ? room : undefined;
  }

  function smallerReply(text: string, asked: number): number | undefined {
    const smaller = replyMaxIn(text, asked);
    if (smaller !== undefined) fresh.set("replyTokensMax", smaller);
    return smaller;
  }

  return {
    concede,
    manner(): Manner {
      const contextTokensMax = concessions.numbers.contextTokensMax;
      return { without, ...(replyTokensMax === undefined ? {} : { replyTokensMax }), ...(contextTokensMax === undefined ? {} : { contextTokensMax }) }; // prettier-ignore
    },
    learn(): void {
      if (isBare && !wasBare) concessions.learn({ what: BARE });
      for (const [what, value] of fresh) concessions.learn(value === undefined ? { what } : { what, value });
      wasBare = isBare;
    },
    missed: (uses: ReadonlySet<Concession>): Concession[] => [...new Set([...wanted, ...uses])].filter((one) => without.has(one)),
  };
}

const OF_ALL_TOOLS: ReadonlySet<Concession> = new Set(["tools", "structured", "strict", "stream", "calls_in_words"]);
const NONE: ReadonlySet<Concession> = new Set();

/** A second way to say the same comes behind these; the same refusal leads on to it. */
const STEPS: ReadonlySet<Concession> = new Set(["content_null", "limit_name"]);

/** Of the smallest request that could work: all that can be left out is, and nothing put in its place. */
const LEFT_OUT = ALL_CONCESSIONS.filter((one) => !["stream", "reasoning_wanted", "signature_wanted", "limit_name", "roles"].includes(one));

/** Whether a refusal leaves open what it is about, or says only that the request has something that is not taken. */
function isVague(message: string): boolean {
  const words = message.toLowerCase().match(/[a-z_]+/g) ?? [];
  return NOT_TAKEN.test(message) || words.every((word) => SAYS_NOTHING.has(word));
}

const NOT_TAKEN = /requested parameters|not implemented|unsupported|not supported|unknown|unrecogni[sz]ed|unexpected|\bextra\b|not permitted|not allowed|invalid (?:param|arg|field|propert|request|input)/i; // prettier-ignore
const SAYS_NOTHING = new Set("a an the your bad request invalid error errors invalid_request_error badrequesterror unprocessable entity validation parameter parameters argument arguments input provider upstream server model returned failed failure occurred was is with status code body no null none undefined please check try again malformed wrong something went api call exception for in of to and format data json message details".split(" ")); // prettier-ignore

/** Not where the request itself is repeated, in which both stand beside each other. */
const WITH_STREAM = /(?:\btools?\b|functions?\b)[^.]{0,60}\bstream(?!\w*['"]\s*:)|\bstream(?:ing|ed)?\b(?!['"]\s*:)[^.]{0,60}(?:\btools?\b|functions?\b)/i; // prettier-ignore
const AT_LEAST = /at least \d/i;
/** Words of gateways and servers about parts of a request, beside codes that say otherwise. */
const OF_THE_PARTS = /requested parameters|not implemented/i;
const SPEAKS_OF_REPLY = /completion|max[_ ](?:new_|output_)?tokens|output|generat/i;
const CANNOT_SEE = /support|vision|multi-?modal|accept|allowed/i;
/** Where a server may say what it does not take of a request; 500 comes from chat templates, 404 from gateways. */
const STATUSES: ReadonlySet<number | undefined> = new Set([undefined, 200, 400, 404, 405, 406, 413, 415, 422, 424, 500, 501]);

function isOfTheRequest({ status, said }: Refusal, kind: ReturnType<typeof kindOf>): boolean {
  if (said.isPage || said.isUnreadable || !STATUSES.has(status)) return false;
  if (status === undefined && said.message === "") return false; // Of the network.
  return kind === "bad_request" || kind === "context_too_long" || kind === "unknown_model" || kind === "unavailable";
}

const TOLD_MAX = 10_000; // Threads times settings; then they are told anew.

function* noticesOf({ model, told }: Concessions, thread: string, missed: readonly Concession[]): Generator<Piece, void, void> {
  if (told.size > TOLD_MAX) told.clear();
  for (const one of missed) {
    const { notice } = termsOf(one);
    const key = `${one} ${thread}`;
    if (notice === undefined || told.has(key)) continue;
    told.add(key);
    yield { type: "notice", text: `${model} ${notice}` };
  }
}
