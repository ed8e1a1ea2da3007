import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunEvent } from "../../src/engine/events/events.ts";
import { runChild } from "../support/children.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/** What README says of adding: each is one file, one line of the schema, and the line that builds it. */
const ADDED: { readonly [file: string]: string } = {
  "src/engine/policies/backwards.ts": `import type { SpeakerPolicy } from "../team.ts";
import { roundRobin } from "./round-robin.ts";

/** One after the other, the last of the team first. */
export const backwards: SpeakerPolicy = (transcript, agents) => roundRobin(transcript, agents.toReversed());
`,
  "src/engine/limits/short-message.ts": `import { when } from "./termination.ts";

/** An agent has said no more than so many words. */
export const shortMessage = (words: number) =>
  when((event) => {
    if (event.type !== "message.posted" || !("agent" in event) || event.text.split(" ").length > words) return undefined;
    return { kind: "goal", goal: "shortMessage", text: event.agent + " has no more to say" };
  });
`,
  "src/engine/agents/echo.ts": `import type { Agent } from "../team.ts";
import { messagesOfRun } from "../reading/transcript.ts";

/** Says the last words again, but for the first of them. */
export const echo = ({ name, description }: Pick<Agent, "name" | "description">): Agent => ({
  name,
  description,
  async *turn(transcript) {
    const words = messagesOfRun(transcript).at(-1)?.text.split(" ") ?? [];
    yield { type: "message.posted", agent: name, text: words.slice(1).join(" ") };
  },
});
`,
};

/** File, the text behind which a line is put, and the line. */
const LINES: readonly (readonly [string, string, string])[] = [
  ["src/config/schema/speakers.ts", 'discriminatedUnion("policy", [', '\n  z.strictObject({ policy: z.literal("backwards") }),'],
  ["src/config/build/speakers.ts", "switch (speakers.policy) {", '\n    case "backwards":\n      return backwards;'],
  ["src/config/build/speakers.ts", "", 'import { backwards } from "../../engine/policies/backwards.ts";\n'],
  ["src/config/schema/stop.ts", "const Condition = z.strictObject({", "\n  shortMessage: z.int().positive().optional(),"],
  ["src/config/build/stop.ts", "[Key in keyof Conditions]-?: Make<NonNullable<Conditions[Key]>> } = {", "\n  shortMessage,"],
  ["src/config/build/stop.ts", "", 'import { shortMessage } from "../../engine/limits/short-message.ts";\n'],
  ["src/config/schema/agents.ts", 'discriminatedUnion("kind", [', '\n  z.strictObject({ kind: z.literal("echo"), ...named }),'],
  ["src/config/build/agents.ts", "switch (agent.kind) {", '\n    case "echo":\n      return echo(agent);'],
  ["src/config/build/agents.ts", "", 'import { echo } from "../../engine/agents/echo.ts";\n'],
];

describe("a policy, a stop and an agent kind of one's own", () => {
  let house = "";

  beforeAll(() => {
    house = mkdtempSync(join(tmpdir(), "parley-adding-"));
    for (const folder of ["src", "local-slack"]) cpSync(join(ROOT, folder), join(house, folder), { recursive: true });
    for (const file of ["package.json", "tsconfig.json"]) cpSync(join(ROOT, file), join(house, file));
    symlinkSync(join(ROOT, "node_modules"), join(house, "node_modules"));
    for (const [file, text] of Object.entries(ADDED)) writeFileSync(join(house, file), text);
    for (const [file, anchor, line] of LINES) {
      const path = join(house, file);
      const text = readFileSync(path, "utf8");
      if (anchor !== "" && text.split(anchor).length !== 2)
        throw new Error(`${file} must name the place once where one is added: ${anchor}`);
      writeFileSync(
        path,
        text.replace(anchor, (found) => found + line),
      );
    }
  });
  afterAll(() => rmSync(house, { recursive: true, force: true }));

  test("need nothing else in the code: with these lines it compiles", async () => {
    const compiled = await runChild(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "--noEmit", "-p", house], {
      cwd: house,
    });
    expect(compiled).toMatchObject({ code: 0, out: "", err: "" });
  });

  test("work in a team file", async () => {
    writeFileSync(
      join(house, "parley.yml"),
      `teams:
  echoes:
    description: Less and less.
    speakers: { policy: backwards }
    agents: [{ name: Ana, kind: echo, description: Echoes. }, { name: Ben, kind: echo, description: Echoes. }]
    stop: { shortMessage: 2 }
`,
    );
    const { out } = await runChild(process.execPath, ["src/cli/main.ts", "run", "--json", "one two three four"], { cwd: house });
    const events = out.trim().split("\n").map((line) => JSON.parse(line) as RunEvent); // prettier-ignore
    const said = events.flatMap((event) => (event.type === "message.posted" && "agent" in event ? [`${event.agent}: ${event.text}`] : []));
    expect(said).toEqual(["Ben: two three four", "Ana: three four"]);
    expect(events.at(-1)).toMatchObject({ type: "run.stopped", outcome: "done", reason: "Ana has no more to say" });
  });
});

/** A policy is tens of lines: what needs more is an agent that leads, or two policies. */
const POLICY_LINES_MAX = 90;

test("a policy is one small file, which one line of the building names", () => {
  const folder = join(ROOT, "src/engine/policies");
  const build = readFileSync(join(ROOT, "src/config/build/speakers.ts"), "utf8");
  const files = readdirSync(folder);
  expect(files.length).toBeGreaterThan(4);
  expect(files.filter((file) => readFileSync(join(folder, file), "utf8").split("\n").length > POLICY_LINES_MAX)).toEqual([]);
  expect(files.filter((file) => build.split(`engine/policies/${file}"`).length !== 2)).toEqual([]);
});

test("each policy, stop and agent kind of the team file is one entry of the schema and one of the building", () => {
  const read = (file: string) => readFileSync(join(ROOT, "src/config", file), "utf8");
  const literals = (file: string, key: string) =>
    [...read(file).matchAll(new RegExp(`\\b${key}: z\\.literal\\("([a-z-]+)"\\)`, "g"))].map((match) => match[1]);
  const cases = (file: string) => [...read(file).matchAll(/^ {4}case "([a-z-]+)":/gm)].map((match) => match[1]);
  const sorted = (names: readonly (string | undefined)[]) => names.toSorted();
  expect(sorted(cases("build/speakers.ts"))).toEqual(sorted(literals("schema/speakers.ts", "policy")));
  expect(sorted(cases("build/agents.ts"))).toEqual(sorted(literals("schema/agents.ts", "kind")));
  expect(literals("schema/speakers.ts", "policy").length).toBeGreaterThan(4);
  expect(literals("schema/agents.ts", "kind").length).toBeGreaterThan(4);
});
