import { expect, onTestFinished, test } from "vitest";
import { createWorkspace } from "../../../local-slack/index.ts";
import { allAcked } from "../../support/slack/acked.ts";
import { bridge, SIGNING_SECRET } from "../../support/slack/http-door.ts";
import { CODING, fastClock, JONAS, MARIA, openJourney, openParley, PAIR, type ParleyParts } from "../../support/journey.ts";
import { createThread } from "../../support/slack/thread.ts";

const ASKING = {
  Ana: [{ toolCalls: [{ name: "transfer_to_human", args: { question: "Which?", options: ["this", "that"] } }] }, "You said {{last}}. DONE"],
};

async function atTheDoor(wire: "Socket Mode" | "HTTP", file: ParleyParts) {
  const { slack, parley } = await (wire === "HTTP" ? overHttp(file) : openJourney(file));
  const { control } = slack;
  const quiet = async () => {
    await allAcked(slack);
    await expect.poll(() => parley.store.unhandled(1)).toEqual([]);
  };
  return {
    slack,
    parley,
    control,
    quiet,
    async mention(text: string, user: string, channel = "C0GENERAL") {
      const { ts } = await control.post({ user, channel, text });
      return createThread({ slack, parley, channel, ts });
    },
    whispers: (user: string, channel = "C0GENERAL") =>
      control
        .channel(channel)
        .flatMap(({ ts }) => control.thread(channel, ts))
        .flatMap((message) => (message.ephemeralTo === user ? [message.text] : [])),
  };
}

async function overHttp(file: ParleyParts) {
  const clock = fastClock();
  const slack = await createWorkspace({ port: 0, now: () => clock.now() });
  onTestFinished(() => slack.close());
  const http = { signingSecret: SIGNING_SECRET, host: "127.0.0.1", port: 0 };
  const { parley } = await openParley(file, { clock, slack: { botToken: slack.botToken, apiUrl: slack.apiUrl, http } });
  const wire = await bridge(slack, `http://127.0.0.1:${parley.httpPort()}/slack/events`);
  onTestFinished(() => wire.close());
  await slack.control.until(() => slack.control.connected());
  return { slack, parley };
}

const wires = ["Socket Mode", "HTTP"] as const;

test.each(wires.flatMap((wire) => [["isRestricted", wire] as const, ["isUltraRestricted", wire] as const]))(
  "a guest of the workspace (%s) answers, and neither starts nor steers nor stops nor exports (%s)",
  async (kind, wire) => {
    const { control, parley, quiet, mention, whispers } = await atTheDoor(wire, { file: PAIR, replies: ASKING });
    const guest = control.addUser("Gast", { [kind]: true });
    const say = (words: string) => control.command({ user: guest, channel: "C0GENERAL", command: "/parley", text: words });
    await say("new find a name");
    await quiet();
    await mention("@parley find a name", guest);
    await quiet();
    expect(await parley.store.recent(5)).toEqual([]);
    const thread = await mention("@parley choose", MARIA);
    await thread.until(() => thread.ofKind("question").length === 1);
    for (const words of ["stop", "pause", "transcript"]) {
      await say(words);
      await quiet();
    }
    await control.until(() => whispers(guest).length === 5);
    expect(whispers(guest).every((line) => line.startsWith("You are a guest of this workspace, and only its full members can"))).toBe(true);
    expect((await thread.log()).some(({ type }) => type === "run.stopped" || type === "run.paused")).toBe(false);
    await thread.click("that", guest);
    await thread.ended();
    expect(thread.turns()).toEqual(["Ana: You said that."]);
    expect(control.calls("files.getUploadURLExternal")).toEqual([]);
    // Refusals of one kind are one entry.
    const refused = (await parley.settings.decisions("T0LOCAL", { limit: 20 })).filter(({ allowed }) => !allowed);
    expect(refused.map(({ deed }) => deed)).toEqual(["export", "steer", "stop", "start"]);
  },
);

test("the team file's line lets guests do more, as far as the deed's own line does; code they do not approve by default", async () => {
  const code = {
    selector: [
      { next: "Coder", reason: "code" },
      { next: "Runner", reason: "run it" },
    ],
    Coder: ["```python\nprint(1)\n```"],
  };
  const { teams } = CODING;
  const file = {
    ...CODING,
    teams: { coding: { ...teams.coding, approvals: { code: "ask" } } },
    slack: { allow: { approve: "anyone", restricted: ["start", "answer"] } },
    sandbox: { executor: "wasm" },
  };
  const { control, quiet, mention, whispers } = await atTheDoor("Socket Mode", { file, replies: code });
  const guest = control.addUser("Gast", { isRestricted: true });
  const thread = await mention("@parley compute", guest);
  await thread.until(() => thread.text().includes("[Run once]"));
  await thread.click("Run once", guest);
  await quiet();
  await control.until(() => whispers(guest).length === 1);
  expect(whispers(guest)).toEqual([expect.stringContaining("only its full members can allow code to run")]);
  expect((await thread.log()).some(({ type }) => type === "approval.given")).toBe(false);
});

test.each(wires)("a person whose home nobody knows is external: words, presses, commands, forms and App Home (%s)", async (wire) => {
  const { control, parley, quiet, mention, whispers } = await atTheDoor(wire, { file: PAIR, replies: ASKING });
  const shared = control.addChannel("shared", { external: true });
  const nobody = control.addUser("Nobody", { isHidden: true, isAdmin: true });
  const thread = await mention("@parley choose", MARIA, shared);
  await thread.until(() => thread.ofKind("question").length === 1);
  await mention("@parley find a name", nobody, shared);
  await quiet();
  await thread.click("that", nobody);
  await quiet();
  await control.command({ user: nobody, channel: shared, command: "/parley", text: "stop" });
  await quiet();
  await control.until(() => whispers(nobody, shared).length === 3);
  expect(whispers(nobody, shared).every((line) => line.includes("Slack does not say from where"))).toBe(true);
  await control.openApp({ user: nobody, tab: "home" });
  await control.until(() => control.home(nobody) !== undefined);
  expect(JSON.stringify(control.home(nobody))).not.toMatch(/New team|Admin|Decisions/);
  const form = (callback: string, about: object) => ({
    type: "view_submission",
    view: {
      id: "V0FORGED",
      type: "modal",
      callback_id: callback,
      private_metadata: JSON.stringify(about),
      state: {
        values: {
          words: { value: { value: "that" } },
          to: { value: { selected_option: { value: "Other" } } },
          name: { value: { value: "evil" } },
        },
      },
    },
  });
  await control.deliver({ user: nobody, payload: form("parley_steer", { thread: thread.key }) });
  await control.deliver({ user: nobody, payload: form("parley_home_remove", { t: "pair" }) });
  await control.deliver({
    user: nobody,
    payload: {
      type: "block_actions",
      view: { id: "V0HOME", type: "home", callback_id: "", private_metadata: "", state: { values: {} } },
      actions: [
        { type: "button", action_id: "parley.home.decisions", block_id: "b", value: JSON.stringify({ v: "decisions" }), action_ts: "1.1" },
      ],
    },
  });
  await quiet();
  const kept = await parley.settings.decisions("T0LOCAL", { limit: 20 });
  expect(kept.filter(({ person, allowed }) => person.id === nobody && !allowed).map(({ deed }) => deed)).toEqual(
    expect.arrayContaining(["audit", "editTeams", "steer", "stop", "answer", "start"]),
  );
  expect(JSON.stringify(control.modals(nobody))).not.toContain("Who did, or was not let do");
  expect((await thread.log()).every(({ type }) => type !== "run.stopped")).toBe(true);
  await thread.click("this", JONAS);
  await thread.ended();
});

test("App Home's admin part and exports ask the table: who is listed sees them, and an admin who is not does not", async () => {
  const file = { ...PAIR, slack: { allow: { audit: [JONAS], export: [JONAS] } } };
  const { control, parley, quiet } = await atTheDoor("Socket Mode", { file, replies: ASKING });
  const home = async (user: string) => {
    await control.openApp({ user, tab: "home" });
    await control.until(() => control.home(user) !== undefined);
    return JSON.stringify(control.home(user));
  };
  const press = (user: string, verb: string) =>
    control.deliver({
      user,
      payload: {
        type: "block_actions",
        view: { id: "V0HOME", type: "home", callback_id: "", private_metadata: "", state: { values: {} } },
        actions: [
          {
            type: "button",
            action_id: `parley.home.${verb}`,
            block_id: "b",
            value: JSON.stringify({ v: verb, t: "pair" }),
            action_ts: "1.1",
          },
        ],
      },
    });
  expect(await home(JONAS)).toContain("guests of the workspace may answer questions");
  expect(await home("U0ADA")).not.toContain("Who may do what");
  for (const user of [JONAS, "U0ADA"]) {
    await press(user, "decisions");
    await quiet();
    await press(user, "export");
    await quiet();
  }
  expect(JSON.stringify(control.modals(JONAS))).toContain("Put this into a team file");
  expect(JSON.stringify(control.modals("U0ADA"))).not.toMatch(/Put this into a team file|Nobody has decided/);
  const kept = await parley.settings.decisions("T0LOCAL", { limit: 20 });
  expect(kept.filter(({ deed }) => deed !== "open App Home").map(({ deed, allowed, person }) => [person.id, deed, allowed])).toEqual([
    ["U0ADA", "export", false],
    ["U0ADA", "audit", false],
    [JONAS, "export team", true],
    [JONAS, "read decisions", true],
  ]);
});
