import type { EventBody, RunEvent } from "../../src/engine/events/events.ts";
import type { Model } from "../../src/engine/model.ts";
import type { Team } from "../../src/engine/team.ts";
import { turnOn } from "../../test/support/turn.ts";
import type { Engine } from "./engine-at.ts";

export const TEXT = "The agents compared both answers and kept the second. ".repeat(10).slice(0, 500);
export const USAGE = { inputTokens: 100, outputTokens: 100, usd: 0.001 };
const PERSON = { id: "U1", name: "Maria" };

/** Who says who is next: a rule, or a model. */
export type Led = "round robin" | "selector";

/** How a conversation is held; a round robin, nothing posted and nothing streamed when absent. */
export interface Held {
  readonly led?: Led;
  /** What of each event is to be posted; rows for a chat service are written with it. */
  readonly posts?: Parameters<Engine["createRunner"]>[0]["posts"];
  /** Parts in which an answer is streamed, to whom follows the conversation. */
  readonly chunks?: number;
}

/** What a conversation tells of itself while it is held, and when it is over. */
export interface Watch {
  readonly begun: () => void;
  readonly turnEnded: () => void;
  readonly over: () => void;
}

/** Conversations of agents whose models answer at once: what is measured is not the model. */
export function conversationsOf(engine: Engine) {
  const { any, maxTurns, minutes, textMention, tokens } = engine;

  function instantModel(answer: () => string, chunks = 0): Model {
    return {
      name: "instant",
      async *call() {
        const text = answer();
        const size = Math.ceil(text.length / Math.max(1, chunks));
        for (let chunk = 0; chunk < chunks; chunk++) yield { type: "text", text: text.slice(chunk * size, (chunk + 1) * size) };
        return { kind: "answer", text, toolCalls: [], usage: USAGE };
      },
    };
  }

  function teamOf(turns: number, { led = "round robin", chunks }: Held): Team {
    const names = led === "selector" ? ["Ada", "Ben", "Cal"] : ["Ada", "Ben"];
    const agents = names.map((name) =>
      engine.assistant({
        name,
        description: "",
        instructions: "Be brief.",
        model: instantModel(() => TEXT, chunks),
        tools: [],
        handoffs: [],
        toolRoundsMax: 5,
        afterTools: "prose",
      }),
    );
    let chosen = 0;
    const model = instantModel(() => JSON.stringify({ next: names[chosen++ % names.length], reason: "It is their turn." }));
    return {
      name: "bench",
      agents,
      nextSpeakers:
        led === "selector"
          ? engine.ledBy(engine.selector({ model, agents, allowRepeats: false, attempts: 3, mayAskHuman: false }))
          : engine.roundRobin,
      stopWhen: textMention("TERMINATE"),
      limits: any(maxTurns(turns), tokens({ total: 1e9 }), minutes(1e6)),
    };
  }

  async function inMemory(turns: number, watch: Watch, held: Held = {}): Promise<void> {
    const events: RunEvent[] = [];
    const record = (body: EventBody) => void events.push({ ...body, seq: events.length + 1, at: new Date().toISOString() });
    record({ type: "run.started", run: "r", team: "bench", startedBy: PERSON });
    record({ type: "message.posted", person: PERSON, text: "Compare them." });
    watch.begun();
    for await (const item of begin(teamOf(turns, held), events)) {
      if (!("type" in item) || item.type.endsWith(".delta") || item.type === "activity") continue;
      record(item as EventBody);
      if (item.type === "message.posted") watch.turnEnded();
    }
    watch.over();
  }

  /** An earlier version is handed the log and a signal, not a turn. */
  function begin(team: Team, events: readonly RunEvent[]): ReturnType<Engine["converse"]> {
    if (engine.converse.length === 2) return engine.converse(team, turnOn({ events }));
    const earlier = engine.converse as unknown as (team: Team, log: object, signal: AbortSignal) => ReturnType<Engine["converse"]>;
    return earlier(team, { events }, new AbortController().signal);
  }

  /** Through the runner, into a database of this name. */
  const inSqlite = (path: string, turns: number, watch: Watch, held: Held = {}): Promise<void> =>
    inStore(engine.openSqlite({ path }), turns, watch, held);

  /** Through the runner, into a store that nothing is in yet, and that is closed behind it. */
  async function inStore(
    { store, dispatch }: Pick<ReturnType<Engine["openSqlite"]>, "store" | "dispatch">,
    turns: number,
    watch: Watch,
    held: Held = {},
  ): Promise<void> {
    const team = teamOf(turns, held);
    const runner = engine.createRunner({
      store,
      dispatch,
      teams: { build: () => team, has: () => true, names: () => ["bench"], default: "bench" },
      posts: held.posts ?? (() => []),
      clock: engine.systemClock,
      slots: 1,
      perWorkspace: 1,
      log: (problem, error) => console.error(problem, error),
    });
    const stopped = new Promise<void>((resolve) => {
      runner.follow((_thread, item) => {
        if (item.type === "message.posted" && "agent" in item) watch.turnEnded();
        if (item.type === "run.stopped") resolve();
      });
    });
    watch.begun();
    runner.start();
    await runner.say({ thread: "t", workspace: "w", person: PERSON, text: "Compare them.", id: "1", addressed: true });
    await stopped;
    watch.over();
    await runner.close();
    await store.close();
  }

  return { inMemory, inSqlite, inStore };
}
