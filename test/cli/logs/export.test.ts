import { beforeAll, describe, expect, test } from "vitest";
import type { RunEvent } from "../../../src/parley.ts";
import { folderWith } from "../../config/team-files.ts";
import { parley } from "../here.ts";

const cwd = folderWith({
  "parley.yml": `models: { m: { provider: replay, file: replies.yml } }
sandbox: { executor: off }
database: log.db
teams:
  solo:
    description: One who talks.
    speakers: { policy: round-robin }
    agents: [{ name: Ana, description: Talks., model: m }]
    stop: { textMention: DONE }
`,
  "replies.yml": 'replies: { Ana: ["# Not a heading of ours\\nDONE"] }',
});

beforeAll(async () => {
  await parley(["run", "--db", "log.db", "Say", "something"], { cwd });
});

describe("parley export", () => {
  test("writes the newest run as Markdown: who, what, why it ended, what it cost", async () => {
    const { code, out } = await parley(["export", "last"], { cwd });
    expect(code).toBe(0);
    expect(out).toMatch(/^# solo: run \S+$/m);
    expect(out).toContain("## Ana\n\n# Not a heading of ours\nDONE");
    expect(out).toMatch(/\*\*Ended \(done\):\*\* Ana said "DONE"/);
    expect(out).toMatch(/\d+ tokens, cost unknown\n$/);
  });

  test("finds a run by its id, with its task and nothing of others, and a thread by its key", async () => {
    const json = (await parley(["export", "last", "--format", "json"], { cwd })).out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as RunEvent);
    const started = json.find((event) => event.type === "run.started");
    const byId = await parley(["export", started?.run ?? "", "--format", "json"], { cwd });
    expect(byId.code).toBe(0);
    expect(byId.out).toContain('"text":"Say something"');
  });

  test("says when there is no such run, or no database, and exits with 1", async () => {
    expect(await parley(["export", "nobody"], { cwd })).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining('There is no run or thread "nobody"') as string,
    });
    const { code, err } = await parley(["export", "last", "--db", "gone.db"], { cwd });
    expect(code).toBe(1);
    expect(err).not.toContain("    at ");
  });
});
