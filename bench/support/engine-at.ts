import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as assistantModule from "../../src/engine/agents/assistant.ts";
import type * as clockModule from "../../src/engine/clock.ts";
import type * as ledByModule from "../../src/engine/policies/led-by.ts";
import type * as loopModule from "../../src/engine/loop.ts";
import type * as roundRobinModule from "../../src/engine/policies/round-robin.ts";
import type * as runnerModule from "../../src/runner/runner.ts";
import type * as selectorModule from "../../src/engine/agents/leaders/selector.ts";
import type * as sqliteModule from "../../src/store/sqlite/store.ts";
import type * as combinedModule from "../../src/engine/limits/combined.ts";
import type * as maxTurnsModule from "../../src/engine/stops/max-turns.ts";
import type * as minutesModule from "../../src/engine/stops/minutes.ts";
import type * as textMentionModule from "../../src/engine/stops/text-mention.ts";
import type * as tokensModule from "../../src/engine/stops/tokens.ts";

/** What conversations of a benchmark are made of: this engine, runner and store, or those of an earlier commit. */
export type Engine = Awaited<ReturnType<typeof engineAt>>;

/** As they are in a checkout, wherever its files lay then. */
export async function engineAt(root: string) {
  const load = async <Module>(...places: readonly string[]): Promise<Module> => {
    const found = places.map((place) => join(root, "src", place)).find((path) => existsSync(path));
    if (found === undefined) throw new Error(`${root} has none of: ${places.join(", ")}`);
    return (await import(pathToFileURL(found).href)) as Module;
  };
  const { assistant } = await load<typeof assistantModule>("engine/agents/assistant.ts");
  const { selector } = await load<typeof selectorModule>("engine/agents/leaders/selector.ts", "engine/agents/selector.ts");
  const { converse } = await load<typeof loopModule>("engine/loop.ts", "engine/run.ts");
  const { roundRobin } = await load<typeof roundRobinModule>("engine/policies/round-robin.ts");
  const { ledBy } = await load<typeof ledByModule>("engine/policies/led-by.ts");
  // In one file, once.
  const together = ["engine/limits/termination.ts", "engine/termination.ts"];
  const { any } = await load<typeof combinedModule>("engine/limits/combined.ts", ...together);
  const { maxTurns } = await load<typeof maxTurnsModule>("engine/stops/max-turns.ts", ...together);
  const { minutes } = await load<typeof minutesModule>("engine/stops/minutes.ts", ...together);
  const { textMention } = await load<typeof textMentionModule>("engine/stops/text-mention.ts", ...together);
  const { tokens } = await load<typeof tokensModule>("engine/stops/tokens.ts", ...together);
  const { systemClock } = await load<typeof clockModule>("engine/clock.ts");
  const { createRunner } = await load<typeof runnerModule>("runner/runner.ts", "runner.ts");
  const { openSqlite } = await load<typeof sqliteModule>("store/sqlite/store.ts", "store/sqlite.ts");
  return {
    assistant,
    selector,
    converse,
    roundRobin,
    ledBy,
    any,
    maxTurns,
    minutes,
    textMention,
    tokens,
    systemClock,
    createRunner,
    openSqlite,
  };
}
