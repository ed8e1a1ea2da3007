import { z } from "zod";
import type { FileRef, RunEvent } from "../../engine/events/events.ts";
import type { Logs } from "../../store/runs/logs.ts";
import { sees, type Sight } from "../access.ts";
import type { RunAnswer } from "../api/shapes.ts";
import { runFrom } from "./list.ts";
import { lineOf } from "./run-line.ts";

/** Of one answer; the page asks for the rest. */
const EVENTS_PER_ANSWER_MAX = 2_000;

/** What names a run. */
export interface RunName {
  readonly thread: string;
  readonly seq: number;
}

/** Its events, in the order of the log; nothing where there is no such run, or whoever asks may not see it: the two are told alike. */
export async function eventsOf(logs: Pick<Logs, "load">, { thread, seq }: RunName, sight: Sight): Promise<readonly RunEvent[] | undefined> {
  if (!sees(sight, thread)) return undefined;
  // With what stands in front of the start.
  const log = await logs.load(thread, Math.max(0, seq - 2));
  const start = log.findIndex((event) => event.seq === seq);
  const started = log[start];
  return started?.type === "run.started" && started.within === undefined ? runFrom(log, start) : undefined;
}

export async function runOf(logs: Pick<Logs, "load" | "file">, name: RunName, after: number, sight: Sight): Promise<RunAnswer | undefined> {
  const events = await eventsOf(logs, name, sight);
  const started = events?.find((event) => event.type === "run.started" && event.within === undefined);
  const run = events && lineOf(name.thread, events);
  if (!events || !run || started?.type !== "run.started") return undefined;
  const behind = events.filter(({ seq }) => seq > after);
  const shown = behind.slice(0, EVENTS_PER_ANSWER_MAX);
  const last = shown.at(-1);
  const team = started.teamHash === undefined ? undefined : await logs.file(started.teamHash);
  return {
    run,
    id: started.run,
    events: shown.map((event) => ({ ...event })),
    ...(behind.length > shown.length && last ? { next: last.seq } : {}),
    ...castOf(team, started.team),
  };
}

/** The files that its events name. */
export function filesOf(events: readonly RunEvent[]): readonly FileRef[] {
  return events.flatMap((event) => [
    ...("files" in event && event.files ? event.files : []),
    ...("images" in event && event.images ? event.images : []),
  ]);
}

const text = z.string().catch("");
/** What a page shows of the settings with which a run began; of what another version wrote, what can be read. */
const Cast = z.object({
  file: z.object({
    teams: z.record(
      z.string(),
      z.looseObject({
        agents: z.array(z.looseObject({ name: text, icon: text, description: text, kind: text, model: text })).catch([]),
        limits: z.looseObject({ turns: z.number(), minutes: z.number(), tokens: z.number(), usd: z.number() }).partial().catch({}),
      }),
    ),
  }),
});

function castOf(snapshot: Uint8Array | undefined, team: string): Pick<RunAnswer, "agents" | "limits"> {
  const cast = snapshot && Cast.safeParse(jsonOf(snapshot)).data;
  if (!cast) return { agents: [], limits: {} };
  const agents = Object.entries(cast.file.teams).flatMap(([name, one]) =>
    one.agents.map(({ name: agent, icon, description, kind, model }) => ({ name: agent, icon, description, kind, model, team: name })),
  );
  const { turns, minutes, tokens, usd } = cast.file.teams[team]?.limits ?? {};
  const limits = Object.fromEntries(Object.entries({ turns, minutes, tokens, usd }).filter(([, limit]) => limit !== undefined));
  return { agents, limits };
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
}
