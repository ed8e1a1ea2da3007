import { describe, expect, test } from "vitest";
import { dockerAvailable } from "../../support/sandbox/docker.ts";
import { CODING, codingReplies, openJourney, PAIR } from "../../support/journey.ts";
import { useDocker } from "../../support/sandbox/sandboxes.ts";
import { wordsOf } from "../../support/slack/thread.ts";

/** Few lines, so that it stays in the message, and long ones. */
const code = (lines: number, width = 0) =>
  `\`\`\`python\n${Array.from({ length: lines }, (_, n) => `value_${n} = ${n} * ${n} # ${"long ".repeat(width)}`.trimEnd()).join("\n")}\n\`\`\``;
const PROSE = Array.from({ length: 120 }, (_, n) => `Sentence ${n} says something that is worth keeping, at some length.`).join(" ");
const isBalanced = (markdown: string) => (markdown.match(/^```/gm) ?? []).length % 2 === 0;

test("a turn of 30,000 characters, most of them one program, is divided with a whole fence in each part", async () => {
  const said = `Here it is.\n\n${code(58, 100)}\n\nThe last words.`;
  expect(said.length).toBeGreaterThan(29_000);
  const journey = await openJourney({ file: PAIR, replies: { Ana: [`${said} DONE`] } });
  const thread = await journey.mention("@parley write a program");
  await thread.ended();
  const parts = thread.ofKind("turn").map(wordsOf);
  expect(parts).toHaveLength(3);
  expect(parts.filter(isBalanced)).toEqual(parts);
  expect(parts.filter((part) => part.includes("```python"))).toEqual(parts);
  const lines = parts.flatMap((part) => part.match(/^value_\d+ = .*$/gm) ?? []);
  expect(lines).toEqual(code(58, 100).split("\n").slice(1, -1));
  expect(parts.map((part) => part.split("\n").at(-1))).toEqual(["(part 1 of 3)", "(part 2 of 3)", expect.stringMatching(/^\(#1 · /)]);
  expect(parts[2]).toContain("The last words.");
  expect(thread.ofKind("turn").every(({ username }) => username === "Ana")).toBe(true);
});

test("of a turn with more than three messages' worth, the beginning is in the thread and the whole in a file", async () => {
  const said = [PROSE, code(50, 45), PROSE, code(50, 45), "The last words."].join("\n\n");
  const journey = await openJourney({ file: PAIR, replies: { Ana: [`${said} DONE`] } });
  const thread = await journey.mention("@parley write at length");
  await thread.ended();
  const parts = thread.ofKind("turn").map(wordsOf);
  expect(parts).toHaveLength(3);
  expect(parts.filter(isBalanced)).toEqual(parts);
  expect(parts[2]).toContain("the whole turn is in turn-1.md");
  await thread.until(() => thread.messages().some(({ files }) => files.length > 0));
  const [file] = thread.messages().flatMap(({ files }) => files);
  expect(file).toMatchObject({ name: "turn-1.md", size: Buffer.byteLength(`${said} DONE`) });
});

test("a program of many lines and a table of many rows are files under the turn, and the turn shows where they begin", async () => {
  const rows = Array.from({ length: 150 }, (_, n) => `| ${n} | name, ${n} | =1+${n} |`);
  const said = `Both:\n\n${code(200)}\n\n| n | name | sum |\n| - | - | - |\n${rows.join("\n")}\n\nThat is all.`;
  const journey = await openJourney({ file: PAIR, replies: { Ana: [`${said} DONE`] } });
  const thread = await journey.mention("@parley write it down");
  await thread.ended();
  await thread.until(() => thread.messages().filter(({ files }) => files.length > 0).length === 2);
  const [turn, ...more] = thread.ofKind("turn").map(wordsOf);
  expect(more).toEqual([]);
  expect(turn).toMatch(
    /^Both:\n\n```python\nvalue_0 = 0 \* 0 #\n[^]*value_24 = 24 \* 24 #\n```\n_\(175 more lines: in the file below\)_\n\n_\(a table of 150 rows: in the file below, as CSV\)_\n\nThat is all\./,
  );
  const files = thread.messages().flatMap((message) => message.files);
  expect(files.map(({ name }) => name)).toEqual(["code-1-1.py", "table-1-2.csv"]);
  const text = async (n: number) => (await fetch(`${journey.slack.url}files/${files[n]?.id}/${files[n]?.name}`)).text();
  expect(`\`\`\`python\n${await text(0)}\`\`\``).toBe(code(200));
  expect((await text(1)).split("\r\n").slice(0, 3)).toEqual(["n,name,sum", '0,"name, 0",\'=1+0', '1,"name, 1",\'=1+1']);
});

describe.skipIf(!(await dockerAvailable()))("from code", () => {
  const docker = useDocker();

  test("a picture that code draws comes back as a file under its result", async () => {
    const code = [
      "import struct, zlib",
      "def chunk(kind, data): return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))",
      "rows = b''.join(b'\\0' + bytes([x % 256, y % 256, 128] * 1)[:3] * 64 for y in range(64) for x in [y])",
      "png = b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 64, 64, 8, 2, 0, 0, 0)) + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b'')",
      "open('out/plot.png', 'wb').write(png)",
      "print(len(png), 'bytes drawn')",
    ].join("\n");
    const journey = await openJourney({ file: CODING, replies: codingReplies(code, "Seen: {{last}}"), executor: docker.executor() });
    const thread = await journey.mention("@parley draw it");
    await thread.ended();
    await thread.until(() => thread.messages().some(({ files }) => files.length > 0));
    const messages = thread.messages();
    const shared = messages.findIndex(({ files }) => files.length > 0);
    expect(messages[shared]?.files).toEqual([
      { id: expect.any(String), name: "plot.png", mimetype: "image/png", size: expect.any(Number) },
    ]);
    // Under the turn, and before the next one.
    expect(messages[shared - 1]).toEqual(thread.ofKind("turn")[1]);
    expect(messages[shared + 1]).toEqual(thread.ofKind("turn")[2]);
    expect(thread.turns()[1]).toMatch(/^Runner: python · exit code 0/);
    expect(thread.text()).toMatch(/files: plot\.png \(\d+ bytes\)/);
  });

  test("long output of code that fails is cut in the middle in the thread, and whole in a file", async () => {
    const code = "for n in range(4000): print('line', n)\nraise ValueError('the end')";
    const journey = await openJourney({ file: CODING, replies: codingReplies(code, "Seen."), executor: docker.executor() });
    const thread = await journey.mention("@parley print a lot");
    await thread.ended();
    const report = wordsOf(thread.ofKind("turn")[1] ?? (thread.messages()[0] as never));
    expect(report).toMatch(/^python · exit code 1 · /);
    expect(report).toContain("characters are left out here …");
    expect(report).toContain("line 3999\nTraceback (most recent call last):");
    expect(report).toContain("ValueError: the end\n(");
    expect(report.length).toBeLessThan(4_000);
    expect(thread.messages().flatMap(({ files }) => files.map(({ name }) => name))).toEqual(["output-2.txt"]);
  });
});
