import { expect, onTestFinished, test } from "vitest";
import { createWorkspace, type Workspace } from "../../../local-slack/index.ts";
import { systemClock } from "../../../src/engine/clock.ts";
import { fastClock, GENERAL, MARIA, openParley, PAIR } from "../../support/journey.ts";
import { signed, SIGNING_SECRET } from "../../support/slack/http-door.ts";

/** All that Parley asks Slack for; what it tells Slack is not among it. */
const READS = [
  "auth.test",
  "chat.getPermalink",
  "conversations.history",
  "conversations.info",
  "conversations.members",
  "conversations.open",
  "conversations.replies",
  "files.info",
  "users.conversations",
  "users.info",
  "users.list",
];
const LIMITED_SECONDS = 60;
/** Whoever waited for a limited read would wait for its end. How long people do wait is printed: first sign 300 ms (p95), an answer 1 s, a modal 3 s. */
const UNHINDERED_MS = (LIMITED_SECONDS * 1_000) / 6;
/** As many as Slack takes signs for at once, in each of several workspaces. */
const MENTIONS = 4;
const WORKSPACES = 5;

/** On the machine's own clock: what is measured here is how long people wait. */
async function opened(): Promise<Workspace> {
  const slack = await createWorkspace({ port: 0, rateLimits: false });
  onTestFinished(() => slack.close());
  const { botToken, appToken, apiUrl, control } = slack;
  await openParley(
    { file: PAIR, replies: { Ana: Array.from({ length: 80 }, () => "Read. DONE") } },
    { slack: { botToken, appToken, apiUrl }, clock: systemClock },
  );
  await control.until(() => control.connected());
  return slack;
}

function limitReads({ control }: Workspace, methods: readonly string[] = READS): void {
  for (const method of methods) control.fault({ method, kind: "ratelimited", retryAfterSeconds: LIMITED_SECONDS, times: 100_000 });
}

async function waitedMs(act: () => Promise<unknown>, seen: () => boolean, { control }: Workspace): Promise<number> {
  const since = performance.now();
  await act();
  await control.until(seen, UNHINDERED_MS);
  return Math.ceil(performance.now() - since);
}

/** How much the app has told somebody alone. */
const told = ({ control }: Workspace): number => control.channel(GENERAL).filter(({ ephemeralTo }) => ephemeralTo !== undefined).length;

const p95 = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[Math.ceil(all.length * 0.95) - 1] ?? Infinity;

test("while every read of Slack is limited, a mention is seen, a command answered and a modal opened as at any other time", async () => {
  const signs: number[] = [];
  const answers: number[] = [];
  const homes: number[] = [];
  const modals: number[] = [];
  for (let world = 0; world < WORKSPACES; world++) {
    const slack = await opened();
    const { control } = slack;
    // Who is known already stays known; a newcomer is asked about in vain.
    const first = await control.post({ user: MARIA, channel: GENERAL, text: "@parley hello" });
    await control.until(() => control.thread(GENERAL, first.ts).length > 1);
    limitReads(slack);
    for (let n = 0; n < MENTIONS; n++) {
      const user = n % 4 === 3 ? control.addUser(`newcomer ${n}`) : MARIA;
      const before = told(slack);
      let ts = "";
      const post = async () => ({ ts } = await control.post({ user, channel: GENERAL, text: `@parley task ${n}` }));
      const isSeen = () => {
        const [root, ...below] = control.thread(GENERAL, ts);
        return below.length > 0 || (root?.reactions.length ?? 0) > 0 || told(slack) > before;
      };
      signs.push(await waitedMs(post, isSeen, slack));
    }
    for (const text of ["help", "teams", "status", "status mine", "transcript", "memory", "nonsense"]) {
      const before = told(slack);
      const ask = () => control.command({ user: MARIA, channel: GENERAL, command: "/parley", text });
      answers.push(await waitedMs(ask, () => told(slack) > before, slack));
    }
    const newRun = () => control.shortcut({ user: MARIA, callbackId: "parley_new" });
    modals.push(await waitedMs(newRun, () => control.modals(MARIA).length > 0, slack));
    const openHome = () => control.openApp({ user: MARIA, tab: "home" });
    homes.push(await waitedMs(openHome, () => control.home(MARIA) !== undefined, slack));
  }
  console.log(
    `every read limited: first sign p95 ${p95(signs)} ms of ${signs.length}; slowest command ${Math.max(...answers)} ms of ${answers.length}, Home ${Math.max(...homes)} ms, modal ${Math.max(...modals)} ms`,
  );
  expect(Math.max(...signs, ...answers, ...homes, ...modals)).toBeLessThan(UNHINDERED_MS);
});

test("one limited read of the history holds up no other read", async () => {
  const slack = await opened();
  const { control } = slack;
  limitReads(slack, ["conversations.history", "conversations.replies"]);
  const there = await control.post({ user: MARIA, channel: GENERAL, text: "the plan" });
  const link = `https://local.slack.com/archives/C0GENERAL/p${there.ts.replace(".", "")}`;
  const { ts } = await control.post({ user: MARIA, channel: GENERAL, text: `@parley go by <${link}>` });
  await control.until(() => control.thread(GENERAL, ts).some(({ username }) => username === "Ana"), 10_000);
  const before = told(slack);
  const ask = () => control.command({ user: MARIA, channel: GENERAL, command: "/parley", text: "status" });
  expect(await waitedMs(ask, () => told(slack) > before, slack)).toBeLessThan(UNHINDERED_MS);
});

test("what Slack drops because there is too much of it is read back, and the operator is told", async () => {
  const clock = fastClock();
  const slack = await createWorkspace({ port: 0, now: () => clock.now() });
  onTestFinished(() => slack.close());
  const { control, botToken, apiUrl } = slack;
  const http = { signingSecret: SIGNING_SECRET, host: "127.0.0.1", port: 0 };
  const { parley, problems } = await openParley(
    { file: PAIR, replies: { Ana: ["Here. DONE"] } },
    { clock, slack: { botToken, apiUrl, http } },
  );
  const tell = (body: object) => fetch(`http://127.0.0.1:${parley.httpPort()}/slack/events`, signed(JSON.stringify(body)));
  // Something has been heard, so that the time before is nobody's gap.
  await tell({ type: "event_callback", team_id: slack.teamId, event_id: "Ev1", event: { type: "message", channel: GENERAL, user: MARIA, text: "hm", ts: `${Math.floor(clock.now() / 1_000)}.000001` } }); // prettier-ignore
  // Nothing is sent of this one: no socket is open.
  const { ts } = await control.post({ user: MARIA, channel: GENERAL, text: "@parley are you there?" });
  expect((await tell({ type: "app_rate_limited", token: "x", team_id: slack.teamId, minute_rate_limited: Math.floor(Number(ts) / 60) * 60, api_app_id: "A0PARLEY" })).status).toBe(200); // prettier-ignore
  await control.until(() => control.thread(GENERAL, ts).some(({ username }) => username === "Ana"));
  expect(problems).toEqual([expect.stringMatching(/Slack drops events \(app_rate_limited\).*is read back/)]);
});
