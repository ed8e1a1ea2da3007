import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkKnowledge } from "../../../src/cli/doctor/knowledge.ts";
import { loadSettings } from "../../../src/config/load.ts";
import { systemClock } from "../../../src/engine/clock.ts";
import { openKnowledge } from "../../../src/open-knowledge.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { folderWith, SMALL } from "../../config/team-files.ts";
import { payer } from "../../support/payer.ts";

const FILE = SMALL.replace(
  "    stop:",
  `    knowledge:
      - { name: handbook, folder: handbook }
      - { name: gone, folder: nowhere }
      - { name: nothing, folder: handbook, include: ["*.xyz"] }
      - { name: project, channel: "#project" }
    stop:`,
).concat("database: data/log.db\n");

test("doctor says of each source what is there, and names what could not be read when it was indexed", async () => {
  const cwd = folderWith({ "parley.yml": FILE, "handbook/a.md": "Thirty days.", "handbook/b.pdf": "%PDF-1.4 broken" });
  const settings = loadSettings({ env: {}, cwd });
  const said = async () => {
    const lines: string[] = [];
    for await (const { grade, thing, message } of checkKnowledge(settings)) lines.push(`${grade} ${thing}: ${message}`);
    return lines;
  };
  const handbook = join(cwd, "handbook");
  const others = [
    `fail knowledge gone of pair: the folder of gone cannot be looked at (ENOENT). Name one that is there, and that Parley may read. It is ${join(cwd, "nowhere")}.`,
    `warn knowledge nothing of pair: no file of ${handbook} is meant by \`include\`; name some.`,
    "ok knowledge project of pair: the files of #project, for whom Slack shows them; the app needs the scope files:read, and to be in the channel",
  ];
  expect(await said()).toEqual([`ok knowledge handbook of pair: 2 files in ${handbook}; the first search indexes them`, ...others]);

  mkdirSync(join(cwd, "data"));
  const { knowledge, store } = openSqlite({ path: settings.database });
  const opened = openKnowledge({
    knowledge,
    store,
    sources: [],
    filesIn: async () => undefined,
    embedder: () => undefined,
    clock: systemClock,
    log: () => undefined,
  });
  const wanted = { thread: "t", person: { id: "U1", name: "Maria" }, query: "days", source: "handbook", limit: 1, payer: payer() };
  const answer = await opened.lookUp(settings.teams.get("pair")?.knowledge ?? [], "t").search(wanted);
  expect(answer).toMatchObject({ kind: "found", passages: [{ text: "Thirty days." }] });
  await opened.close();
  await store.close();
  expect(await said()).toEqual([
    `ok knowledge handbook of pair: 2 files in ${handbook}; indexed: 2, as 1 passages`,
    'warn knowledge handbook of pair: "b.pdf" could not be read: it is damaged, or not what it says it is',
    ...others,
  ]);
});
