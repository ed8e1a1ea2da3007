import type { RunEvent } from "../../src/engine/events/events.ts";

/** One run as it was played: where, what it recorded, what the program told its operator. */
export interface Played {
  readonly door: string;
  readonly team: string;
  readonly events: readonly RunEvent[];
  readonly log: string;
  readonly ms: number;
}

/** What came of the runs through one door. */
export interface Measured {
  runs: number;
  /** Turns in which a model was asked: said, failed, handed over or ended without a word. */
  turns: number;
  /** Choices of the next speaker that were left to the model. */
  choices: number;
  /** Of them, those in which it named somebody. */
  validChoices: number;
  /** Choices that took more than one call. */
  askedAgain: number;
  /** Choices by rule because the model named nobody. */
  fallbacks: number;
  calls: number;
  /** Calls of tools that ran: their arguments were read, and the tool took them. */
  callsRun: number;
  blocks: number;
  /** Blocks of code that ended with 0. */
  blocksRun: number;
  /** Turns whose words reached their limit of tokens. */
  cut: number;
  ms: number;
  readonly concessions: Set<string>;
  readonly failures: Map<string, number>;
  readonly ends: Map<string, number>;
}

const none = (): Measured => ({
  runs: 0,
  turns: 0,
  choices: 0,
  validChoices: 0,
  askedAgain: 0,
  fallbacks: 0,
  calls: 0,
  callsRun: 0,
  blocks: 0,
  blocksRun: 0,
  cut: 0,
  ms: 0,
  concessions: new Set(),
  failures: new Map(),
  ends: new Map(),
});

/** By door, in the order in which they were first played. */
export function measure(played: readonly Played[]): ReadonlyMap<string, Measured> {
  const byDoor = new Map<string, Measured>();
  for (const run of played) {
    const sum = byDoor.get(run.door) ?? none();
    byDoor.set(run.door, sum);
    sum.runs++;
    sum.ms += run.ms;
    for (const [, learnt = ""] of run.log.matchAll(/^model [^:]+?:\/\/\S+ \S+: (.+?) Remembered/gm)) sum.concessions.add(learnt);
    for (const event of run.events) count(sum, event);
  }
  return byDoor;
}

const more = (counts: Map<string, number>, name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);

function count(sum: Measured, event: RunEvent): void {
  switch (event.type) {
    case "speaker.selected":
      if (event.by !== "selector" && event.by !== "fallback") return;
      sum.choices++;
      if (event.by === "selector") sum.validChoices++;
      else sum.fallbacks++;
      if ((event.usage?.calls ?? 1) > 1) sum.askedAgain++;
      return;
    case "message.posted":
      if (!("agent" in event) || event.model === undefined) return;
      sum.turns++;
      if (event.notices?.some((notice) => notice.includes("outputTokensMax"))) sum.cut++;
      return;
    case "turn.failed":
      sum.turns++;
      more(sum.failures, event.error.kind);
      return;
    case "turn.ended":
    case "handoff.made":
      sum.turns++;
      return;
    case "tool.called":
      sum.calls++;
      return;
    case "tool.returned":
      sum.callsRun++;
      return;
    case "code.ran":
      sum.blocks++;
      if (event.exitCode === 0) sum.blocksRun++;
      return;
    case "run.stopped":
      for (const { kind } of event.reasons) more(sum.ends, kind);
      return;
    default:
      return;
  }
}

export const turnsIn = (played: readonly Played[]): number => [...measure(played).values()].reduce((sum, { turns }) => sum + turns, 0);

/** A table in Markdown, one row a door and one for all. */
export function table(played: readonly Played[]): string {
  const all = measure(played.map((run) => ({ ...run, door: "all" })));
  const rows = [...measure(played), ...all].map(([door, one]) => [
    door,
    String(one.runs),
    String(one.turns),
    (one.ms / 1_000 / Math.max(1, one.turns)).toFixed(1),
    `${one.validChoices} of ${one.choices}`,
    String(one.askedAgain),
    String(one.fallbacks),
    `${one.callsRun} of ${one.calls}`,
    `${one.blocksRun} of ${one.blocks}`,
    String(one.cut),
    [...one.concessions].join(" ") || "none",
    listed(one.failures),
    listed(one.ends),
  ]);
  const head = ["door", "runs", "turns", "seconds a turn", "valid choices", "asked again", "fallbacks", "calls run", "blocks that ran", "cut at the limit", "conceded", "failures", "ends"]; // prettier-ignore
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

const listed = (counts: ReadonlyMap<string, number>): string => [...counts].map(([name, times]) => `${name} ${times}`).join(", ") || "none";
