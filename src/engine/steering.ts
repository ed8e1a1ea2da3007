import { isStanding } from "./approvals.ts";
import type { Beside, EventBody, Person, RunEvent } from "./events/events.ts";
import { isHalted } from "./events/limits-fold.ts";
import type { Question } from "./events/talk-fold.ts";
import { offerAt, type RaiseCeilings } from "./limits/run-limits.ts";
import { isSameName } from "./names.ts";
import type { RunLog } from "./reading/runs.ts";
import { currentRun, type Transcript } from "./reading/transcript.ts";

/** What a person wants of a run that goes on, beside words for the agents. */
export type Steering = { readonly person: Person } &
  /** `id`: of where it came from: wished twice with one id, done once. */
  (
    | { readonly kind: "pause" | "resume" | "skip"; readonly id?: string }
    /** `id`: of the message where it came from. */
    | { readonly kind: "edit"; readonly id: string; readonly text: string; readonly beside?: Beside }
    | { readonly kind: "delete"; readonly id: string }
    /** `seq`: of the halt at which they decide so. See {@link offerAt}. */
    | { readonly kind: "raise" | "summarize"; readonly seq: number }
    | { readonly kind: "feedback"; readonly run: string; readonly helpful: boolean }
    /** A yes for the whole run is taken back. `call`: the one that it was given to. */
    | { readonly kind: "withdraw"; readonly call: string }
  );

/** What is to be recorded for it; nothing when the log says that it is not to be had: no run, no turn, a message that was read already. */
export function steered(transcript: Transcript, wish: Steering, ceilings?: RaiseCeilings): readonly EventBody[] {
  const state = currentRun(transcript);
  const { person } = wish;
  const run = state.run ?? "";
  const id = "id" in wish && wish.id !== undefined ? { id: wish.id } : {};
  switch (wish.kind) {
    case "pause":
      return state.running && !state.pausedBy ? [{ type: "run.paused", run, person, ...id }] : [];
    case "resume":
      return state.pausedBy ? [{ type: "run.unpaused", run, person, ...id }] : [];
    case "raise": {
      if (!isHalted(state) || state.halt?.seq !== wish.seq) return [];
      const { atCeiling, ...offer } = offerAt(state.halt.reasons, ceilings);
      return atCeiling ? [] : [{ type: "limit.raised", run, person, ...offer }];
    }
    case "summarize":
      return isHalted(state) && state.halt?.seq === wish.seq ? [{ type: "summary.requested", run, person }] : [];
    case "skip":
      return state.openTurns.map((agent) => ({ type: "turn.skipped", agent, person, ...id }));
    case "edit":
    case "delete": {
      const said = state.running ? unreadMessage(transcript, wish.id) : undefined;
      if (!said || said.person.id !== person.id) return [];
      const about = { of: said.seq, id: wish.id, person };
      if (wish.kind === "delete") return [{ type: "message.deleted", ...about }];
      const files = said.files ? { files: said.files } : {};
      const beside = wish.beside && wish.beside.length > 0 ? { beside: wish.beside } : {};
      const isAlike = said.text === wish.text && JSON.stringify(said.beside ?? []) === JSON.stringify(wish.beside ?? []);
      return isAlike ? [] : [{ type: "message.edited", ...about, text: wish.text, ...files, ...beside }];
    }
    case "withdraw":
      return isStanding(transcript, wish.call) ? [{ type: "approval.withdrawn", call: wish.call, person }] : [];
    case "feedback":
      return transcript.events.some((event) => event.type === "run.started" && event.run === wish.run)
        ? [{ type: "feedback.given", run: wish.run, person, helpful: wish.helpful }]
        : [];
  }
}

/**
 * Which question a person's words answer: one of the agent that they name; else one that is theirs, because it was asked in the turn of a
 * participant of their name; else the oldest. Words for an agent that asks nothing answer nothing.
 */
export function questionFor(questions: readonly Question[], said: { readonly person: Person; readonly to?: string }): Question | undefined {
  if (said.to !== undefined) return questions.find(({ agent, participant }) => agent === said.to || participant === said.to);
  return questions.find(({ agent }) => isSameName(agent, said.person.name)) ?? questions[0];
}

/** Whether a wish of this id is in the log already, as after a crash between its recording and its answer. */
export const wasWished = ({ events }: Transcript, wish: Steering): boolean =>
  "id" in wish && wish.id !== undefined && events.some((event) => WISHES.has(event.type) && "id" in event && event.id === wish.id);

const WISHES: ReadonlySet<RunEvent["type"]> = new Set(["run.paused", "run.unpaused", "turn.skipped"]);

/** What is to be recorded of questions and approvals whose time is over, and when the next one's is (ISO 8601). */
export function expiring(
  transcript: Transcript,
  nowMs: number,
): { readonly over: readonly EventBody[]; readonly next: string | undefined } {
  const { questions, approvals } = currentRun(transcript);
  const isOver = (until: string | undefined) => until !== undefined && Date.parse(until) <= nowMs;
  const over: EventBody[] = [
    ...questions.flatMap(({ seq, answerBy }) => (isOver(answerBy) ? [{ type: "question.expired" as const, of: seq }] : [])),
    ...approvals.flatMap(({ call, approveBy }) => (isOver(approveBy) ? [{ type: "approval.expired" as const, call }] : [])),
  ];
  const ends = [...questions.map(({ answerBy }) => answerBy), ...approvals.map(({ approveBy }) => approveBy)];
  const open = ends.flatMap((until) => (until === undefined || isOver(until) ? [] : [until]));
  return { over, next: open.toSorted()[0] };
}

/** Whether a model has been given what was said with this event: somebody has got the floor since, or the one who has it has asked anew. */
export function wasRead({ events }: Transcript, seq: number): boolean {
  for (let index = seq; index < events.length; index++) if (isReading(events[index])) return true;
  return false;
}

const isReading = (event: RunEvent | undefined): boolean => event !== undefined && READ_AT.has(event.type);

/** What people had said in this run, and what became of it, since a model was last given anything before the event with this number. */
export function unreadBefore({ begin, events }: RunLog, seq: number): readonly RunEvent[] {
  const end = Math.min(events.length, Math.max(0, seq - 1 - begin));
  let from = end;
  while (from > 0 && !isReading(events[from - 1])) from--;
  return events.slice(from, end);
}

const READ_AT: ReadonlySet<RunEvent["type"]> = new Set(["speaker.selected", "tool.returned", "tool.failed", "code.ran"]);

type Said = Extract<RunEvent, { readonly type: "message.posted"; readonly person: Person }>;

/** A person's message in this run that nobody has read yet, as it reads now. An answer is read at once. */
function unreadMessage(transcript: Transcript, id: string): Said | undefined {
  const { events } = transcript;
  const at = events.findLastIndex((event) => event.type === "message.posted" && "person" in event && event.id === id);
  const said = events[at];
  if (!said || at < currentRun(transcript).startIndex || said.type !== "message.posted" || !("person" in said)) return undefined;
  if (said.answers || wasRead(transcript, said.seq)) return undefined;
  const amended = events
    .slice(at)
    .findLast((event) => (event.type === "message.edited" || event.type === "message.deleted" ? event.id === id : false));
  if (amended?.type === "message.deleted") return undefined;
  if (amended?.type !== "message.edited") return said;
  const { beside: _, ...own } = said;
  return { ...own, text: amended.text, ...(amended.beside ? { beside: amended.beside } : {}) };
}
