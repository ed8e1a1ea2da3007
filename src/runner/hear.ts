import { stricter } from "../engine/approvals.ts";
import type { Clock } from "../engine/clock.ts";
import type { ActionPolicy, Beside, EventBody, FileRef, Person, PersonMessage, ReadBefore } from "../engine/events/events.ts";
import type { Question } from "../engine/events/talk-fold.ts";
import { currentRun, wasHeard } from "../engine/reading/transcript.ts";
import { questionFor } from "../engine/steering.ts";
import type { Dispatch } from "../store/dispatch.ts";
import type { Lane } from "../store/lanes.ts";
import type { Heard as HeardOf, Store } from "../store/store.ts";
import type { Forecasts } from "./forecasts/forecasts.ts";
import { isUsedUp, nextDay, type DayBudgets } from "./day-budgets.ts";
import { heldToRate, usedRate, type RateSettings } from "./rates.ts";
import { refusedFor, type Refused, type RefusedFor } from "./refused.ts";
import type { Teams } from "./runnable-team.ts";

export interface Said {
  readonly thread: string;
  /** Whose thread: for fairness between workspaces. */
  readonly workspace: string;
  readonly person: Person;
  readonly text: string;
  /** Unique id of the message where it came from; what is said twice with one id is heard once. */
  readonly id: string;
  /** Whether the bot is spoken to (a mention, a direct message). Only such words start a run; others are heard while one is going on. */
  readonly addressed: boolean;
  /** The team for a run that this starts; the default one when absent. */
  readonly team?: string;
  /** In which language people are told of a run that this starts, such as `de`; English when absent. */
  readonly language?: string;
  /** Whether the turns of a run that this starts are in a file instead of in the thread; as its team says when absent. */
  readonly quiet?: boolean;
  /** What a run that this starts may cost, in US dollars, where that is less than its team's own limit. */
  readonly usdMax?: number;
  /** Files posted with it; their content is in the store. */
  readonly files?: readonly FileRef[];
  /** What came with the words and is not the person's own. */
  readonly beside?: Beside;
  /** How much was read of what people said before a run that this starts; the words are in `beside`. */
  readonly before?: ReadBefore;
  /** The agent that the words are for: it speaks next. */
  readonly to?: string;
  /** For a run that this starts: a team that is kept nowhere, with its rules; `team` is its name. `plays`: as in `run.started`. */
  readonly draft?: { readonly snapshot: string; readonly plays?: { readonly run: string; readonly startedBy: Person } } & Required<Rules>;
  /** Seq of the question that it answers; when absent, the one that fits best. 0: none of them. */
  readonly answers?: number;
}

export type Heard =
  | { readonly kind: "started"; readonly run: string; readonly team: string }
  /** It was the answer to this question. `left`: how many questions are still open. */
  | { readonly kind: "answered"; readonly question: Question; readonly left: number }
  /** Agents are talking; the next speaker reads it. */
  | { readonly kind: "steered" }
  | { readonly kind: "duplicate" }
  /** The question that it was to answer is not open any more. */
  | { readonly kind: "too late" }
  /** Not addressed to the bot, and no run goes on. */
  | { readonly kind: "ignored" }
  /** An unknown team, an empty or too long text, a budget or a rate that is used up. */
  | Refused;

export interface HearingParts {
  readonly store: Pick<Store, "putFile">;
  readonly dispatch: Pick<Dispatch, "ahead">;
  readonly teams: Teams;
  /** The rules of the place where a thread is, for runs that begin now; of these and the team's own, the stricter hold. */
  readonly rulesAt?: (thread: string) => Promise<Rules>;
  readonly clock: Pick<Clock, "now">;
  /** Forecasts of what a run will take; none are made when absent. */
  readonly forecasts?: Pick<Forecasts, "of">;
  /** How long a run waits for people at a limit. Absent where there is nobody to ask: then it stops at once. */
  readonly haltMinutes?: number;
  /** What may be spent a day; without limit when absent. */
  readonly budgets?: DayBudgets;
  /** How much one person may ask within an hour; without limit when absent. */
  readonly rates?: RateSettings;
}

interface Rules {
  readonly code?: ActionPolicy;
  readonly tools?: ActionPolicy;
}

/** Longer words are refused: they would crowd out the conversation in every later request. */
const TEXT_CHARS_MAX = 30_000;

/**
 * Decides by the thread's log what a person's words are there (a task, an answer, or steering) and records them before it resolves. To be called only in
 * the lane's turn.
 */
export async function hear(lane: Lane, said: Said, parts: HearingParts): Promise<Heard> {
  const { running } = currentRun(lane.transcript);
  if (wasHeard(lane.transcript, said.id)) return { kind: "duplicate" };
  if (!running && !said.addressed) return { kind: "ignored" };
  const message = messageOf(said);
  if ("kind" in message) return refusedFor(message);
  const wish: readonly EventBody[] = said.to === undefined ? [] : [{ type: "speaker.requested", speaker: said.to, person: said.person }];
  if (running) return hearInRun(lane, said, { message, wish }, parts);
  if (said.answers) return { kind: "too late" };
  return begin(lane, said, [message, ...wish], parts);
}

/** The event that is recorded, or why none is. */
function messageOf({ text: written, files = [], beside = [], person, id }: Said): PersonMessage | RefusedFor {
  const text = written.trim();
  if (text === "" && files.length + beside.length === 0) return { kind: "empty" };
  if (text.length > TEXT_CHARS_MAX) return { kind: "long", chars: text.length, charsMax: TEXT_CHARS_MAX };
  return {
    type: "message.posted",
    person,
    text,
    id,
    ...(files.length > 0 ? { files } : {}),
    ...(beside.length > 0 ? { beside } : {}),
  };
}

async function hearInRun(
  lane: Lane,
  said: Said,
  { message, wish }: { readonly message: PersonMessage; readonly wish: readonly EventBody[] },
  parts: HearingParts,
): Promise<Heard> {
  const { questions } = currentRun(lane.transcript);
  const question = said.answers === undefined ? questionFor(questions, said) : questions.find(({ seq }) => seq === said.answers);
  if (!question && said.answers) return { kind: "too late" };
  // Words for another agent, or for nobody who asks, leave the questions open.
  const words = question
    ? [{ ...message, answers: question.seq }]
    : [questions.length > 0 ? { ...message, answers: 0 as const } : message, ...wish];
  const tooMany = await recordHeard(lane, words, { person: said.person.id, kind: "message" }, parts);
  if (tooMany) return tooMany;
  return question ? { kind: "answered", question, left: questions.length - 1 } : { kind: "steered" };
}

/** A run begins with these words, unless there is no such team, or no money or no run left for the person. */
async function begin(lane: Lane, said: Said, words: readonly EventBody[], parts: HearingParts): Promise<Heard> {
  const teams = (await parts.teams.of?.(said.workspace)) ?? parts.teams;
  const team = said.team ?? teams.default;
  const { draft } = said;
  if (!draft && !teams.has(team)) return refusedFor(noTeam(teams, team));
  const usedUp = (await parts.budgets?.held(lane.workspace, said.thread, said.person))?.filter(isUsedUp) ?? [];
  if (usedUp.length > 0) return refusedFor({ kind: "budget", budgets: usedUp, until: nextDay(parts.clock.now()) });
  const run = `${said.thread}#${lane.transcript.events.length + 1}`;
  const snapshot = draft?.snapshot ?? teams.snapshot?.(team);
  const teamHash = snapshot === undefined ? undefined : await parts.store.putFile(Buffer.from(snapshot));
  const quiet = (said.quiet ?? (draft ? false : teams.isQuiet?.(team))) ? ({ turnsInFile: true } as const) : {};
  const { code, tools } = strictest(await parts.rulesAt?.(said.thread), draft ?? teams.policy?.(team));
  const ahead = parts.dispatch.ahead(lane.workspace);
  // Behind others nobody knows how long it takes, and while many ask at once each has better to do.
  const forecast = ahead > 0 ? undefined : await parts.forecasts?.of({ workspace: lane.workspace, team, task: said.text, snapshot });
  const started: EventBody = {
    type: "run.started",
    run,
    team,
    startedBy: said.person,
    ...(said.language === undefined ? {} : { language: said.language }),
    ...(teamHash ? { teamHash } : {}),
    ...quiet,
    ...(said.usdMax === undefined ? {} : { usdMax: said.usdMax }),
    ...(parts.haltMinutes === undefined ? {} : { haltsAtLimits: true }),
    ...(code === "auto" ? {} : { code }),
    ...(tools === "auto" ? {} : { tools }),
    ...(ahead > 0 ? { ahead } : {}),
    ...(forecast ? { forecast } : {}),
    ...(said.before ? { before: said.before } : {}),
    ...(draft?.plays ? { plays: draft.plays } : {}),
  };
  const tooMany = await recordHeard(lane, [started, ...words], { person: said.person.id, kind: "run" }, parts);
  return tooMany ?? { kind: "started", run, team };
}

const strictest = (here: Rules = {}, team: Rules = {}): Required<Rules> => ({
  code: stricter(here.code, team.code),
  tools: stricter(here.tools, team.tools),
});

/** Records it, unless it is one more than the person may. */
async function recordHeard(
  lane: Lane,
  words: readonly EventBody[],
  heard: HeardOf,
  { rates, clock }: Pick<HearingParts, "rates" | "clock">,
): Promise<Heard | undefined> {
  const tooMany = await lane.appendHeard(words, heldToRate(heard, rates));
  const rate = tooMany && usedRate(tooMany, clock.now());
  return rate && refusedFor({ kind: "rate", rate });
}

/** Why a team that there is not, or that cannot be used, is not asked. */
export function noTeam(teams: Pick<Teams, "names" | "whyNot">, team: string): RefusedFor {
  const because = teams.whyNot?.(team);
  return { kind: "team", team, teams: teams.names(), ...(because === undefined ? {} : { because }) };
}
