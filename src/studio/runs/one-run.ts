import { z } from "zod";
import type { Clock } from "../../engine/clock.ts";
import type { FileRef, RunEvent } from "../../engine/events/events.ts";
import type { Logs } from "../../store/runs/logs.ts";
import { named, sees, type Sight } from "../access.ts";
import type { RunAnswer } from "../api/shapes.ts";
import { endOf, runFrom } from "./list.ts";
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
  return eventsIn(await logs.load(thread, Math.max(0, seq - 2)), seq);
}

/** The same, of a log that was read from in front of the task on. */
export function eventsIn(log: readonly RunEvent[], seq: number): readonly RunEvent[] | undefined {
  const start = log.findIndex((event) => event.seq === seq);
  return isStart(log[start]) ? runFrom(log, start) : undefined;
}

export interface OneRun {
  /** One page of the run, with what it is; nothing as with {@link eventsOf}. The log is read whole for the first page, and by pages behind it. */
  page(name: RunName, after: number, sight: Sight): Promise<RunAnswer | undefined>;
}

/** What a run was when its first page was read, for the pages behind it; what is forgotten meanwhile is gone from them after it. */
const KEPT_MS = 5_000;
const KEPT_MAX = 50;

type About = Omit<RunAnswer, "events" | "next">;

export function createOneRun(logs: Pick<Logs, "load" | "file">, clock: Pick<Clock, "now">): OneRun {
  /** `until`: the seq of its last event. */
  const read = new Map<string, { readonly about: About; readonly until: number; readonly atMs: number }>();

  async function whole(name: RunName, after: number, sight: Sight): Promise<RunAnswer | undefined> {
    const events = await eventsOf(logs, name, sight);
    const started = events?.find(isStart);
    const run = events && lineOf(name.thread, events);
    if (!events || !run || started?.type !== "run.started") return undefined;
    const team = started.teamHash === undefined ? undefined : await logs.file(started.teamHash);
    const about = { run, id: started.run, ...castOf(team, started.team) };
    read.delete(keyOf(name));
    read.set(keyOf(name), { about, until: events.at(-1)?.seq ?? name.seq, atMs: clock.now() });
    if (read.size > KEPT_MAX) read.delete(read.keys().next().value ?? "");
    return { ...about, ...pageOf(events.filter(({ seq }) => seq > after)) };
  }

  return {
    async page(name, after, sight) {
      if (!sees(sight, name.thread)) return undefined;
      const known = read.get(keyOf(name));
      const isBehind = known && clock.now() - known.atMs < KEPT_MS && after >= name.seq && after <= known.until;
      if (!isBehind) {
        const answer = await whole(name, after, sight);
        return answer && { ...answer, run: named(answer.run, sight) };
      }
      const log = await logs.load(name.thread, after, EVENTS_PER_ANSWER_MAX + BEYOND);
      return { ...known.about, run: named(known.about.run, sight), ...pageOf(log.slice(0, endOf(log, -1))) };
    },
  };
}

/** Whether the next run begins within a page is told by what stands behind it: its start, with the task in front of it. */
const BEYOND = 2;

function pageOf(events: readonly RunEvent[]): Pick<RunAnswer, "events" | "next"> {
  const shown = events.slice(0, EVENTS_PER_ANSWER_MAX);
  const last = shown.at(-1);
  return { events: shown.map((event) => ({ ...event })), ...(events.length > shown.length && last ? { next: last.seq } : {}) };
}

const keyOf = ({ thread, seq }: RunName): string => `${thread} ${seq}`;

const isStart = (event: RunEvent | undefined): boolean => event?.type === "run.started" && event.within === undefined;

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
