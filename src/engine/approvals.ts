import { isHeld } from "./held-code/held-code.ts";
import { CALLER, type ActionPolicy, type EventBody, type Person, type RunEvent } from "./events/events.ts";
import { read, type Fold } from "./reading/fold.ts";
import { currentRun, type Transcript } from "./reading/transcript.ts";
import { wishIn } from "./events/wish-id.ts";

export type Approval =
  | { readonly kind: "unasked" }
  | { readonly kind: "asked" }
  | {
      readonly kind: "given";
      readonly approved: boolean;
      readonly person: Person;
      readonly reason?: string;
      /** What the person made of it; that is run in its place. */
      readonly edited?: string;
    }
  /** Nobody has answered in time. */
  | { readonly kind: "expired" };

/** What a person says to a call that waits for a yes. */
export interface Verdict {
  readonly call: string;
  readonly approved: boolean;
  readonly person: Person;
  readonly reason?: string;
  /** A yes to all calls of this kind in this run, or to this one alone. */
  readonly scope?: "run" | "call";
  readonly edited?: string;
}

interface Approvals {
  readonly byCall: Map<string, Approval>;
  readonly toolOf: Map<string, string>;
  /** Tools that somebody has said yes to, each as it was marked then. */
  readonly tools: Map<string, Set<string | undefined>>;
  /** By the call, how the tool was marked that it was asked for. */
  readonly specOf: Map<string, string>;
  readonly kindOf: Map<string, string>;
  /** What needs no question in this run, and the call with whose yes that was said. */
  readonly standing: Map<string, string>;
  /** Tool calls of this run, with their arguments, that nobody has said yes to, and of each call that waits what it is. */
  readonly refused: Set<string>;
  readonly waiting: Map<string, { readonly what: string; readonly language: string; readonly participant: string }>;
  /** Whose yes alone counts, by the call. */
  readonly only: Map<string, string>;
}

const approvals: Fold<Approvals> = {
  growsInPlace: true,
  initial: () => ({
    byCall: new Map(),
    toolOf: new Map(),
    tools: new Map(),
    specOf: new Map(),
    kindOf: new Map(),
    standing: new Map(),
    refused: new Set(),
    waiting: new Map(),
    only: new Map(),
  }),
  step(state, event) {
    if (event.type === "run.started") {
      if (!event.goesOn) {
        state.standing.clear();
        state.refused.clear();
      }
      // What waited when a run ended waits no more.
      for (const [call, { kind }] of state.byCall) if (kind === "asked") state.byCall.delete(call);
    }
    if (event.type === "tool.called") state.toolOf.set(event.call, event.tool);
    if (event.type === "approval.requested") {
      state.byCall.set(event.call, { kind: "asked" });
      const tool = event.tool ?? state.toolOf.get(event.call);
      // What a call wants beside itself was never called here.
      if (tool !== undefined && wishIn(event.call)) state.toolOf.set(event.call, tool);
      state.kindOf.set(event.call, tool === undefined ? codeOf(event) : toolKind(tool, event.because !== undefined));
      if (event.spec !== undefined) state.specOf.set(event.call, event.spec);
      if (event.only) state.only.set(event.call, event.only.id);
      const { what, language = "" } = event;
      state.waiting.set(event.call, { what, language, participant: event.within?.split("/")[0] ?? event.agent });
    }
    if (event.type === "approval.given" || event.type === "approval.expired")
      settle(state, event.call, event.type === "approval.given" && event.approved && event.edited === undefined);
    if (event.type === "turn.skipped")
      for (const [call, { participant }] of state.waiting) if (participant === event.agent) settle(state, call, false);
    if (event.type === "approval.given") {
      const { approved, person, reason, edited } = event;
      const change = edited === undefined ? {} : { edited };
      state.byCall.set(event.call, { kind: "given", approved, person, ...(reason ? { reason } : {}), ...change });
      const tool = state.toolOf.get(event.call);
      if (approved && tool !== undefined && event.scope !== "call")
        state.tools.set(tool, (state.tools.get(tool) ?? new Set()).add(state.specOf.get(event.call)));
      const kind = state.kindOf.get(event.call);
      if (approved && event.scope === "run" && kind !== undefined) state.standing.set(kind, event.call);
    }
    if (event.type === "approval.expired") state.byCall.set(event.call, { kind: "expired" });
    if (event.type === "approval.withdrawn")
      for (const [kind, call] of state.standing) if (call === event.call) state.standing.delete(kind);
    return state;
  },
};

function settle({ waiting, refused }: Approvals, call: string, approved: boolean): void {
  const what = waiting.get(call)?.what;
  waiting.delete(call);
  if (what === undefined) return;
  if (approved) refused.delete(sameCall(what));
  else refused.add(sameCall(what));
}

/** However its arguments are written: in which order, with which blanks. */
function sameCall(what: string): string {
  const [, tool = "", args = ""] = /^(\S*) ([^]*)$/.exec(what) ?? [];
  try {
    return `${tool} ${JSON.stringify(JSON.parse(args), inOrder)}`;
  } catch {
    return what.replaceAll(/\s/g, "");
  }
}
const inOrder = (_key: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
    : value;

const codeOf = ({ agent, within }: { readonly agent: string; readonly within?: string }): string =>
  `code of ${within === undefined ? agent : `${within}/${agent}`}`;
/** A yes to what would take something out of here that was read is one of its own. */
const toolKind = (tool: string, isLeak: boolean): string => `${isLeak ? "leak by" : "tool"} ${tool}`;

/** What people have said to a call. */
export const approvalOf = (transcript: Transcript, call: string): Approval =>
  read(transcript, approvals).byCall.get(call) ?? { kind: "unasked" };

/** Whether somebody has said yes to this tool in the thread, as it is marked now; older logs tell of no marks. */
export function wasApproved(transcript: Transcript, tool: string, spec?: string): boolean {
  const specs = read(transcript, approvals).tools.get(tool);
  return specs !== undefined && (spec === undefined || specs.has(undefined) || [...specs].some((one) => isSameMark(one, spec)));
}

/** Whether this mark, which may be one of an older version, is that of what a tool says now. */
export const isSameMark = (kept: string | undefined, now: string): boolean => kept === now || now.startsWith(`${kept}.`);

/** What a person is shown of a call of a tool. */
export const callShown = (tool: string, args: string): string => `${tool} ${args}`.trim();

/** Whether this very call was refused, skipped, or not answered in time before in the current run: then it is asked for again, whatever else was allowed. */
export const wasRefused = (transcript: Transcript, tool: string, args: string): boolean =>
  read(transcript, approvals).refused.has(sameCall(callShown(tool, args)));

/**
 * Whether somebody has said yes to all calls of this tool, as it is marked now, or to all code of this agent, in the current run. `isLeak`: also where it takes
 * something out of here.
 */
export function isToolAllowed(
  transcript: Transcript,
  tool: string,
  { spec, isLeak = false }: { readonly spec?: string | undefined; readonly isLeak?: boolean } = {},
): boolean {
  const { standing, specOf } = read(transcript, approvals);
  return [true, isLeak].some((asLeak) => {
    const call = standing.get(toolKind(tool, asLeak));
    return call !== undefined && (spec === undefined || isSameMark(specOf.get(call) ?? spec, spec));
  });
}
export const isCodeAllowed = (transcript: Transcript, agent: string): boolean =>
  read(transcript, approvals).standing.has(codeOf({ agent }));

/** Whether the yes to this call holds for others like it now. */
export const isStanding = (transcript: Transcript, call: string): boolean =>
  currentRun(transcript).running && [...read(transcript, approvals).standing.values()].includes(call);

/**
 * What is to be recorded for a person's word on a call; nothing when it does not wait for one. With a yes for the run, what else of the same
 * kind waits is answered too, but for what was refused before.
 */
export function decided(transcript: Transcript, verdict: Verdict): readonly EventBody[] {
  const open = currentRun(transcript).approvals.map((approval) => approval.call);
  const { call, person } = verdict;
  if (!open.includes(call)) return [];
  const { only } = read(transcript, approvals);
  if ((only.get(call) ?? person.id) !== person.id) return [];
  const given: EventBody = { type: "approval.given", ...verdict };
  if (!verdict.approved || verdict.scope !== "run") return [given];
  const { kindOf, waiting, refused } = read(transcript, approvals);
  const isFree = (other: string) => {
    const { what, language } = waiting.get(other) ?? { what: "", language: "" };
    return !refused.has(sameCall(what)) && !isHeld(transcript, { language, code: what }) && (only.get(other) ?? person.id) === person.id;
  };
  const alike = open.filter((other) => other !== call && kindOf.get(other) === kindOf.get(call) && isFree(other));
  return [given, ...alike.map((other): EventBody => ({ type: "approval.given", call: other, approved: true, person }))];
}

/**
 * Whether this person is to be asked before a tool acts for them, `thread` being the thread's own log: others have said something since the person's
 * last yes to the tool for the run.
 */
export function mustAskFor(person: Person, tool: string, thread: Transcript): boolean {
  const othersSaid = thread.events.findLast((event) => isSaidByAnother(event, person));
  if (!othersSaid) return false;
  const asked = new Set<string>();
  for (const event of thread.events.slice(currentRun(thread).startIndex)) {
    if (event.type === "approval.requested" && event.tool === tool && event.only?.id === person.id) asked.add(event.call);
    const isTheirs = event.type === "approval.given" && event.approved && event.scope === "run" && event.person.id === person.id;
    if (isTheirs && asked.has(event.call) && event.seq > othersSaid.seq) return false;
  }
  return true;
}

/** Words that came along with a person's own are others', where their source is named. */
const isSaidByAnother = (event: RunEvent, { id }: Person): boolean => {
  if (event.type === "message.edited") return event.person.id !== id;
  // Agents read why somebody said no, and what comes of what somebody has changed.
  if (event.type === "approval.given") return event.person.id !== id && (event.reason !== undefined || event.edited !== undefined);
  if (event.type !== "message.posted" || !("person" in event)) return false;
  return (event.person.id !== id && event.person.id !== CALLER.id) || (event.beside ?? []).some(({ source }) => source !== undefined);
};

/** For those who asked: who said no, and why. */
export const denial = (answer: Extract<Approval, { kind: "given" | "expired" }>): string =>
  answer.kind === "expired" ? "Nobody allowed it in time." : `${answer.person.name} said no${answer.reason ? `: ${answer.reason}` : "."}`;

/** Of two rules, the one that lets less happen. */
export const stricter = (one: ActionPolicy = "auto", other: ActionPolicy = "auto"): ActionPolicy =>
  STRICTEST_FIRST.find((policy) => policy === one || policy === other) ?? "auto";
const STRICTEST_FIRST: readonly ActionPolicy[] = ["off", "ask", "auto"];

/** The rules that the current run began with; empty where everything goes by the team's own. */
export function policyOf(transcript: Transcript): { readonly code?: ActionPolicy; readonly tools?: ActionPolicy } {
  const started: RunEvent | undefined = transcript.events[currentRun(transcript).startIndex];
  if (started?.type !== "run.started") return {};
  return { ...(started.code ? { code: started.code } : {}), ...(started.tools ? { tools: started.tools } : {}) };
}
