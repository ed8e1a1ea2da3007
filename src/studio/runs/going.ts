import type { Clock } from "../../engine/clock.ts";
import type { RunEvent } from "../../engine/events/events.ts";
import type { Logs } from "../../store/runs/logs.ts";
import type { RunLine } from "../api/shapes.ts";
import { lineAt, runLine, type LineState } from "./run-line.ts";

/** A run that goes on, as a list needs it. */
export interface Going {
  readonly line: RunLine | undefined;
  /** All that was said, in lower case. */
  readonly words: string;
  readonly people: ReadonlySet<string>;
}

/** The log has not grown, and nobody looks whether its task still stands there, for so long. */
const LOOKED_MS = 5_000;
/** From its beginning it is read again after so long, if somebody looks: what is forgotten in the middle is gone from lists then. */
const READ_MS = 60_000;
/** Of one run; what was said first is found. */
const WORDS_CHARS_MAX = 200_000;

interface Known {
  readonly state: LineState;
  readonly words: string;
  readonly people: ReadonlySet<string>;
  readonly going: Going;
  readonly last: RunEvent | undefined;
  readonly lastSeq: number;
  readonly readAtMs: number;
  readonly lookedAtMs: number;
}

export interface GoingRuns {
  /** The last run of this thread, whose log stands at `lastSeq`: read on from where it was read to before. */
  of(thread: string, lastSeq: number): Promise<Going>;
  /** Those of other threads are no longer kept, where there are more than this. */
  keep(threads: ReadonlySet<string>, max: number): void;
}

export function createGoingRuns(logs: Pick<Logs, "load">, clock: Pick<Clock, "now">): GoingRuns {
  const known = new Map<string, Known>();

  async function read(thread: string, lastSeq: number): Promise<Known> {
    const before = known.get(thread);
    const nowMs = clock.now();
    if (!before || lastSeq < before.lastSeq || nowMs - before.readAtMs >= READ_MS) return fresh(thread, nowMs);
    if (nowMs - before.lookedAtMs >= LOOKED_MS && !(await isAsRead(thread, before))) return fresh(thread, nowMs);
    const looked = nowMs - before.lookedAtMs >= LOOKED_MS ? { ...before, lookedAtMs: nowMs } : before;
    return lastSeq === before.lastSeq ? looked : readOn(thread, looked, await logs.load(thread, before.lastSeq));
  }

  const fresh = async (thread: string, nowMs: number): Promise<Known> =>
    readOn(thread, { ...NOTHING, readAtMs: nowMs, lookedAtMs: nowMs }, await logs.load(thread, 0));

  /** Whether its beginning, which is what a list shows of it, still says the same. */
  async function isAsRead(thread: string, { state }: Known): Promise<boolean> {
    const { started, task } = state;
    if (!started) return true;
    const first = await logs.load(thread, Math.max(0, started.seq - 2), BEGIN_EVENTS);
    const begun = first.filter((event) => event.seq >= started.seq || isPersons(event)).reduce(runLine.step, runLine.initial());
    return begun.started?.startedBy.name === started.startedBy.name && (begun.task ?? task) === task;
  }

  return {
    async of(thread, lastSeq) {
      const now = await read(thread, lastSeq);
      known.set(thread, now);
      return now.going;
    },
    keep(threads, max) {
      for (const thread of known.keys()) if (known.size > max && !threads.has(thread)) known.delete(thread);
    },
  };
}

/** The task in front of the start, the start, and the task behind it. */
const BEGIN_EVENTS = 3;

const NOTHING: Omit<Known, "readAtMs" | "lookedAtMs"> = {
  state: runLine.initial(),
  words: "",
  people: new Set(),
  going: { line: undefined, words: "", people: new Set() },
  last: undefined,
  lastSeq: 0,
};

function readOn(thread: string, before: Known, events: readonly RunEvent[]): Known {
  let { state, last } = before;
  const [said, people] = [[before.words], new Set(before.people)];
  const step = (event: RunEvent): void => {
    state = runLine.step(state, event);
    if (event.type === "message.posted") said.push(event.text.toLowerCase());
    if ("person" in event && event.person) people.add(event.person.id);
    if (event.type === "run.started") people.add(event.startedBy.id);
  };
  for (const event of events) {
    if (event.type === "run.started" && event.within === undefined) {
      // Another run, with the task that may stand in front of its start.
      state = runLine.initial();
      said.length = 0;
      people.clear();
      if (last && isPersons(last)) step(last);
    }
    step(event);
    last = event;
  }
  const words = said.join("\n").slice(0, WORDS_CHARS_MAX);
  const going = { line: lineAt(thread, state), words, people };
  return { ...before, state, words, people, going, last, lastSeq: last?.seq ?? before.lastSeq };
}

const isPersons = (event: RunEvent): boolean => event.type === "message.posted" && "person" in event;
