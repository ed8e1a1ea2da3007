import { randomBytes } from "node:crypto";
import { onTestFinished, expect, test } from "vitest";
import { ACTIONS, LISTED } from "../../../src/slack/words/blocks.ts";
import { DOORS, type DoorName } from "../../../src/slack/door/doors.ts";
import { NEW_RUN } from "../../../src/slack/buttons/new-run-modal.ts";
import type { Parley } from "../../../src/parley.ts";
import { createWorkspace, type Workspace } from "../../../local-slack/index.ts";
import { allAcked } from "../../support/slack/acked.ts";
import { bridge, SIGNING_SECRET } from "../../support/slack/http-door.ts";
import { fastClock, JONAS, MARIA, openJourney, openParley, PAIR, type ParleyParts } from "../../support/journey.ts";
import { createThread, type Thread } from "../../support/slack/thread.ts";

const SECRET = "the plum plan";
const REPLIES = {
  Ana: [
    { toolCalls: [{ name: "transfer_to_human", args: { question: `${SECRET}: which?`, options: ["this", "that"] } }] },
    "That one, then. DONE",
  ],
};
const FILE = { file: PAIR, replies: REPLIES };

interface World {
  readonly slack: Workspace;
  readonly parley: Parley;
  readonly secret: string;
  /** Of a run that is over, and of one that waits for an answer. */
  readonly over: Thread;
  readonly open: Thread;
  readonly run: string;
  quiet(): Promise<void>;
}

/** Two runs in a private channel, and Maria, who knew of them, in it no more. */
async function afterMariaLeft(wire: "Socket Mode" | "HTTP"): Promise<World> {
  const { slack, parley, quiet } = await (wire === "HTTP" ? overHttp(FILE) : openJourney(FILE));
  const { control } = slack;
  const secret = control.addChannel("secret", { isPrivate: true, members: [MARIA, JONAS] });
  const mention = async (text: string) => {
    const { ts } = await control.post({ user: MARIA, channel: secret, text });
    return createThread({ slack, parley, channel: secret, ts });
  };
  const over = await mention(`@parley ${SECRET}, first`);
  const open = await mention(`@parley ${SECRET}, second`);
  for (const thread of [over, open]) await thread.until(() => thread.ofKind("question").length === 1);
  await over.reply("that", MARIA);
  await over.ended();
  control.leave({ user: MARIA, channel: secret });
  await quiet();
  const [started] = await open.log();
  return { slack, parley, secret, over, open, run: started?.type === "run.started" ? started.run.slice(0, 8) : "", quiet };
}

async function overHttp(file: ParleyParts) {
  const clock = fastClock();
  const slack = await createWorkspace({ port: 0, now: () => clock.now() });
  onTestFinished(() => slack.close());
  const { botToken, apiUrl } = slack;
  const http = { signingSecret: SIGNING_SECRET, host: "127.0.0.1", port: 0 };
  const { parley } = await openParley(file, { clock, slack: { botToken, apiUrl, http } });
  const wire = await bridge(slack, `http://127.0.0.1:${parley.httpPort()}/slack/events`);
  onTestFinished(() => wire.close());
  await slack.control.until(() => slack.control.connected());
  const quiet = async () => {
    await allAcked(slack);
    await expect.poll(() => parley.store.unhandled(1)).toEqual([]);
  };
  return { slack, parley, quiet };
}

/** What the client of somebody sends who still has the thread, a list or a form on the screen, or makes it up. */
const inThread = (world: World, action: string, value: object = {}) => ({
  type: "block_actions",
  channel: { id: world.secret, name: "secret" },
  container: { type: "message", channel_id: world.secret, message_ts: world.open.ts, thread_ts: world.open.ts },
  actions: [pressed(action, { r: world.run, seq: 1, ...value })],
});
const fromList = (world: World, action: string, more: object = {}) => ({
  type: "block_actions",
  channel: { id: "D0MARIA", name: "directmessage" },
  container: { type: "message", channel_id: "D0MARIA", message_ts: "1700000000.000100", is_ephemeral: true },
  actions: [pressed(action, { t: world.open.key, r: world.run, ...more })],
});
const pressed = (action: string, value: object) => ({
  type: "button",
  action_id: action,
  block_id: "b",
  value: JSON.stringify(value),
  action_ts: `1700000000.${randomBytes(3).readUIntBE(0, 3) % 1_000_000}`.padEnd(17, "0"),
});
const form = (callback: string, about: unknown, values: object = {}) => ({
  type: "view_submission",
  view: {
    id: `V0${randomBytes(4).toString("hex").toUpperCase()}`,
    type: "modal",
    callback_id: callback,
    private_metadata: typeof about === "string" ? about : JSON.stringify(about),
    state: { values },
  },
});
const run = (world: World, callback: string, values: object = { words: { value: { value: "say it all" } } }) =>
  form(callback, { thread: world.open.key, run: world.run, seq: 3 }, values);
const message = (world: World, callback: string) => ({
  type: "message_action",
  callback_id: callback,
  channel: { id: world.secret, name: "secret" },
  message_ts: world.open.ts,
  message: { type: "message", user: MARIA, ts: world.open.ts, text: "read me" },
});
const command = (text: string) => (world: World) => ({ command: "/parley", text, channel_id: world.secret, channel_name: "secret" });
const home = (verb: string) => (world: World) => ({
  type: "block_actions",
  container: { type: "view", view_id: "V0HOME" },
  view: { id: "V0HOME", type: "home", callback_id: "", private_metadata: "", state: { values: {} } },
  actions: [pressed(`parley.home.${verb}`, { v: verb, thread: world.open.key, r: world.run, seq: 3 })],
});

type Guarded = { [name in DoorName]: (typeof DOORS)[name]["reaches"] extends string ? never : name }[DoorName];
type Try = (world: World) => { readonly [field: string]: unknown };

/** Every door that reaches a thread or a channel; a new one has no row here, and is told so by the compiler. */
const TRIES: { readonly [name in DoorName]?: readonly Try[] } = {
  sessionStopped: [(world) => ({ event: { type: "agent_session_stopped", channel: world.secret, thread_ts: world.open.ts, user: MARIA } })],
  stopPressed: [
    (world) => fromList(world, ACTIONS.stop),
    (world) => inThread(world, ACTIONS.stop),
    // In the run's controls, which name the thread themselves.
    (world) => ({
      type: "block_actions",
      container: { type: "view", view_id: "V0CONTROLS" },
      view: { id: "V0CONTROLS", type: "modal", callback_id: "parley_controls", private_metadata: world.open.key, state: { values: {} } },
      actions: [pressed(ACTIONS.stop, { r: world.run })],
    }),
  ],
  pausePressed: [(world) => inThread(world, ACTIONS.pause)],
  resumePressed: [(world) => inThread(world, ACTIONS.resume)],
  steerPressed: [(world) => inThread(world, ACTIONS.steer)],
  wordsPressed: [(world) => inThread(world, ACTIONS.words)],
  continuePressed: [(world) => inThread(world, ACTIONS.goOn)],
  otherTeamPressed: [(world) => inThread(world, ACTIONS.otherTeam)],
  transcriptPressed: [(world) => inThread(world, ACTIONS.transcript)],
  sharePressed: [(world) => inThread(world, ACTIONS.share)],
  keepCasePressed: [(world) => inThread(world, ACTIONS.keepCase)],
  feedbackPressed: [(world) => inThread(world, ACTIONS.feedback, { helpful: true })],
  answerPressed: [(world) => inThread(world, `${ACTIONS.answer}.0`, { seq: 3 })],
  approvePressed: [(world) => inThread(world, ACTIONS.approve)],
  allowRunPressed: [(world) => inThread(world, ACTIONS.allowRun)],
  editPressed: [(world) => inThread(world, ACTIONS.editCall)],
  denyPressed: [(world) => inThread(world, ACTIONS.deny)],
  denyWhyPressed: [(world) => inThread(world, ACTIONS.denyWhy)],
  askAgainPressed: [(world) => inThread(world, ACTIONS.askAgain)],
  connectPressed: [(world) => inThread(world, ACTIONS.connect)],
  raisePressed: [(world) => inThread(world, ACTIONS.raise), (world) => fromList(world, ACTIONS.raise)],
  forgetThreadPressed: [
    (world) => ({
      type: "block_actions",
      container: { type: "view", view_id: "V0CONTROLS" },
      view: { id: "V0CONTROLS", type: "modal", callback_id: "parley_controls", private_metadata: world.open.key, state: { values: {} } },
      actions: [pressed(ACTIONS.forgetThread, {})],
    }),
  ],
  finishPressed: [(world) => inThread(world, ACTIONS.finish)],
  turnMenuPressed: [
    (world) => inThread(world, ACTIONS.turn, { d: "why", seq: 3 }),
    (world) => inThread(world, ACTIONS.turn, { d: "team", seq: 3 }),
  ],
  forkSpeakerSubmitted: [(world) => run(world, "parley_fork_speaker", { to: { value: { selected_option: { value: "Ben" } } } })],
  forkTeamSubmitted: [(world) => run(world, "parley_fork_team", { team: { value: { selected_option: { value: "pair" } } } })],
  keepCaseSubmitted: [(world) => run(world, "parley_keep_case")],
  steerSubmitted: [(world) => run(world, "parley_steer")],
  answerSubmitted: [(world) => run(world, "parley_answer")],
  continueSubmitted: [(world) => run(world, "parley_continue")],
  otherTeamSubmitted: [(world) => run(world, "parley_other_team", { team: { value: { selected_option: { value: "pair" } } } })],
  editSubmitted: [(world) => run(world, "parley_edit")],
  denySubmitted: [(world) => run(world, "parley_deny")],
  takeUpPressed: [
    (world) => fromList(world, `${ACTIONS.takeUp}.0`, { m: world.open.ts }),
    (world) => inThread(world, `${ACTIONS.takeUp}.1`, { t: world.over.key, m: world.over.ts, n: "pair" }),
  ],
  leavePressed: [(world) => fromList(world, ACTIONS.leave, { m: world.open.ts })],
  unpausePressed: [(world) => fromList(world, ACTIONS.unpause)],
  forgetPressed: [(world) => inThread(world, ACTIONS.forget, { note: 1 })],
  notesPaged: [(world) => inThread(world, ACTIONS.older, { page: 1 }), (world) => inThread(world, ACTIONS.newer, { page: 0 })],
  keepSchedulePressed: [(world) => inThread(world, ACTIONS.keepSchedule, { s: "abc" })],
  dropSchedulePressed: [(world) => inThread(world, ACTIONS.dropSchedule, { s: "abc" })],
  scheduleOnPressed: [(world) => inThread(world, ACTIONS.scheduleOn, { s: "abc" })],
  scheduleOffPressed: [(world) => inThread(world, ACTIONS.scheduleOff, { s: "abc" })],
  scheduleDeletePressed: [(world) => inThread(world, ACTIONS.scheduleDelete, { s: "abc" })],
  proposalPressed: [ACTIONS.lookProposal, ACTIONS.takeProposal, ACTIONS.declineProposal].map(
    (action) => (world) => inThread(world, action, { t: "pair", n: "2026-01-05T09:00:00.000Z" }),
  ),
  listedPause: [(world) => fromList(world, LISTED.pause)],
  listedResume: [(world) => fromList(world, LISTED.resume)],
  listedStop: [(world) => fromList(world, LISTED.stop)],
  listedTranscript: [(world) => fromList(world, LISTED.transcript)],
  settingsSubmitted: [(world) => form("parley_settings", { channel: world.secret, revision: 0 })],
  homePressed: [home("log"), home("again"), home("answer"), home("stop")],
  command: [
    "status",
    "stop",
    "pause",
    "resume",
    "transcript",
    "memory",
    "memory forget 1",
    "settings",
    "budget",
    "schedule",
    "schedule every weekday 9:00 sum up",
    "new find a name",
    "new hello",
    "new pair",
    "new pair:hello",
    "NEW  hello",
  ].map(command),
  newRunSubmitted: [
    (world) =>
      form("parley_new", "", {
        [NEW_RUN.task]: { [NEW_RUN.element]: { value: "read it to me" } },
        [NEW_RUN.team]: { [NEW_RUN.element]: { selected_option: { value: "pair" } } },
        [NEW_RUN.channel]: { [NEW_RUN.element]: { selected_conversation: world.secret } },
      }),
  ],
  discuss: [(world) => message(world, "parley_discuss")],
  controls: [(world) => message(world, "parley_controls")],
} satisfies { readonly [name in Guarded]: readonly Try[] };

/** Those at which nobody is asked about, and why that is right. */
const EXEMPT: { readonly [name in Exclude<DoorName, Guarded>]: string } = {
  message: "Slack lets nobody write where they are not; what a message links to is asked about link by link",
  homeOpened: "shows the runs of the channels that the person is in",
  contextChanged: "the channel beside is asked about before its team is suggested",
  assistantThread: "the same",
  channelClosed: "no person's deed",
  channelOpened: "no person's deed",
  fileChanged: "what is indexed of it is for those who may see it, which is asked at each search",
  memberJoined: "no person's deed",
  uninstalled: "no person's deed",
  tokensRevoked: "no person's deed",
  reactionAdded: "Slack lets nobody react where they are not; who may not start a run begins none",
  userChanged: "no person's deed",
  stepExecuted: "nobody is said to ask: a workflow may what everybody may, in public channels alone",
  homeSubmitted: "about teams and one's own settings",
  teamChosen: "about teams",
  newRun: "opens an empty form",
};

test("every door is in the table, or says why not", () => {
  const known = [...Object.keys(TRIES), ...Object.keys(EXEMPT)].toSorted();
  expect(known).toEqual(Object.keys(DOORS).toSorted());
  const reaching = Object.entries(DOORS).flatMap(([name, { reaches }]) => (typeof reaches === "string" ? [] : [name]));
  expect(reaching.toSorted()).toEqual(Object.keys(TRIES).toSorted());
});

test.each(["Socket Mode", "HTTP"] as const)(
  "who left a private channel is told nothing of it and can do nothing to it, at no door, and is told so kindly (%s)",
  async (wire) => {
    const world = await afterMariaLeft(wire);
    const { slack, parley, secret, over, open, quiet } = world;
    const { control } = slack;
    const before = { over: await over.log(), open: await open.log(), posts: control.thread(secret, open.ts).length };
    for (const [name, tries] of Object.entries(TRIES)) {
      for (const make of tries) {
        const calls = control.calls().length;
        const payload = make(world);
        if ("event" in payload) await control.event(payload["event"] as { readonly type: string });
        else expect(await control.deliver({ user: MARIA, payload }), `${name}`).toEqual({ acked: true });
        await quiet();
        const own = control.calls().slice(calls);
        expect(JSON.stringify(own.map(({ args }) => args)), `${name}`).not.toContain(SECRET);
        // To the person alone, and in no other place: as a direct message, or as a note where they have pressed in a view.
        const said = own.filter(({ method }) => /^chat\.|^files\.|^views\./.test(method));
        expect(
          said.map(({ method, args }) => [method, method.startsWith("views") ? "" : args["channel"]]),
          `${name}: ${JSON.stringify(said)}`,
        ).toEqual([[expect.stringMatching(/^(chat\.postMessage|views\.(open|push))$/), expect.stringMatching(/^(U0MARIA)?$/)]]);
        expect(JSON.stringify(said), `${name}`).toContain("You are not in");
        const [last] = await parley.settings.decisions(slack.teamId, { limit: 1 });
        expect(last, `${name}`).toMatchObject({ deed: "look in", subject: secret, allowed: false, person: { id: MARIA } });
        expect(last?.detail).toBe(`is not in the channel (${name})`);
      }
    }
    expect(await over.log()).toEqual(before.over);
    expect(await open.log()).toEqual(before.open);
    expect(control.thread(secret, open.ts)).toHaveLength(before.posts);
  },
);

test("the same doors let in who is there, and what is read and taken out is in the audit log as what is decided is", async () => {
  const world = await afterMariaLeft("Socket Mode");
  const { slack, parley, open, secret, quiet } = world;
  const { control } = slack;
  control.join({ user: MARIA, channel: secret });
  for (const make of [TRIES.controls?.[0], TRIES.homePressed?.[0], TRIES.listedTranscript?.[0]]) {
    await control.deliver({ user: MARIA, payload: make?.(world) ?? {} });
    await quiet();
  }
  await control.command({ user: MARIA, channel: secret, command: "/parley", text: "status" });
  await control.command({ user: MARIA, channel: secret, command: "/parley", text: "memory" });
  await control.openApp({ user: MARIA, tab: "home" });
  await quiet();
  const kept = await parley.settings.decisions(slack.teamId, { limit: 20 });
  expect(kept.map(({ deed, subject, allowed, person }) => [deed, subject, allowed, person.id])).toEqual([
    ["open App Home", "person/U0MARIA", true, MARIA],
    ["read notes", secret, true, MARIA],
    ["list runs", secret, true, MARIA],
    ["read transcript", open.key, true, MARIA],
    ["read choices", open.key, true, MARIA],
    ["read controls", open.key, true, MARIA],
  ]);
});

test("lists of one's own runs, and App Home, leave out the channels that one has left", async () => {
  const { slack, quiet, secret, open } = await afterMariaLeft("Socket Mode");
  const { control } = slack;
  const dm = () => JSON.stringify(control.channel("D0MARIA"));
  for (const text of ["status", "status mine", "transcript", "stop"]) {
    await control.command({ user: MARIA, channel: "D0MARIA", command: "/parley", text });
    await quiet();
  }
  await control.openApp({ user: MARIA, tab: "home" });
  await control.until(() => control.home(MARIA) !== undefined);
  expect(dm()).toContain("None of your runs is going on.");
  expect(dm()).not.toContain(SECRET);
  expect(JSON.stringify(control.home(MARIA))).not.toContain(SECRET);
  expect((await open.log()).some(({ type }) => type === "run.stopped")).toBe(false);
  control.join({ user: MARIA, channel: secret });
  await control.command({ user: MARIA, channel: "D0MARIA", command: "/parley", text: "status" });
  await control.until(() => dm().includes(SECRET));
});

test("nobody is reminded of, or told the end of, a run in a channel that they have left", async () => {
  const [pair] = Object.values(PAIR.teams);
  const journey = await openJourney({ ...FILE, file: { ...PAIR, teams: { pair: { ...pair, answerWithinMinutes: 0.5 } } } });
  const { control } = journey.slack;
  const secret = control.addChannel("secret", { isPrivate: true, members: [MARIA, JONAS] });
  await journey.parley.settings.put({
    name: `person/${MARIA}`,
    value: { tellWhenDone: true },
    revision: 0,
    decision: { workspace: journey.slack.teamId, person: { id: MARIA, name: "Maria" }, deed: "set person", subject: MARIA, allowed: true },
  });
  const thread = await journey.mention(`@parley ${SECRET}`, { channel: secret });
  control.leave({ user: MARIA, channel: secret });
  await thread.until(() => thread.ofKind("question").length === 1);
  const asked = () => control.calls("conversations.members").filter(({ args }) => args["channel"] === secret).length;
  await control.until(() => asked() === 1);
  await thread.ended();
  await control.until(() => asked() === 2);
  expect(control.channel("D0MARIA")).toEqual([]);
});

test("while Slack cannot be asked nobody is let in, and everybody is told why", async () => {
  const world = await afterMariaLeft("Socket Mode");
  const { slack, open, quiet } = world;
  const { control } = slack;
  control.join({ user: MARIA, channel: world.secret });
  control.fault({ method: "conversations.members", kind: "error", code: "fatal_error", times: 100 });
  control.fault({ method: "users.conversations", kind: "error", code: "fatal_error", times: 100 });
  const told = () => control.channel("D0MARIA").map(({ text }) => text);
  await control.deliver({ user: MARIA, payload: TRIES.stopPressed?.[0]?.(world) ?? {} });
  await control.until(() => told().length === 1);
  expect(told()).toEqual([expect.stringMatching(/^Slack does not say just now whether you are in .*fatal_error.*nothing was done/)]);
  expect((await open.log()).some(({ type }) => type === "run.stopped")).toBe(false);
  await control.openApp({ user: MARIA, tab: "home" });
  await control.until(() => JSON.stringify(control.home(MARIA) ?? "").includes("does not say just now which channels"));
  expect(JSON.stringify(control.home(MARIA))).not.toContain(SECRET);
  await quiet();
});

test("a public channel is open to who works here, and to guests who are in it; turned private, to who is in it alone", async () => {
  const journey = await openJourney(FILE);
  const { control } = journey.slack;
  const open = control.addChannel("open", { members: [JONAS] });
  const guest = control.addUser("Gast", { isRestricted: true, channels: [] });
  const thread = await journey.mention(`@parley ${SECRET}`, { user: JONAS, channel: open });
  await thread.until(() => thread.ofKind("question").length === 1);
  const look = async (user: string) => {
    const payload = message({ secret: open, open: thread } as World, "parley_controls");
    const opened = () => control.calls("views.open").length;
    const told = () => control.channel(user.replace("U", "D")).length;
    const [before, dm] = [opened(), told()];
    await control.deliver({ user, payload });
    await control.until(() => opened() > before || told() > dm);
    return opened() > before;
  };
  expect(await look(MARIA)).toBe(true);
  expect(await look(guest)).toBe(false);
  control.join({ user: guest, channel: open });
  expect(await look(guest)).toBe(true);
  control.makePrivate(open);
  expect(await look(MARIA)).toBe(false);
  expect(await look(guest)).toBe(true);
  expect(await look(JONAS)).toBe(true);
});
