import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ScenarioFile } from "./format.ts";
import { play } from "./scenario.ts";

/** Small conversations, each played once on AutoGen 0.7.5 and written down as it came: who spoke, what each heard, how often a model was asked, why it stopped. */
const { scenarios } = JSON.parse(readFileSync(join(import.meta.dirname, "../fixtures/conversations.json"), "utf8")) as ScenarioFile;

test.each(scenarios.map((scenario) => [scenario.id, scenario] as const))(
  "AutoGen's conversation %s is held alike",
  async (_id, scenario) => {
    expect(await play(scenario, () => Promise.reject(new Error("no code is run here")))).toBeUndefined();
  },
);
