import type { FiltersAnswer, RunAnswer, RunsAnswer, SessionAnswer } from "../../../src/studio/api/shapes.ts";

export type { FiltersAnswer, RunAnswer, RunLine, RunsAnswer, SessionAnswer } from "../../../src/studio/api/shapes.ts";

/** What the studio did not answer with; `message` is for people. */
export class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const BASE = "/api/v1";

async function get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  const response = await fetch(BASE + path, { headers: { accept: "application/json" }, ...(signal ? { signal } : {}) });
  const body: unknown = await response.json();
  if (response.ok) return body as Answer;
  const { error } = body as { readonly error?: { readonly message?: string } };
  throw new Refused(response.status, error?.message ?? `The studio answered ${response.status}.`);
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
export const filePath = (name: RunName, hash: string): string => `${BASE}${runPath(name)}/files/${hash}`;

/** Calls back at each change of the list; returns how to stop. */
export function followList(hear: () => void): () => void {
  const source = new EventSource(`${BASE}/runs/changes`);
  source.addEventListener("changed", hear);
  return () => source.close();
}

/** Calls back with each event as it is recorded, behind `after`. The browser comes back by itself where the line breaks. */
export function followRun(name: RunName, after: number, hear: (data: string) => void): () => void {
  const source = new EventSource(`${BASE}${runPath(name)}/events?after=${after}`);
  source.addEventListener("recorded", ({ data }: MessageEvent<string>) => hear(data));
  return () => source.close();
}
