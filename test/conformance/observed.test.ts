import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ScenarioFile } from "./format.ts";
import { play } from "./scenario.ts";

/** Small conversations, each played once on AutoGen 0.7.5 and written down as it came: who spoke, what each heard, how often a model was asked, why it stopped. */
const { scenarios } = JSON.parse(readFileSync(join(import.meta.dirname, "../fixtures/conversations.json"), "utf8")) as ScenarioFile;

/** Where Parley goes another way, knowing it. */
const OTHERWISE: Readonly<Record<string, string>> = {
  "sel-wrong-case": "a name that a selector writes in another case is that name; AutoGen asks the model again",
};

const noCode = () => Promise.reject(new Error("no code is run here"));
const isAlike = ({ id }: { readonly id: string }) => OTHERWISE[id] === undefined;

test.each(scenarios.filter(isAlike).map((scenario) => [scenario.id, scenario] as const))(
  "AutoGen's conversation %s is held alike",
  async (_id, scenario) => {
    expect(await play(scenario, noCode)).toBeUndefined();
  },
);

test.each(scenarios.filter((one) => !isAlike(one)).map((scenario) => [scenario.id, OTHERWISE[scenario.id], scenario] as const))(
  "the conversation %s goes another way: %s",
  async (_id, _why, scenario) => {
    expect(await play(scenario, noCode)).toBeDefined();
  },
);
