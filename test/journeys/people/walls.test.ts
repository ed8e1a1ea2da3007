import { beforeEach, expect, test } from "vitest";
import { ACTIONS } from "../../../src/slack/words/blocks.ts";
import { FIELDS } from "../../../src/slack/buttons/run-modals.ts";
import { signed } from "../../support/slack/http-door.ts";
import { NORTH, openMany, SOUTH, type Many } from "../../support/slack/installing.ts";
import { PAIR } from "../../support/journey.ts";
import type { Thread } from "../../support/slack/thread.ts";

/** Said in the one workspace; not to be found in anything that the other one is told. */
const SECRET = "the-merger-is-called-BLUEBIRD";
const CHANNEL = "C0GENERAL";
const MARIA = "U0MARIA";

/** One team that has a secret, and one that looks for it. */
const { agents: _, ...pair } = PAIR.teams.pair;
const FILE = {
  ...PAIR,
  teams: {
    curious: { ...pair, agents: [{ name: "Cleo", description: "Looks.", model: "scripted", memory: true }] },
    vault: { ...pair, agents: [{ name: "Ana", description: "Keeps.", model: "scripted", memory: true, handoffs: ["human"] }] },
  },
  defaultTeam: "curious",
};
const REPLIES = {
  Ana: [
    { toolCalls: [{ name: "remember", args: { text: `${SECRET} and nobody may know` } }] },
    { toolCalls: [{ name: "transfer_to_human", args: { question: `Shall ${SECRET} go on?`, options: ["Go on", "Give up"] } }] },
  ],
  Cleo: [{ toolCalls: [{ name: "recall", args: { query: "merger called nobody know" } }] }, "I know nothing. DONE"],
};

let many: Many;
/** Waits for an answer in the north, and has a note in its channel. */
let north: Thread;

beforeEach(async () => {
  many = await openMany({ file: FILE, replies: REPLIES });
  await many.install(NORTH);
  await many.install(SOUTH);
  north = await many.mention(NORTH, `@parley vault: prepare ${SECRET}`);
  await north.until(() => north.ofKind("question").length === 1);
  await many.quiet();
});

/** Everything that anybody in the south was shown: messages, whispers, modals, homes. */
function seenInTheSouth(): string {
  const { control } = many.workspace(SOUTH);
  const messages = control.channel(CHANNEL).flatMap(({ ts }) => control.thread(CHANNEL, ts));
  return JSON.stringify([messages, control.modals(MARIA), control.home(MARIA), control.calls()]);
}

/** A request with Slack's signature, as only Slack can make it; what is in it may still be wrong. */
async function send(body: object): Promise<void> {
  const form =
    "command" in body
      ? new URLSearchParams(body as Record<string, string>)
      : "event" in body
        ? undefined
        : new URLSearchParams({ payload: JSON.stringify(body) });
  const request = form ? signed(form.toString(), { type: "application/x-www-form-urlencoded" }) : signed(JSON.stringify(body));
  const answer = await fetch(`http://127.0.0.1:${many.parley.httpPort()}/slack/events`, request);
  expect(answer.status).toBe(200);
  await many.quiet();
}

const through = (team: string) => [{ enterprise_id: null, team_id: team, user_id: "U0PARLEY", is_bot: true, is_enterprise_install: false }];
let count = 0;
const event = (team: string, fields: object, authorized = team) => ({
  type: "event_callback",
  team_id: team,
  event_id: `EvForged${count++}`,
  authorizations: through(authorized),
  event: { channel: CHANNEL, ...fields },
});
const press = (team: string, action: { readonly action_id: string; readonly value: string }, more: object = {}) => ({
  type: "block_actions",
  team: { id: team },
  user: { id: MARIA, team_id: team },
  trigger_id: `${count++}.1`,
  container: { channel_id: CHANNEL, message_ts: north.messages().at(-1)?.ts, thread_ts: north.ts },
  channel: { id: CHANNEL },
  actions: [action],
  ...more,
});

const logOfNorth = async () => JSON.stringify(await north.log());

test("words under the same thread of the other workspace, or with its name in the event, are not heard in it", async () => {
  const before = await logOfNorth();
  const reply = { type: "message", user: "U0EVE", text: "Give up", ts: "1900000000.000100", thread_ts: north.ts };
  await send(event(SOUTH, reply));
  // The workspace that Slack authorized counts, not what stands beside it.
  await send(event(NORTH, { ...reply, ts: "1900000000.000200" }, SOUTH));
  await send({ ...event(SOUTH, { ...reply, ts: "1900000000.000300" }), context_team_id: NORTH, enterprise_id: NORTH });
  await send(event(SOUTH, { ...reply, ts: "1900000000.000400", team: NORTH, user_team: NORTH, source_team: NORTH }));
  await send(event(SOUTH, { type: "agent_session_stopped", user: "U0EVE", thread_ts: north.ts }));
  await send(event(SOUTH, { type: "channel_archive" }));
  expect(await logOfNorth()).toBe(before);
  expect(seenInTheSouth()).not.toContain("BLUEBIRD");
});

test("the same message in both workspaces is two messages", async () => {
  const same = { type: "app_mention", user: MARIA, text: "<@U0PARLEY> team:nobody hello", ts: "1900000001.000100" };
  await send(event(NORTH, same));
  await send(event(SOUTH, same));
  await expect.poll(() => many.whispers(SOUTH, MARIA).filter((line) => line.includes("no team")).length).toBeLessThanOrEqual(1);
  const told = (team: string) => many.workspace(team).control.calls("chat.postEphemeral").length;
  expect([told(NORTH), told(SOUTH)]).toEqual([1, 1]);
});

test("buttons that name the other workspace's run, question, call or note do nothing there and show nothing here", async () => {
  const before = await logOfNorth();
  const question = (await north.log()).find((one) => one.type === "handoff.made");
  const run = `${north.key}#1`;
  const values = Object.values(ACTIONS).map((name) => ({
    action_id: name === ACTIONS.answer ? `${name}.0` : name,
    value: JSON.stringify({ r: run, seq: question?.seq, call: "call_Ana_1_1", helpful: true, note: 1, page: 0 }),
  }));
  for (const action of values) {
    await send(press(SOUTH, action));
    // In a modal the thread is named by what the modal carries.
    for (const about of [north.key, JSON.stringify({ thread: north.key, run, seq: question?.seq })])
      await send(press(SOUTH, action, { view: { id: "V1", private_metadata: about } }));
  }
  expect(await logOfNorth()).toBe(before);
  expect(seenInTheSouth()).not.toContain("BLUEBIRD");
  expect((await many.parley.memory.list(`${NORTH}/${CHANNEL}`, { limit: 10, offset: 0 })).total).toBe(1);
});

test("modals that are sent off with the other workspace's thread in them begin, steer and answer nothing", async () => {
  const before = await logOfNorth();
  const run = `${north.key}#1`;
  for (const callback of ["parley_new", "parley_steer", "parley_answer", "parley_continue", "parley_other_team"]) {
    await send({
      type: "view_submission",
      team: { id: SOUTH },
      user: { id: MARIA, team_id: SOUTH },
      view: {
        id: `V${count++}`,
        callback_id: callback,
        app_installed_team_id: SOUTH,
        private_metadata: JSON.stringify({ thread: north.key, run, seq: 6 }),
        state: {
          values: {
            [FIELDS.words]: { [FIELDS.element]: { value: "Give up" } },
            [FIELDS.team]: { [FIELDS.element]: { selected_option: { value: "curious" } } },
          },
        },
      },
    });
  }
  for (const callback of ["parley_discuss", "parley_controls"])
    await send({
      type: "message_action",
      callback_id: callback,
      team: { id: SOUTH },
      user: { id: MARIA, team_id: SOUTH },
      channel: { id: CHANNEL },
      trigger_id: `${count++}.2`,
      message: { ts: north.ts, text: "", user: MARIA },
    });
  expect(await logOfNorth()).toBe(before);
  expect(seenInTheSouth()).not.toContain("BLUEBIRD");
});

test("/parley tells of the runs, the notes and the costs of one's own workspace", async () => {
  const { control } = many.workspace(SOUTH);
  for (const text of [
    "status",
    "stop",
    "memory",
    `memory ${SECRET}`,
    "memory forget 1",
    "costs",
    "help",
    `status ${north.key}`,
    `memory ${NORTH}/${CHANNEL}`,
  ])
    await control.command({ user: MARIA, channel: CHANNEL, command: "/parley", text });
  await many.quiet();
  expect(seenInTheSouth().replaceAll(`memory ${SECRET}`, "")).not.toContain("BLUEBIRD");
  expect((await north.log()).at(-1)?.type).not.toBe("run.stopped");
  expect((await many.parley.memory.list(`${NORTH}/${CHANNEL}`, { limit: 10, offset: 0 })).total).toBe(1);
  // And in the north it is all there.
  await many.workspace(NORTH).control.command({ user: MARIA, channel: CHANNEL, command: "/parley", text: "memory" });
  await many.quiet();
  expect(JSON.stringify(many.whispers(NORTH, MARIA))).toContain("BLUEBIRD");
});

test("an agent that searches its memory in the other workspace finds nothing", async () => {
  const south = await many.mention(SOUTH, "@parley what do we know?");
  await south.ended();
  const recalled = (await south.log()).flatMap((one) => (one.type === "tool.returned" ? [one.output] : []));
  expect(recalled.length).toBeGreaterThan(0);
  expect(JSON.stringify(recalled)).not.toContain("BLUEBIRD");
  expect(seenInTheSouth()).not.toContain("BLUEBIRD");
});

test("a file of the other workspace is fetched with one's own token, and so not at all", async () => {
  const { control } = many.workspace(NORTH);
  const { ts } = await control.post({
    user: MARIA,
    channel: CHANNEL,
    text: "the plan",
    files: [{ name: "plan.txt", content: Buffer.from(SECRET) }],
  });
  const [file] = control.thread(CHANNEL, ts).flatMap((message) => message.files);
  const base = new URL(many.slack.apiUrl).origin;
  const address = `${base}/files-pri/${NORTH}-${file?.id}/download/plan.txt`;
  await send(
    event(SOUTH, {
      type: "app_mention",
      user: MARIA,
      text: "<@U0PARLEY> read this",
      ts: "1900000002.000100",
      files: [{ id: file?.id, name: "plan.txt", mimetype: "text/plain", size: SECRET.length, url_private_download: address }],
    }),
  );
  await expect.poll(async () => (await many.parley.runner.read(`${SOUTH}/${CHANNEL}/1900000002.000100`)).events.length).toBeGreaterThan(1);
  const log = JSON.stringify((await many.parley.runner.read(`${SOUTH}/${CHANNEL}/1900000002.000100`)).events);
  expect(log).toContain("not readable");
  expect(log).not.toContain("BLUEBIRD");
});

test("every post, edit and reaction of a workspace was made with its own token, and nothing in the database is under two", async () => {
  const south = await many.mention(SOUTH, "@parley hello");
  await south.until(() => south.messages().length > 1);
  await many.quiet();
  for (const [own, other] of [
    [NORTH, SOUTH],
    [SOUTH, NORTH],
  ] as const) {
    expect(JSON.stringify(many.workspace(own).control.calls())).not.toContain(`${other}/`);
  }
  for (const { thread, workspace } of await many.parley.store.recent(100)) expect(thread.startsWith(`${workspace}/`)).toBe(true);
});

test("what is not signed, and what comes from a workspace that has not installed the app, is not answered", async () => {
  const before = (await many.parley.store.recent(100)).length;
  await send(event("T0EAST", { type: "app_mention", user: MARIA, text: "<@U0PARLEY> hello", ts: "1900000003.000100" }));
  await send({ command: "/parley", text: "status", team_id: "T0EAST", user_id: MARIA, channel_id: CHANNEL });
  await send({
    type: "event_callback",
    event_id: "EvNobody",
    event: { type: "app_mention", channel: CHANNEL, user: MARIA, text: "<@U0PARLEY> hi", ts: "1900000004.000100" },
  });
  const unsigned = await fetch(`http://127.0.0.1:${many.parley.httpPort()}/slack/events`, {
    method: "POST",
    body: JSON.stringify(event(NORTH, { type: "app_mention", user: MARIA, text: "<@U0PARLEY> hi", ts: "1900000005.000100" })),
    headers: { "content-type": "application/json" },
  });
  expect(unsigned.status).toBe(401);
  await many.quiet();
  expect((await many.parley.store.recent(100)).length).toBe(before);
  expect(many.problems.filter((line) => line.includes("T0EAST"))).toHaveLength(1);
});
