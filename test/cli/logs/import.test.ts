import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { readEvents } from "../../../src/cli/logs/import.ts";
import { parley } from "../here.ts";
import { eventsIn, folder, TALK } from "../stories.ts";

let cwd = "";
let lines: string[] = [];
beforeAll(async () => {
  cwd = folder(TALK);
  await parley(["run", "--db", "log.db", "Talk"], { cwd });
  const { out } = await parley(["export", "last", "--json", "--db", "log.db"], { cwd });
  lines = out.trim().split("\n");
});

const importing = (name: string, content: string, ...args: readonly string[]) => {
  writeFileSync(join(cwd, name), content);
  return parley(["import", name, "--db", "other.db", ...args], { cwd });
};

test("what was exported is imported, and is exported again to the byte", async () => {
  const content = `${lines.join("\n")}\n`;
  const { code, out } = await importing("log.jsonl", content);
  expect(code).toBe(0);
  const [, thread = ""] = /^Imported \d+ events as (imported-[0-9a-f]{12})\n$/.exec(out) ?? [];
  expect((await parley(["export", thread, "--json", "--db", "other.db"], { cwd })).out).toBe(content);

  expect(await importing("log.jsonl", content)).toMatchObject({
    code: 1,
    err: expect.stringContaining(`${thread} is in this database already`) as string,
  });
  expect(await importing("log.jsonl", content, "--thread", "mine")).toMatchObject({
    code: 0,
    out: `Imported ${lines.length} events as mine\n`,
  });
  const fork = await parley(["run", "--json", "--db", "other.db", "--fork", "mine@4"], { cwd });
  expect(eventsIn(fork.out).at(-1)).toMatchObject({ type: "run.stopped", outcome: "done" });
});

describe("what is no log is refused with the line, and nothing of it is kept", () => {
  const changed = (index: number, change: (event: { [key: string]: unknown }) => unknown) =>
    lines.map((line, at) => (at === index ? JSON.stringify(change(JSON.parse(line) as { [key: string]: unknown })) : line)).join("\n");

  test.each<[string, () => string, string]>([
    ["no JSON", () => `${lines[0]}\n{`, "line 2: is not JSON; a log has one event a line."],
    [
      "an unknown event",
      () => changed(2, (event) => ({ ...event, type: "bot.crashed" })),
      'line 3: its type "bot.crashed" is not known here',
    ],
    [
      "a prototype as a type",
      () => changed(2, (event) => ({ ...event, type: "constructor" })),
      'line 3: its type "constructor" is not known here',
    ],
    ["a field too many", () => changed(2, (event) => ({ ...event, extra: 1 })), 'line 3: does not know "extra"'],
    [
      "a field that reaches for the prototype",
      () => lines.join("\n").replace('"by":"policy"', '"by":"policy","__proto__":{"x":1}'),
      'does not know "__proto__"',
    ],
    ["a field of another kind", () => changed(1, (event) => ({ ...event, text: 5 })), "line 2: "],
    ["a gap", () => lines.filter((_, index) => index !== 2).join("\n"), "line 3: has number 4 where 3 follows."],
    [
      "a part of a thread",
      () => lines.slice(1).join("\n"),
      "line 1: has number 2 where 1 follows; export the whole thread, not one run of it.",
    ],
    ["a time that is none", () => changed(1, (event) => ({ ...event, at: "yesterday" })), "line 2: at: a time in UTC"],
    [
      "words after the end",
      () => [...lines, changedSeq(lines[3], lines.length + 1)].join("\n"),
      "message.posted comes while no run is going on.",
    ],
    ["a run in a run", () => [lines[0], changedSeq(lines[0], 2)].join("\n"), "event 2: a run begins while one is going on."],
    ["nothing", () => "\n", "no run begins in it; it is no log of a conversation."],
  ])("%s", async (_, content, message) => {
    const { code, err, out } = await importing("bad.jsonl", content());
    expect(err).toContain(`bad.jsonl: `);
    expect(err).toContain(message);
    expect(err).toContain("Nothing was imported.");
    expect({ code, out }).toEqual({ code: 1, out: "" });
  });

  const changedSeq = (line: string | undefined, seq: number) => JSON.stringify({ ...(JSON.parse(line ?? "{}") as object), seq });

  test("whatever a file holds, reading it ends with events or with a sentence", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.json(), fc.string(), fc.constantFrom(...(lines.length > 0 ? lines : ["{}"])))), (some) => {
        const read = readEvents(some.join("\n"));
        if ("trouble" in read) expect(read.trouble).toMatch(/\.$/);
        else expect(read.events.map((event) => event.seq)).toEqual(read.events.map((_, index) => index + 1));
      }),
    );
  });

  test("a name of a thread that nobody could type is bad usage", async () => {
    expect(await importing("log.jsonl", lines.join("\n"), "--thread", "a b\u001b[2J")).toMatchObject({ code: 2 });
    expect(await parley(["import", "gone.jsonl"], { cwd })).toMatchObject({
      code: 2,
      err: "gone.jsonl cannot be read (ENOENT). Check the name.\n",
    });
  });
});
