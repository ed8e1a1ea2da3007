import type { ActsOffer, BudgetsAnswer, LimitBody, VerdictBody, WordsBody } from "../../../src/studio/api/act-shapes.ts";
import type { RunEvent } from "../../../src/engine/events/events.ts";
import type { CostsAnswer, QualityAnswer } from "../../../src/studio/api/cost-shapes.ts";
import type { CasesAnswer, EvaluationAnswer, EvaluationsAnswer } from "../../../src/studio/api/evaluation-shapes.ts";
import type {
  FiltersAnswer,
  ForkAnswer,
  ForkBody,
  ForkOffer,
  RequestsAnswer,
  RunAnswer,
  RunsAnswer,
  SessionAnswer,
} from "../../../src/studio/api/shapes.ts";
import { follow } from "./streams.ts";

export type { ActsOffer } from "../../../src/studio/api/act-shapes.ts";
export type { CostsAnswer, QualityAnswer } from "../../../src/studio/api/cost-shapes.ts";
export type { CasesAnswer, EvaluationAnswer, EvaluationsAnswer } from "../../../src/studio/api/evaluation-shapes.ts";
export type {
  FiltersAnswer,
  ForkOffer,
  RequestsAnswer,
  RunAnswer,
  RunLine,
  RunsAnswer,
  SessionAnswer,
} from "../../../src/studio/api/shapes.ts";

/** What the studio did not answer with; `message` is for people. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  /** Where one comes in, and by which service, where it is for want of a session. */
  readonly signIn: SignIn | undefined;
  constructor(status: number, code: string, message: string, signIn?: SignIn) {
    super(message);
    this.status = status;
    this.code = code;
    this.signIn = signIn;
  }
}

export interface SignIn {
  readonly path: string;
  readonly by: string;
}

const BASE = "/api/v1";

export const get = <Answer>(path: string, signal?: AbortSignal): Promise<Answer> => ask(path, signal ? { signal } : {});

/** Changes something, in the session's name. */
export async function send<Answer>(method: "POST" | "PUT" | "DELETE", path: string, body?: unknown, signal?: AbortSignal): Promise<Answer> {
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  const sent = async (csrf: string): Promise<Answer> =>
    ask(path, {
      method,
      headers: { "content-type": "application/json", "x-parley-csrf": csrf },
      ...content,
      ...(signal ? { signal } : {}),
    });
  const known = token;
  token ??= (await session()).csrf;
  try {
    return await sent(token);
  } catch (error) {
    // In another tab one has come in anew since: nothing was done, and what one has written is not lost for it.
    if (known === undefined || !(error instanceof Refused) || error.code !== "no_csrf_token") throw error;
    token = (await session()).csrf;
    return sent(token);
  }
}

/** Of the session, for as long as the page is open. */
let token: string | undefined;

async function ask<Answer>(path: string, { headers, ...init }: RequestInit): Promise<Answer> {
  const response = await fetch(BASE + path, { ...init, headers: { accept: "application/json", ...(headers as Record<string, string>) } });
  const body: unknown = await response.json();
  if (response.ok) return body as Answer;
  const { error } = body as { readonly error?: { readonly code?: string; readonly message?: string; readonly signIn?: SignIn } };
  throw new Refused(response.status, error?.code ?? "", error?.message ?? `The studio answered ${response.status}.`, error?.signIn);
}

export interface RunName {
  readonly thread: string;
  readonly seq: number;
}

const runPath = ({ thread, seq }: RunName): string => `/runs/${encodeURIComponent(thread)}/${seq}`;

export const session = (): Promise<SessionAnswer> => get("/session");
export const runs = (query: URLSearchParams, signal?: AbortSignal): Promise<RunsAnswer> => get(`/runs?${query}`, signal);
export const filters = (workspace: string): Promise<FiltersAnswer> => get(`/runs/filters?workspace=${encodeURIComponent(workspace)}`);
export const run = (name: RunName, after: number): Promise<RunAnswer> => get(`${runPath(name)}?after=${after}`);
export const requests = (name: RunName, event: number): Promise<RequestsAnswer> => get(`${runPath(name)}/requests/${event}`);
export const forkOffer = (name: RunName): Promise<ForkOffer> => get(`${runPath(name)}/forks`);
export const fork = (name: RunName, wanted: Partial<ForkBody>): Promise<ForkAnswer> => send("POST", `${runPath(name)}/forks`, wanted);
export const actsOffer = (name: RunName, signal: AbortSignal): Promise<ActsOffer> => get(`${runPath(name)}/acts`, signal);
export const say = (name: RunName, words: WordsBody): Promise<object> => send("POST", `${runPath(name)}/words`, words);
export const decide = (name: RunName, verdict: VerdictBody): Promise<object> => send("POST", `${runPath(name)}/verdict`, verdict);
export const decideAtLimit = (name: RunName, decision: LimitBody): Promise<object> => send("POST", `${runPath(name)}/limit`, decision);
export const stop = (name: RunName): Promise<object> => send("POST", `${runPath(name)}/stop`);
/** Where a run would begin: beside another, or in one's own playground in a workspace. */
export type BudgetsOf = RunName | { readonly workspace: string };
const budgetsPath = (of: BudgetsOf): string =>
  "thread" in of ? `${runPath(of)}/budgets` : `/playground/budgets?workspace=${encodeURIComponent(of.workspace)}`;
export const usedUp = (of: BudgetsOf, signal: AbortSignal): Promise<BudgetsAnswer> => get(budgetsPath(of), signal);
export const raiseUsedUp = (of: BudgetsOf): Promise<object> => send("POST", budgetsPath(of));
export const costs = (query: URLSearchParams, signal: AbortSignal): Promise<CostsAnswer> => get(`/costs?${query}`, signal);
export const quality = (query: URLSearchParams, signal: AbortSignal): Promise<QualityAnswer> => get(`/quality?${query}`, signal);
export const evaluations = (signal: AbortSignal): Promise<EvaluationsAnswer> => get("/evaluations", signal);
export const evaluation = (id: string, against: string, signal: AbortSignal): Promise<EvaluationAnswer> =>
  get(`/evaluations/${encodeURIComponent(id)}${against === "" ? "" : `?against=${encodeURIComponent(against)}`}`, signal);
export const cases = (id: string, query: URLSearchParams, signal?: AbortSignal): Promise<CasesAnswer> =>
  get(`/evaluations/${encodeURIComponent(id)}/cases?${query}`, signal);
export const filePath = (name: RunName, hash: string): string => `${BASE}${runPath(name)}/files/${hash}`;

/** Ends this session, or all of one's own. */
export async function signOut(csrf: string, which: "session" | "sessions"): Promise<void> {
  await fetch(`${BASE}/${which}`, { method: "DELETE", headers: { "x-parley-csrf": csrf } });
}

/** Calls back at each change of the list, and when some may have been missed, as before each stream; `hear` says whether it was told. Returns how to stop. */
export function followList(hear: () => Promise<boolean>): () => void {
  const changed = (): void => void hear();
  const look = async () => ((await hear()) ? "soon" : "refused");
  return follow({ path: () => `${BASE}/runs/changes`, hear: { changed, open: changed }, look });
}

/** Calls back with each event as it is recorded, behind `after`, and with each piece of a turn that is under way; `isOver`: the run had ended by then. */
export function followRun(
  name: RunName,
  { after, isOver }: { readonly after: number; readonly isOver: boolean },
  hear: { readonly recorded: (event: RunEvent) => void; readonly shown: (data: string) => void; readonly begun: () => void },
): () => void {
  let last = after;
  let isOverBy = isOver;
  const recorded = (event: RunEvent): void => {
    last = event.seq;
    isOverBy ||= isEnd(event);
    hear.recorded(event);
  };
  return follow({
    path: () => `${BASE}${runPath(name)}/events?after=${last}`,
    hear: {
      recorded: ({ data }) => recorded(JSON.parse(data) as RunEvent),
      shown: ({ data }) => hear.shown(data),
      open: () => hear.begun(),
    },
    async look(signal) {
      for (let from: number | undefined = last; from !== undefined;) {
        const page: RunAnswer = await run(name, from);
        if (signal.aborted) break;
        for (const event of page.events) recorded(event as unknown as RunEvent);
        from = page.next;
      }
      // What people think of it may come.
      return isOverBy ? "rarely" : "soon";
    },
  });
}

/** Whether with this event a run is over, and not one within it. */
export const isEnd = ({ type, within }: RunEvent): boolean => type === "run.stopped" && within === undefined;
