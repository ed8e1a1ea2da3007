import {
  CALLER,
  HUMAN,
  QUESTION_CHARS_MAX,
  type HandoffMade,
  type HeldCode,
  type Recorded,
  type RunEvent,
  type Whereabouts,
} from "../events/events.ts";
import type { Fold } from "../reading/fold.ts";
import { codeBlocks, maySayCode, type FencedBlock } from "../code-blocks.ts";
import { fences } from "../reading/fences.ts";
import { cutMiddle } from "../reading/context.ts";
import { isMeant, plain } from "./same-code.ts";

/** Who runs whose code in a team, and what counts as code there. */
export interface CodeRunners {
  readonly languages: readonly string[];
  readonly runners: readonly { readonly name: string; readonly runs: readonly string[] }[];
}

/** What is held back, and what is known of code that may come to be. */
export interface Holding {
  held: readonly (HeldCode & { readonly isFromOutside?: true })[];
  /** Seq of a person's last words. */
  saidSeq: number;
  /** Of calls that wait for a yes. */
  readonly calls: Map<string, FencedBlock & { readonly participant: string }>;
  /** Blocks in open questions, by the seq of the question. */
  readonly questions: Map<number, { readonly participant: string; readonly blocks: readonly Block[] }>;
  /** Blocks for a runner's next turn, and those of its turn under way that have not been run. */
  readonly ahead: Map<string, readonly FencedBlock[]>;
  readonly inHand: Map<string, readonly FencedBlock[]>;
  lastWords: string;
  /** What each agent's last reply with calls said beside them. */
  readonly beside: Map<string, string>;
  /** Of a conversation inside: what was said outside before it is being told. */
  isOpening: boolean;
}

/** Reads off the log what is held back. One for each set of runners, made once: what it has read is kept beside it. */
export function holding({ languages, runners }: CodeRunners): Fold<Holding> {
  return {
    initial: () => ({
      held: [],
      saidSeq: 0,
      calls: new Map(),
      questions: new Map(),
      ahead: new Map(),
      inHand: new Map(),
      // Stryker disable next-line StringLiteral: compared alone, with a question's text.
      lastWords: "",
      beside: new Map(),
      isOpening: false,
    }),
    step(before, event) {
      const state = draftOf(before);
      switch (event.type) {
        case "run.started":
          begin(state, event);
          break;
        case "approval.requested": {
          const block = event.language === undefined ? undefined : { language: event.language, code: event.what };
          if (block) state.calls.set(event.call, { ...block, participant: participantOf(event) });
          break;
        }
        case "approval.given": {
          const block = state.calls.get(event.call);
          state.calls.delete(event.call);
          if (!block) break;
          const by = { by: event.person.name, seq: event.seq };
          if (!event.approved) hold(state, block, { why: "refused", ...(event.reason ? { reason: event.reason } : {}), ...by });
          else if (event.edited === undefined) allow(state, block, event.seq);
          else {
            hold(state, block, { why: "changed", ...by });
            allow(state, { language: block.language, code: event.edited }, event.seq);
          }
          break;
        }
        case "approval.expired": {
          const block = state.calls.get(event.call);
          state.calls.delete(event.call);
          if (block) hold(state, block, { why: "expired", seq: event.seq });
          break;
        }
        case "turn.skipped": {
          const why = { why: "skipped", by: event.person.name, seq: event.seq } as const;
          for (const [call, block] of state.calls) {
            if (block.participant !== event.agent) continue;
            hold(state, block, why);
            state.calls.delete(call);
          }
          for (const [seq, { participant }] of state.questions) if (participant === event.agent) state.questions.delete(seq);
          drop(state, event.agent, why);
          break;
        }
        case "run.stopped":
          // Inside a participant whose turn was broken off.
          for (const name of state.inHand.keys()) drop(state, name, { why: "skipped", seq: event.seq });
          break;
        case "speaker.selected":
          state.isOpening = false;
          if (event.within !== undefined) break;
          state.inHand.set(event.agent, state.ahead.get(event.agent) ?? []);
          state.ahead.delete(event.agent);
          break;
        case "code.written":
          if (event.within === undefined) state.inHand.set(event.agent, blocksOf(event.text));
          break;
        case "code.ran":
          if (event.within === undefined) state.inHand.set(event.agent, state.inHand.get(event.agent)?.slice(1) ?? []);
          break;
        case "tool.called":
          // On the first call of a reply, as is what it cost.
          if (event.text !== undefined || event.usage) state.beside.set(placeOf(event), event.text ?? "");
          break;
        case "handoff.made":
          if (event.to !== HUMAN || event.outside) break;
          asked(state, event);
          break;
        case "question.expired":
          answered(state, event.of, { why: "expired", seq: event.seq });
          break;
        case "message.posted":
          said(state, event);
          break;
        default:
          return before;
      }
      return state;
    },
  };

  function said(state: Holding, event: Extract<RunEvent, { readonly type: "message.posted" }>): void {
    if ("person" in event) {
      if (event.person.id === CALLER.id) return;
      state.saidSeq = event.seq;
      // Said before, and told only now.
      if (state.isOpening) state.held = state.held.map((one) => (one.isFromOutside && one.seq > 0 ? { ...one, seq: event.seq } : one));
      for (const of of state.questions.keys()) {
        if (event.answers !== undefined && event.answers !== of) continue;
        if (YES.test(event.text)) answered(state, of, undefined);
        else if (NO.test(event.text)) {
          answered(state, of, { why: "refused", by: event.person.name, seq: event.seq });
          // It may be about code that was posted before the question.
          for (const block of [...state.ahead.values()].flat()) hold(state, block, { why: "asked", seq: of });
        } else answered(state, of, { why: "asked", seq: of });
      }
      return;
    }
    if (!event.quiet) state.lastWords = event.text;
    if (event.within === undefined && !event.outside) state.inHand.delete(event.agent);
    if (!maySayCode(event)) return;
    for (const { name, runs } of runners)
      if (runs.includes(event.agent)) state.ahead.set(name, [...(state.ahead.get(name) ?? []), ...blocksOf(event.text)]);
  }

  function blocksOf(text: string): FencedBlock[] {
    return codeBlocks(text).filter((block) => languages.includes(block.language));
  }
}

/** To be changed by one step. Its parts are small: what waits, and what is to run, of a few agents. */
const draftOf = (state: Holding): Holding => ({
  ...state,
  calls: new Map(state.calls),
  questions: new Map(state.questions),
  ahead: new Map(state.ahead),
  inHand: new Map(state.inHand),
  beside: new Map(state.beside),
});

function begin(state: Holding, event: Extract<RunEvent, { readonly type: "run.started" }>): void {
  const { goesOn, held = [], seq } = event;
  // Another turn of a team inside belongs to the same run outside.
  const own = goesOn ? state.held.filter((one) => !one.isFromOutside) : [];
  const others = held.filter((one) => !own.some((known) => isSame(known, one)));
  state.held = [...own, ...others.map((one) => ({ ...one, seq: one.seq === 0 ? 0 : seq, isFromOutside: true as const }))];
  state.isOpening = true;
  for (const open of [state.calls, state.questions, state.inHand]) open.clear();
}

function hold(state: Holding, block: Block, why: Pick<HeldCode, "why" | "by" | "reason" | "seq">): void {
  const { language, isBeginning, isWithin } = block;
  // Words about it do not undo what a person has decided.
  if (why.why === "asked" && state.held.some((one) => isSame(one, block) && DECIDED.has(one.why))) return;
  release(state, block);
  const form = { ...(isBeginning ? { isBeginning } : {}), ...(isWithin ? { isWithin } : {}) };
  state.held = [...state.held, { language, code: plain(block.code), ...form, ...why }];
}
const DECIDED: ReadonlySet<HeldCode["why"]> = new Set(["refused", "expired", "skipped", "changed"]);

/** A yes to exactly this; it is kept where something that was held before would still stand in its way. */
function allow(state: Holding, block: Block, seq: number): void {
  const { language, code } = block;
  release(state, block);
  if (state.held.some((one) => isMeant(one, block))) state.held = [...state.held, { language, code: plain(code), why: "allowed", seq }];
}

function release(state: Holding, block: Block, only?: HeldCode["why"]): void {
  state.held = state.held.filter((one) => !isSame(one, block) || (only !== undefined && one.why !== only));
}

type Block = Pick<HeldCode, "language" | "code" | "isBeginning" | "isWithin">;

const isSame = (one: Block, other: Block): boolean =>
  one.language === other.language && one.isWithin === other.isWithin && one.code === plain(other.code);

/** The blocks of a turn that was broken off, which nobody has run. */
function drop(state: Holding, name: string, why: Pick<HeldCode, "why" | "by" | "seq">): void {
  for (const block of state.inHand.get(name) ?? []) hold(state, block, why);
  state.inHand.delete(name);
}

function asked(state: Holding, event: HandoffMade & Whereabouts & Recorded): void {
  const beside = event.call === undefined ? "" : (state.beside.get(placeOf(event)) ?? "");
  // Code without a fence, or in one that would not be taken for code, was put before the person as well.
  const words = wordsAsked(event, state.lastWords);
  const said = [words, beside, ...(event.options ?? [])].filter((text) => text.trim() !== "");
  const within = said.map((code): Block => ({ language: "", code, isWithin: true }));
  const isCut = words === event.text && words.length >= QUESTION_CHARS_MAX;
  const blocks = [...within, ...(isCut ? beginnings(words) : [])];
  state.questions.set(event.seq, { participant: participantOf(event), blocks });
  for (const block of blocks) hold(state, block, { why: "asked", seq: event.seq });
}

function answered(state: Holding, question: number, why: Pick<HeldCode, "why" | "by" | "seq"> | undefined): void {
  for (const block of state.questions.get(question)?.blocks ?? []) {
    if (why) hold(state, block, why);
    else release(state, block, "asked");
  }
  state.questions.delete(question);
}

/** Of a question that was cut, what its last fence shows, quoted or not, is only the beginning of a block. */
function beginnings(text: string): readonly Block[] {
  const unquoted = text.replaceAll(/^(?: {0,3}> ?)+/gm, "");
  return [text, unquoted]
    .flatMap(fences)
    .filter(({ isOpen }) => isOpen)
    .map(({ code }) => ({ language: "", code, isBeginning: true }));
}

/** A participant who is a person is asked with the others' last words. */
const wordsAsked = ({ call, text }: HandoffMade, lastWords: string): string =>
  call === undefined && cutMiddle(lastWords, QUESTION_CHARS_MAX) === text ? lastWords : text;

const placeOf = ({ agent, within = "" }: { readonly agent: string } & Whereabouts): string => `${within}/${agent}`;

const participantOf = (event: { readonly agent: string } & Whereabouts): string => event.within?.split("/")[0] ?? event.agent;

/** A plain yes or no to a question; whatever says more is neither, and a person has to decide. */
const YES =
  /^\s*(?:y|yes|ok|okay|sure|allow|allowed|approve|approved|go|go ahead|run it|do it)(?:[,:]? (?:please|run it|allow it|go ahead|do it))?[.!]*\s*$/i;
const NO = /^\s*(?:n|no|nope|never|deny|denied|refuse|refused|stop|don't|do not)\b/i;
