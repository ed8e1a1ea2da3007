import type { EventBody, RunEvent } from "../../src/engine/events/events.ts";
import type { Store } from "../../src/store/store.ts";
import { DEBATERS, said } from "./debate.ts";

const PEOPLE = Array.from({ length: 50 }, (_, nth) => ({ id: `U0BENCH${nth}`, name: `Person ${nth}` }));
export const READER = PEOPLE[0]?.id ?? "";
export const CHANNELS: readonly string[] = Array.from({ length: 40 }, (_, nth) => `C0BENCH${nth}`);
const TURNS_PER_RUN = 4;
/** Written together, as a busy process writes them. */
const RUNS_AT_ONCE = 200;
const YEAR_MS = 365 * 24 * 3_600_000;
const BEGIN_MS = Date.UTC(2025, 10, 1);

export const startEvents = (nth: number): readonly EventBody[] => {
  const person = PEOPLE[nth % PEOPLE.length] ?? { id: "U0BENCH", name: "Person" };
  return [
    { type: "run.started", run: `run-${nth}`, team: nth % 3 === 0 ? "debate" : "coding", startedBy: person },
    { type: "message.posted", person, text: `Task ${nth}: ${said(nth).slice(0, 200)}`, id: `task-${nth}` },
  ];
};

/** A turn as a debate has it: a choice with its reason, a tool that is asked, and what is said. */
export function turnEvents(nth: number): readonly EventBody[] {
  const agent = DEBATERS[nth % DEBATERS.length]?.name ?? "Advocate";
  const call = `call-${nth}`;
  return [
    {
      type: "speaker.selected",
      agent,
      by: "selector",
      reason: `${agent} can answer point ${nth}.`,
      usage: { inputTokens: 400, outputTokens: 20, usd: 0.0004 },
    },
    { type: "tool.called", agent, call, tool: "web_search", args: JSON.stringify({ query: `district heating ${nth}` }) },
    { type: "tool.returned", agent, call, tool: "web_search", output: said(nth + 1) },
    { type: "message.posted", agent, text: said(nth), model: "bench-1", usage: { inputTokens: 2_000, outputTokens: 250, usd: 0.006 } },
  ];
}

const stopEvent = (nth: number): EventBody => ({
  type: "run.stopped",
  run: `run-${nth}`,
  outcome: "done",
  reason: "4 turns",
  reasons: [{ kind: "maxTurns", limit: TURNS_PER_RUN, count: TURNS_PER_RUN }],
});

/** A year of runs, evenly spread over its days and over channels, in a workspace; each a thread of its own. */
export async function writeRuns(store: Pick<Store, "commit">, workspace: string, count: number, channels = CHANNELS): Promise<void> {
  for (let from = 0; from < count; from += RUNS_AT_ONCE)
    await Promise.all(
      Array.from({ length: Math.min(RUNS_AT_ONCE, count - from) }, async (_, index) => {
        const nth = from + index;
        const seconds = Math.floor((BEGIN_MS + (nth * YEAR_MS) / count) / 1_000);
        const turns = Array.from({ length: TURNS_PER_RUN }, (_turn, turn) => turnEvents(nth + turn)).flat();
        await store.commit({
          thread: `${workspace}/${channels[nth % channels.length]}/${seconds}.${String(nth % 1_000_000).padStart(6, "0")}`,
          workspace,
          afterSeq: 0,
          at: new Date(seconds * 1_000).toISOString(),
          events: [...startEvents(nth), ...turns, stopEvent(nth)],
          posts: [],
          wake: "none",
        });
      }),
    );
}

/** A thread in which one run goes on, after so many turns. */
export function threadOf(turns: number): RunEvent[] {
  const events: RunEvent[] = [];
  for (const body of startEvents(0)) record(events, body);
  for (let nth = 0; nth < turns; nth++) for (const body of turnEvents(nth)) record(events, body);
  return events;
}

export function record(events: RunEvent[], body: EventBody): void {
  events.push({ ...body, seq: events.length + 1, at: new Date(BEGIN_MS + events.length * 1_000).toISOString() });
}
