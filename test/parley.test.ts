import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadSettings } from "../src/config/load.ts";
import { createParley, openStore, type Parley, type RunEvent } from "../src/parley.ts";
import { commitOf } from "../src/store/contracts/commits.ts";
import { folderWith } from "./config/team-files.ts";

const TEAMS = `models: { m: { provider: replay, file: replies.yml } }
sandbox: { executor: off }
teams:
  pair:
    description: Two who talk.
    speakers: { policy: round-robin }
    agents:
      - { name: Ana, description: Asks., model: m, handoffs: [human] }
      - { name: Ben, description: Answers., model: m }
    stop: { textMention: DONE }
`;
const REPLIES = `replies:
  Ana: [{ toolCalls: [{ name: transfer_to_human, args: { question: Which? } }] }, "Then {{last}}.", "New."]
  Ben: ["As before. DONE"]
`;
const OTHER_TEAMS = TEAMS.replace("pair:", "solo:").replace(/^ {6}- \{ name: Ben.*\n/m, "");
const OTHER_REPLIES = 'replies: { Ana: ["As now. DONE", "As now. DONE", "As now. DONE", "As now. DONE"] }\n';

const PERSON = { id: "U1", name: "Maria" };
const dbPath = join(mkdtempSync(join(tmpdir(), "parley-state-")), "parley.db");

/** A Parley on the one database, with these files; what was recorded while it ran. */
async function opened(files: { [name: string]: string }) {
  const parley: Parley = await createParley({
    settings: loadSettings({ env: {}, cwd: folderWith(files) }),
    env: {},
    dbPath,
    log: () => undefined,
  });
  const log: RunEvent[] = [];
  let look = (): void => undefined;
  parley.runner.follow((_thread, item) => {
    if ("seq" in item) log.push(item);
    look();
  });
  await parley.start();
  const until = (type: RunEvent["type"], times = 1) =>
    new Promise<void>((resolve) => {
      look = () => void (log.filter((event) => event.type === type).length >= times && resolve());
      look();
    });
  const say = (text: string) => parley.runner.say({ thread: "T/C/1", workspace: "T", person: PERSON, text, id: text, addressed: true });
  return { parley, log, until, say };
}

test("a run that waits over a restart keeps its team, though the team file has another one by then; the next run has that", async () => {
  const first = await opened({ "parley.yml": TEAMS, "replies.yml": REPLIES });
  await first.say("begin");
  await first.until("handoff.made");
  await first.parley.stop();

  const second = await opened({ "parley.yml": OTHER_TEAMS, "replies.yml": OTHER_REPLIES });
  await second.say("tea");
  await second.until("run.stopped");
  await second.say("and again");
  await second.until("run.stopped", 2);
  const said = second.log.flatMap((event) =>
    event.type === "message.posted" ? [`${"agent" in event ? event.agent : "Maria"}: ${event.text}`] : [],
  );
  expect(said).toEqual(["Maria: tea", "Ana: Then tea.", "Ben: As before. DONE", "Maria: and again", "Ana: As now. DONE"]);
  expect(second.log.findLast((event) => event.type === "run.started")).toMatchObject({ team: "solo" });
  await second.parley.stop();
});

test("words whose forgetting was broken off are gone before anybody is at work", async () => {
  const thread = "T/C/2";
  const { store, forgetter } = await openStore(dbPath, { own: new Map() });
  const run = { type: "run.started", run: `${thread}#1`, team: "pair", startedBy: PERSON } as const;
  const said = { type: "message.posted", person: PERSON, text: "a secret", id: "1" } as const;
  await store.commit(commitOf(thread, 0, [run, said], { wake: "now", workspace: "T" }));
  await forgetter.begin({ kind: "thread", thread }, { workspace: "T", person: PERSON, deed: "forget", subject: thread, allowed: true });
  await store.close();

  const { parley, log, until } = await opened({ "parley.yml": TEAMS, "replies.yml": REPLIES });
  expect(JSON.stringify(await parley.runner.read(thread))).not.toContain("secret");
  expect(log.map(({ type }) => type)).toEqual(["run.stopped"]);
  // Who comes after it is served, and nobody speaks in it.
  await parley.runner.say({ thread: "T/C/3", workspace: "T", person: PERSON, text: "begin", id: "begin", addressed: true });
  await until("handoff.made");
  expect((await parley.runner.read(thread)).events.at(-1)).toMatchObject({ type: "run.stopped" });
  await parley.stop();
});
