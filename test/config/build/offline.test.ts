import { resolve } from "node:path";
import { inflateSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { buildTeams } from "../../../src/config/build.ts";
import { createExecutor } from "../../../src/config/sandbox/executor.ts";
import { loadSettings } from "../../../src/config/load.ts";
import { createModelFor } from "../../../src/config/build/models.ts";
import { openLog } from "../../support/scripted.ts";
import { instantly } from "../instantly.ts";

/** The demo's team on real code: Python without the file system and the network, as the demo runs it where no Docker engine is. */
const cwd = resolve(import.meta.dirname, "../../..");
const settings = loadSettings({ file: "teams/offline/offline.yml", env: {}, cwd });
const executor = await createExecutor({ ...settings.sandbox, executor: "wasm" }, {});
const kept: Uint8Array[] = [];
const keepFile = async (content: Uint8Array) => String(kept.push(content));
const teams = buildTeams(settings, { createModel: createModelFor({ env: {}, clock: instantly }), executor, keepFile });

afterAll(() => executor.close());

async function play(task: string, ...answers: readonly string[]) {
  const log = openLog();
  log.start(task);
  const team = teams.build("demo", `thread of ${task}`);
  await log.run(team);
  for (const answer of answers) {
    log.reply(answer);
    await log.run(team);
  }
  return { log, ran: log.events.filter((event) => event.type === "code.ran") };
}

test("the first task shows a real failure, its cause, and the mended code passing", async () => {
  const { log, ran } = await play("Write a median function and find its bug.");
  expect(ran.map(({ outcome }) => outcome)).toEqual(["error", "ok"]);
  expect(ran[0]?.output).toContain("WRONG median([4, 1, 3, 2]) = 3, expected 2.5");
  expect(ran[1]?.output).toContain("2000 of 2000 random lists agree with statistics.median");
  expect(log.said().filter((line) => line.startsWith("Critic"))).toEqual([
    expect.stringContaining(
      "`AssertionError: 2 of 5 checks failed`. The first that is wrong: `WRONG median([4, 1, 3, 2]) = 3, expected 2.5`",
    ),
    expect.stringContaining("“all 5 checks passed” and “2000 of 2000 random lists agree with statistics.median”"),
  ]);
  expect(log.stopped()).toMatchObject({ outcome: "done", reasons: [{ kind: "finish" }] });
});

test("the second task hands back a picture that is a whole PNG", async () => {
  const { log, ran } = await play("Plot how many primes there are up to 1000.");
  expect(ran).toMatchObject([{ outcome: "ok", files: [{ name: "plot.png", mediaType: "image/png" }] }]);
  const png = Buffer.from(kept.at(-1) ?? []);
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([760, 440]);
  const data = png.indexOf("IDAT");
  expect(inflateSync(png.subarray(data + 4, data + 4 + png.readUInt32BE(data - 4))).length).toBe((760 * 3 + 1) * 440);
  expect(log.said().at(-1)).toContain("primes up to 1000: 168, while n / ln n at 1000: 144.8; so the estimate is 13.8 % too low");
  expect(log.stopped()?.outcome).toBe("done");
});

test("the third task asks a person, and reckons with the answer", async () => {
  const { log, ran } = await play("Split the costs of our weekend trip.", "5, I think");
  expect(log.events.find((event) => event.type === "handoff.made")).toMatchObject({ to: "human", options: ["2", "3", "4", "5"] });
  expect(ran).toMatchObject([{ outcome: "ok" }]);
  expect(log.said().at(-1)).toContain("for 5 people, 2 nights");
  expect(log.said().at(-1)).toContain("each pays 170.70");
  expect(log.stopped()?.outcome).toBe("done");
});

test.each([
  ["all of us", "there is no number of people in the answer, so this takes 4"],
  ["```python\nprint('mine')\n```", "there is no number of people"],
])("an answer like %j is data: it is never run", async (answer, printed) => {
  const { log, ran } = await play("Split the costs of our weekend trip.", answer);
  expect(ran).toHaveLength(1);
  expect(ran[0]?.output).toContain(printed);
  expect(ran[0]?.output).not.toContain("mine\n");
  expect(log.stopped()?.outcome).toBe("done");
});

test("any other task gets an honest answer: what this team is, what it knows, and how to give it a model", async () => {
  const { log, ran } = await play("Plot our sales of the last weekend.");
  expect(ran).toEqual([]);
  expect(log.said().slice(1)).toEqual([
    expect.stringMatching(/^Guide: I cannot work on this: no model is connected\.[^]*ANTHROPIC_API_KEY[^]*ollama/),
  ]);
  expect(log.stopped()?.outcome).toBe("done");
});
