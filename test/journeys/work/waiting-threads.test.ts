import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { stringify } from "yaml";
import { loadSettings } from "../../../src/config/load.ts";
import { createParley, type Parley } from "../../../src/parley.ts";
import { createWorkspace } from "../../../local-slack/index.ts";
import { fastClock, GENERAL, JONAS, MARIA, PAIR } from "../../support/journey.ts";

const HOUR_MS = 3_600_000;
const THREADS = 64;
const { pair } = PAIR.teams;
const FILE = { ...PAIR, teams: { pair: { ...pair, answerWithinMinutes: 180, limits: { ...pair.limits, minutes: 600 } } } };
const ASK = { toolCalls: [{ name: "transfer_to_human", args: { question: "Which colour?" } }] };

/** A workspace that goes on while Parley is away, and the files of a Parley that comes and goes. */
async function world() {
  const clock = fastClock();
  const slack = await createWorkspace({ port: 0, now: () => clock.now(), rateLimits: false });
  const folder = await mkdtemp(join(tmpdir(), "parley-waiting-"));
  await writeFile(join(folder, "parley.yml"), stringify(FILE));
  await writeFile(join(folder, "replies.yml"), stringify({ replies: { Ana: [ASK, "You said {{last}}. DONE"] } }));
  const settings = loadSettings({ env: {}, cwd: folder });
  const problems: string[] = [];
  let running: Parley | undefined;
  onTestFinished(async () => {
    await running?.stop();
    await slack.close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    slack,
    problems,
    later: (ms: number) => {
      clock.skip(ms);
      // What was sent to nobody is sent again for some minutes, and then never.
      slack.control.tick();
    },
    async start(): Promise<Parley> {
      const { botToken, appToken, apiUrl } = slack;
      running = await createParley({
        settings,
        env: {},
        dbPath: join(folder, "parley.db"),
        clock,
        slack: { botToken, appToken, apiUrl },
        log: (line) => void problems.push(line),
      });
      await running.start();
      return running;
    },
    async stop() {
      await running?.stop();
      running = undefined;
      await slack.control.until(() => !slack.control.connected());
    },
  };
}

const log = (parley: Parley, thread: string) => parley.store.load(thread, 0);
const said = async (parley: Parley, thread: string) =>
  (await log(parley, thread)).flatMap((event) => (event.type === "message.posted" && "person" in event ? [event.text] : []));

/** Not the outbox's look for a post that the end cut off: that asks for metadata. */
const isReadBack = ({ args }: { readonly args: { readonly [name: string]: unknown } }) => args["include_all_metadata"] === undefined;

test("after an absence of hours the answer in every waiting thread is heard, also past its time; a restart in the middle goes on, and nobody is reminded of what is answered", async () => {
  const { slack, start, stop, later, problems } = await world();
  const { control } = slack;
  const first = await start();
  const channels = Array.from({ length: 8 }, (_, index) => control.addChannel(`room-${index}`));
  const threads: { channel: string; ts: string; key: string }[] = [];
  for (let index = 0; index < THREADS; index++) {
    const channel = channels[index % channels.length] ?? "";
    const { ts } = await control.post({ user: MARIA, channel, text: "@parley choose a colour" });
    threads.push({ channel, ts, key: `${slack.teamId}/${channel}/${ts}` });
  }
  const open = () => control.calls("chat.postMessage").filter(({ args }) => String(args["text"]).includes("Which colour?")).length;
  await control.until(() => open() >= THREADS, 120_000);
  await stop();

  // Past what Slack repeats, past every reminder, and past the time for every answer.
  later(HOUR_MS);
  for (const { channel, ts } of threads) await control.post({ user: JONAS, channel, text: `colour ${ts}`, threadTs: ts });
  later(4 * HOUR_MS);

  const readsBefore = control.calls("conversations.replies").length;
  const second = await start();
  const read = () => control.calls("conversations.replies").slice(readsBefore).filter(isReadBack);
  await control.until(() => new Set(read().map(({ args }) => args["ts"])).size >= 20, 60_000);
  await stop();
  const readByFirst = new Set(
    read()
      .filter(({ ok }) => ok)
      .map(({ args }) => args["ts"]),
  );
  expect(readByFirst.size).toBeLessThan(THREADS);
  expect(second).not.toBe(first);

  const readsOfSecond = control.calls("conversations.replies").length;
  const third = await start();
  for (const { ts, key } of threads)
    await expect.poll(() => said(third, key), { timeout: 120_000 }).toEqual(["choose a colour", `colour ${ts}`]);
  await expect.poll(() => third.store.unfinished(), { timeout: 60_000 }).toEqual([]);
  const events = (await Promise.all(threads.map(({ key }) => log(third, key)))).flat();
  expect(events.filter(({ type }) => type === "question.expired")).toEqual([]);
  // What was read before is read on from where it was read to.
  const after = control.calls("conversations.replies").slice(readsOfSecond).filter(isReadBack);
  const again = after.filter(({ args }) => readByFirst.has(args["ts"]) && Number(args["oldest"]) === Number(args["ts"]));
  expect(again.length).toBeLessThanOrEqual(1);
  // Nobody was reminded of a question that had its answer in the thread.
  expect(control.channel("D0MARIA").filter(({ text }) => text.includes("waits for an answer"))).toEqual([]);
  expect(problems.filter((line) => /broke|could not/.test(line))).toEqual([]);
}, 300_000);

test("an answer that stands in the thread is heard before its question expires at the start; where there is none, the question expires", async () => {
  const { slack, start, stop, later } = await world();
  const { control } = slack;
  await start();
  const ask = async () => {
    const { ts } = await control.post({ user: MARIA, channel: GENERAL, text: "@parley choose a colour" });
    return `${slack.teamId}/${GENERAL}/${ts}`;
  };
  const [answered, silent] = [await ask(), await ask()];
  await control.until(
    () => control.calls("chat.postMessage").filter(({ args }) => String(args["text"]).includes("Which colour?")).length >= 2,
  );
  await stop();
  later(HOUR_MS);
  await control.post({ user: JONAS, channel: GENERAL, text: "blue", threadTs: answered.split("/")[2] ?? "" });
  later(4 * HOUR_MS);
  // Slack is slow to let anybody read: until it does, nothing is over.
  control.fault({ method: "conversations.replies", kind: "status500", times: 6 });
  const parley = await start();
  await expect.poll(() => parley.store.unfinished(), { timeout: 60_000 }).toEqual([]);
  expect(await said(parley, answered)).toEqual(["choose a colour", "blue"]);
  const types = async (thread: string) => (await log(parley, thread)).map(({ type }) => type);
  expect(await types(answered)).not.toContain("question.expired");
  expect(await types(silent)).toContain("question.expired");
}, 120_000);

test("where the bot may not read, a question expires all the same, and the operator knows", async () => {
  const { slack, start, stop, later, problems } = await world();
  const { control } = slack;
  await start();
  const { ts } = await control.post({ user: MARIA, channel: GENERAL, text: "@parley choose a colour" });
  await control.until(() => control.calls("chat.postMessage").some(({ args }) => String(args["text"]).includes("Which colour?")));
  await stop();
  later(5 * HOUR_MS);
  control.withoutScope("channels:history");
  const parley = await start();
  await expect.poll(() => parley.store.unfinished(), { timeout: 60_000 }).toEqual([]);
  expect((await log(parley, `${slack.teamId}/${GENERAL}/${ts}`)).map(({ type }) => type)).toContain("question.expired");
  expect(problems).toContainEqual(expect.stringContaining("conversations.replies is not available (missing_scope)"));
}, 60_000);
