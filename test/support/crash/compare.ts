import type { RunEvent } from "../../../src/engine/events/events.ts";
import { ACTIONS } from "../../../src/slack/words/blocks.ts";
import type { ThreadMessage } from "../../../local-slack/index.ts";
import type { Played } from "./people.ts";
import type { Outcome } from "./stage.ts";
import { isOfKind } from "../slack/thread.ts";

/** What people and the log hold of an undisturbed conversation, without what may differ: times, and the numbers that a `run.resumed` moves. */
export interface Expected {
  readonly thread: readonly string[];
  /** Of runs of one turn, which a kill may leave out, and a rush as well. */
  readonly cards: readonly string[];
  readonly runsOfOneTurn: number;
  readonly session: string | undefined;
  readonly log: readonly string[];
}

export const expectedOf = (undisturbed: Outcome): ReadonlyMap<string, Expected> =>
  new Map(
    undisturbed.played.map(({ conversation, thread, session, log }) => [
      conversation.name,
      {
        thread: seenIn(thread),
        cards: cardsOfOneTurn(thread),
        runsOfOneTurn: runsOfOneTurn(thread.filter(isLasting)).length,
        session,
        log: log.filter((event) => event.type !== "run.resumed").map(recorded),
      },
    ]),
  );

/** What people see is as it was without kills; cheap, for it is asked again and again. */
export const looksAs = (played: Played, expected: Expected): boolean => threadViolations(played, expected).length === 0;

/** One line for each thing that is not as it was without kills. */
export function violationsOf(outcome: Outcome, expected: ReadonlyMap<string, Expected>): string[] {
  const found = outcome.played.flatMap((played) => {
    const wanted = expected.get(played.conversation.name);
    if (!wanted) return [`${played.conversation.name}: was not had without kills`];
    const log = played.log.filter((event) => event.type !== "run.resumed").map(recorded);
    const gap = played.log.findIndex((event, index) => event.seq !== index + 1);
    return [
      ...threadViolations(played, wanted),
      ...difference("log", log, wanted.log),
      ...(gap === -1 ? [] : [`the log has a gap at ${gap + 1}`]),
    ].map((line) => `${played.conversation.name}: ${line}`);
  });
  return [...outcome.trouble, ...found];
}

function threadViolations({ thread, status, session }: Played, expected: Expected): string[] {
  const ids = thread.flatMap(({ metadata }) => (metadata ? [String(metadata.event_payload["o"])] : []));
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  return [
    ...twice.map((id) => `the message ${id} is there twice`),
    ...endsBeforeTurns(thread),
    ...difference("thread", seenIn(thread), expected.thread),
    ...cardsOfOneTurn(thread)
      // Where one was left out without kills, as in a rush, it has to tell at least that the run is over.
      .filter((card) => !expected.cards.includes(card) && (expected.cards.length === expected.runsOfOneTurn || card.includes(ACTIONS.stop)))
      .map((card) => `a card is ${short(card)}, and none is so without kills`),
    ...(status === "" ? [] : [`the line "${status}" is still shown`]),
    // Never told of is as good, here or without kills: there is no Stop button left over.
    ...(session === undefined || session === (expected.session ?? AT_REST) ? [] : [`the session is ${session}, not ${expected.session}`]),
  ];
}

/** Of a run of one turn the end is compared apart: it stands in that turn or behind it. */
function endsBeforeTurns(thread: readonly ThreadMessage[]): string[] {
  const runOf = ({ metadata }: ThreadMessage) => metadata?.event_payload["r"];
  return thread.flatMap((end, at) => {
    if (!isOfKind(end, "end")) return [];
    const isBefore = thread.slice(at + 1).some((message) => isOfKind(message, "turn") && runOf(message) === runOf(end));
    return isBefore ? [`the end of ${String(runOf(end))} stands before a turn of it`] : [];
  });
}

/** Of a session in which nothing goes on. */
export const AT_REST = "active";

function difference(where: string, found: readonly string[], wanted: readonly string[]): string[] {
  const at = wanted.findIndex((line, index) => found[index] !== line);
  if (at === -1 && found.length === wanted.length) return [];
  const index = at === -1 ? wanted.length : at;
  const differsAt = alike(found[index], wanted[index]);
  return [
    `${where} line ${index + 1} of ${found.length} is ${short(found[index], differsAt)}, not ${short(wanted[index], differsAt)} (of ${wanted.length})`,
  ];
}

/** Up to where both are the same. */
function alike(one = "", other = ""): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return at;
}

const SHOWN_CHARS = 700;

/** Of a long line the part around where it is different. */
function short(line: string | undefined, differsAt = 0): string {
  if (line === undefined) return "missing";
  const from = line.length <= SHOWN_CHARS ? 0 : Math.max(0, differsAt - SHOWN_CHARS / 2);
  const part = line.slice(from, from + SHOWN_CHARS);
  return `${from > 0 ? "…" : ""}${part}${from + part.length < line.length ? "…" : ""}`;
}

/** All but the notice that Parley was away, which kills alone bring. */
const isLasting = ({ text }: ThreadMessage): boolean => !text.startsWith("I was away for a while");

/**
 * A thread as people see it. Where one turn was all of a run, its message tells the end, or a kill came before that was recorded and the end has a
 * message of its own: either way it is told once, last here, and apart from the turn's words. Its card is left out where the answer was there
 * before it, as it may be where many cards go out at once, all of them behind a kill: it is looked at apart ({@link cardsOfOneTurn}).
 */
function seenIn(thread: readonly ThreadMessage[]): readonly string[] {
  const lasting = thread.filter(isLasting);
  const isAlone = ofOneTurn(lasting);
  const behindNotices = new Set(thread.filter((_, index) => index > 0 && !isLasting(thread[index - 1]!)));
  return [
    ...lasting.flatMap((given) => {
      // What stands right above is not said once more; below such a notice it is.
      const message = behindNotices.has(given) && isOfKind(given, "end") ? { ...given, blocks: given.blocks.filter(isOwn) } : given;
      if (!isAlone(message)) return [seen(message)];
      if (isOfKind(message, "turn")) return [seen({ ...message, blocks: message.blocks.filter(isWords) })];
      return isOfKind(message, "end") || isOfKind(message, "card") ? [] : [seen(message)];
    }),
    ...lasting.flatMap((message) => (isAlone(message) && isOfKind(message, "end") ? [`the end: ${howEnded(message)}`] : [])),
  ];
}

function cardsOfOneTurn(thread: readonly ThreadMessage[]): readonly string[] {
  const isAlone = ofOneTurn(thread.filter(isLasting));
  return thread.flatMap((message) => (isAlone(message) && isOfKind(message, "card") ? [seen(message)] : []));
}

function ofOneTurn(lasting: readonly ThreadMessage[]): (message: ThreadMessage) => boolean {
  const alone = new Set(runsOfOneTurn(lasting));
  return ({ metadata }) => alone.has(metadata?.event_payload["r"]);
}

/** The runs in which one turn, and nothing else, was said. */
function runsOfOneTurn(thread: readonly ThreadMessage[]): readonly unknown[] {
  const turns = new Map<unknown, Set<unknown>>();
  for (const message of thread) {
    const { r, n } = message.metadata?.event_payload ?? {};
    if (isOfKind(message, "turn")) turns.set(r, (turns.get(r) ?? new Set()).add(n));
  }
  return [...turns].flatMap(([run, numbers]) => (numbers.size === 1 ? [run] : []));
}

const isOwn = (block: unknown): boolean => !/"text":">\*/.test(JSON.stringify(block));
const isWords = (block: unknown): boolean => (block as { readonly type?: string }).type === "markdown";

/** Up to the small print that may follow it. */
const howEnded = ({ blocks }: ThreadMessage): string => /\*(?:Done|Stopped[^*]*)\*: [^·"]+/.exec(JSON.stringify(blocks))?.[0].trim() ?? "";

/** A message as people see it: who, with which face, which words and parts, which files. */
function seen(message: ThreadMessage): string {
  const blocks = JSON.stringify(message.blocks, (key, value: unknown) => (UNSEEN.has(key) ? undefined : value));
  const files = message.files.map(({ name, size }) => `${name} ${size}`);
  const kind = JSON.stringify(message.metadata?.event_payload["k"] ?? "");
  // Of a turn that has grown Slack makes the text itself; its blocks say the same.
  const text = kind === '"turn"' ? "" : message.text;
  return timeless([message.username ?? message.user, message.icons?.emoji ?? "", kind, text, ...files, blocks].join(" | "));
}

/** Ids alone: of a block, and in a button's value that of the run, which is another one in each play. */
const UNSEEN: ReadonlySet<string> = new Set(["block_id", "value"]);

/** An event without its number and time, without what names other events by number, and without the settings, in which a port differs. */
function recorded(event: RunEvent): string {
  const kept = JSON.stringify(event, (key, value: unknown) => (MOVING.has(key) ? undefined : value));
  return timeless(kept);
}

const MOVING: ReadonlySet<string> = new Set([
  "seq",
  "at",
  "elapsedMs",
  "run",
  "id",
  "answers",
  "of",
  "answerBy",
  "approveBy",
  "teamHash",
  "memoryPeakBytes",
]);

/** Durations as they are written for people, and the id that stands for a name which Slack does not say in time. */
const timeless = (text: string): string =>
  text.replaceAll('"name":"U0MARIA"', '"name":"Maria"').replaceAll(/\b\d+(?:\.\d+)? ?(?:ms|s|min|h)\b(?: \d+ ?(?:s|min)\b)?/g, "<time>");
