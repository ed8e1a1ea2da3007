import { expect, test } from "vitest";
import { codingTeam as coding, fence, recorder } from "../../support/coding-team.ts";
import { GENERAL, JONAS, MARIA, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { buttonsOf, wordsOf, type Thread } from "../../support/slack/thread.ts";

const ADA = "U0ADA";
const TWICE = { Coder: [fence("print(1)"), fence("print(2)"), "That is all. DONE"] };

async function open(file: object, replies: object = TWICE) {
  const ran: string[] = [];
  const journey = await openJourney({ file, replies, executor: recorder(ran) });
  return { journey, ran };
}

const asks = (thread: Thread, count = 1) => thread.until(() => thread.ofKind("approval").length === count);
const decisions = async (journey: Journey) =>
  (await journey.parley.settings.decisions(journey.slack.teamId, { limit: 50 }))
    .toReversed()
    .map(({ person, deed, allowed }) => `${person.name}: ${allowed ? "" : "refused "}${deed}`);

async function fill(journey: Journey, user: string, text: string): Promise<unknown> {
  const { control } = journey.slack;
  await control.until(() => control.modals(user).length === 1);
  const [view] = control.modals(user) as [{ readonly id: string }];
  const values = { text: { value: { type: "plain_text_input", value: text } } };
  expect(await control.submit({ user, viewId: view.id, values })).toMatchObject({ acked: true });
  return view;
}

test("code waits under its card for one of five answers; run once holds for once", async () => {
  const { journey, ran } = await open(coding());
  const thread = await journey.mention("@parley count");
  await asks(thread);
  const [card] = thread.ofKind("approval");
  expect(card && wordsOf(card)).toMatch(/^<@U0MARIA> \*Runner wants to run 1 line of python:\*/);
  expect(card && buttonsOf(card).map(({ label }) => label)).toEqual([
    "Run once",
    "Allow for this run",
    "Edit…",
    "Deny",
    "Deny and say why…",
  ]);
  expect(ran).toEqual([]);
  await thread.click("Run once", MARIA);
  await asks(thread, 2);
  expect(ran).toEqual(["print(1)"]);
  await thread.click("Deny", MARIA);
  await thread.ended();
  expect(ran).toEqual(["print(1)"]);
  await thread.until(() => thread.ofKind("approval").every((one) => buttonsOf(one).length === 0));
  expect(thread.ofKind("approval").map((one) => wordsOf(one).split("\n").at(-1))).toEqual([
    "(allowed by <@U0MARIA>)",
    "(denied by <@U0MARIA>)",
  ]);
  await expect.poll(() => decisions(journey)).toEqual(["Maria: approve once", "Maria: deny"]);
});

test("allow for this run asks no more in this run, until somebody takes it back; the next run asks anew", async () => {
  const { journey, ran } = await open(coding(), {
    Coder: [fence("print(1)"), fence("print(2)"), "That is all. DONE", fence("print(3)"), "That is all. DONE"],
  });
  const thread = await journey.mention("@parley count");
  await asks(thread);
  await thread.click("Allow for this run", MARIA);
  await thread.ended();
  expect(ran).toEqual(["print(1)", "print(2)"]);
  expect(thread.ofKind("approval")).toHaveLength(1);
  await journey.mention("@parley again", { threadTs: thread.ts });
  await asks(thread, 2);
  expect(ran).toHaveLength(2);
  await thread.click("Run once", MARIA);
  await thread.ended(2);
  await expect.poll(() => decisions(journey)).toEqual(["Maria: approve for the run", "Maria: approve once"]);
});

test("what was allowed for the run is asked for again once somebody has said so on its card", async () => {
  const { journey, ran } = await open(coding({ team: { agents: [...coding().teams.coding.agents, ASKER] } }), {
    Coder: TWICE.Coder,
    Ana: [{ toolCalls: [{ name: "transfer_to_human", args: { question: "Go on?", options: ["Yes"] } }] }, "We go on.", "Fine."],
  });
  const thread = await journey.mention("@parley count");
  await asks(thread);
  await thread.click("Allow for this run", MARIA);
  await thread.until(() => thread.ofKind("question").length === 1);
  await thread.until(() => thread.ofKind("approval").some((one) => wordsOf(one).includes("runs without a question from here on")));
  await thread.click("Ask me again", JONAS);
  await journey.quiet();
  expect(journey.whispers(JONAS).join("\n")).toContain("Only Maria, who started this run");
  await thread.click("Ask me again", MARIA);
  await thread.until(() => thread.ofKind("approval").some((one) => wordsOf(one).includes("for this run; <@U0MARIA> took that back")));
  await thread.click("Yes", MARIA);
  await asks(thread, 2);
  expect(ran).toEqual(["print(1)"]);
  await thread.click("Deny", MARIA);
  await thread.ended();
  await expect
    .poll(() => decisions(journey))
    .toEqual(["Maria: approve for the run", "Jonas: refused approve", "Maria: ask again", "Maria: deny"]);
});
const ASKER = { name: "Ana", description: "Asks.", model: "scripted", handoffs: ["human"] };

test("what a person changed is what runs, and the agents read who changed it and to what", async () => {
  const { journey, ran } = await open(coding(), { Coder: [fence("print(1)"), "I read: {{last:/Maria changed.*/}} DONE"] });
  const thread = await journey.mention("@parley count");
  await asks(thread);
  await thread.click("Edit…", MARIA);
  const view = await fill(journey, MARIA, "print(100)");
  expect(JSON.stringify(view)).toContain("print(1)");
  await thread.ended();
  expect(ran).toEqual(["print(100)"]);
  expect(thread.turns().at(-1)).toContain("Coder: I read: Maria changed the code before it ran.");
  expect((await thread.log()).find(({ type }) => type === "code.ran")).toMatchObject({
    changed: { person: { id: MARIA }, code: "print(100)" },
  });
  await thread.until(() => thread.ofKind("approval").some((one) => wordsOf(one).includes("changed and allowed by <@U0MARIA>")));
  expect(wordsOf(thread.ofKind("approval")[0])).toContain("print(100)");
  await expect.poll(() => decisions(journey)).toEqual(["Maria: approve changed"]);
});

test("a no may come with a reason, which the agents read", async () => {
  const { journey, ran } = await open(coding(), { Coder: [fence("print(1)"), "I read: {{last}}\nDONE"] });
  const thread = await journey.mention("@parley count");
  await asks(thread);
  await thread.click("Deny and say why…", MARIA);
  await fill(journey, MARIA, "not on a Friday");
  await thread.ended();
  expect(ran).toEqual([]);
  expect(thread.text()).toContain("Maria said no: not on a Friday");
  await thread.until(() => thread.ofKind("approval").some((one) => wordsOf(one).includes("denied by <@U0MARIA>: not on a Friday")));
});

test("code that is too long for a form says what to do instead", async () => {
  const { journey } = await open(coding(), { Coder: [fence(`print("${"x".repeat(3_100)}")`), "That is all. DONE"] });
  const thread = await journey.mention("@parley count");
  await asks(thread);
  await thread.click("Edit…", MARIA);
  await journey.slack.control.until(() => journey.whispers(MARIA).length === 1);
  expect(journey.whispers(MARIA)[0]).toContain("too long for one of Slack's forms");
  await thread.click("Deny", MARIA);
  await thread.ended();
});

test("what nobody allows in time is not run; the card and the agents say so", async () => {
  const { journey, ran } = await open(coding({ team: { approveWithinMinutes: 0.1 } }), {
    Coder: [fence("print(1)"), "I read: {{last}}\nDONE"],
  });
  const thread = await journey.mention("@parley count");
  await thread.ended();
  expect(ran).toEqual([]);
  expect(thread.text()).toContain("Nobody allowed it in time.");
  await thread.until(() => thread.ofKind("approval").some((one) => wordsOf(one).includes("nobody allowed it in time; it was not run")));
  expect(thread.ofKind("approval").flatMap(buttonsOf)).toEqual([]);
  await expect.poll(() => decisions(journey)).toEqual(["Parley: deny by time"]);
});

test("of the team's rule and the channel's, the stricter holds for a run, to its end", async () => {
  const { journey, ran } = await open(coding({ runner: { approval: "auto" } }));
  const set = (value: object, revision: number) =>
    journey.parley.settings.put({
      name: `channel/${GENERAL}`,
      value,
      revision,
      decision: { workspace: journey.slack.teamId, person: { id: ADA, name: "Ada" }, deed: "set", subject: GENERAL, allowed: true },
    });
  await set({ code: "ask" }, 0);
  const thread = await journey.mention("@parley count");
  await asks(thread);
  // The run began with the rule to ask.
  await set({ code: "auto" }, 1);
  await thread.click("Run once", MARIA);
  await asks(thread, 2);
  await thread.click("Run once", MARIA);
  await thread.ended();
  expect(ran).toEqual(["print(1)", "print(2)"]);
  expect((await thread.log())[0]).toMatchObject({ type: "run.started", code: "ask" });

  await set({ code: "off" }, 2);
  const other = await journey.mention("@parley count again");
  await other.ended();
  expect(ran).toHaveLength(2);
  expect(other.ofKind("approval")).toEqual([]);
  expect(other.ofKind("notice").map(wordsOf)).toEqual([
    "(Code is off here, by the rule of this channel or of the team, so agents only reason about it.)",
  ]);
});

test("tools go by a rule of their own: each call is asked for, its arguments can be changed, and what was made of them is told", async () => {
  const fetch = (url: string) => ({ toolCalls: [{ name: "web_fetch", args: { url } }] });
  const { journey } = await open(
    {
      ...PAIR,
      tools: { web: { kind: "web-fetch" } },
      teams: {
        pair: {
          ...PAIR.teams.pair,
          approvals: { tools: "ask" },
          agents: PAIR.teams.pair.agents.map((agent) => ({ ...agent, tools: ["web"] })),
        },
      },
    },
    { Ana: [fetch("http://127.0.0.1:1/a"), "I read: {{last}}\nDONE"], Ben: ["Hm."] },
  );
  const thread = await journey.mention("@parley read the page");
  await asks(thread);
  expect(wordsOf(thread.ofKind("approval")[0])).toContain("Ana wants to call `web_fetch`:");
  await thread.click("Edit…", MARIA);
  await fill(journey, MARIA, "{not json");
  await journey.slack.control.until(() => journey.whispers(MARIA).length === 1);
  expect(journey.whispers(MARIA)[0]).toContain("is not valid JSON, so nothing was run");
  await thread.click("Edit…", MARIA);
  await fill(journey, MARIA, '{"url":"http://127.0.0.1:1/b"}');
  await thread.ended();
  const ended = (await thread.log()).find(({ type }) => type === "tool.failed" || type === "tool.returned");
  expect(ended).toMatchObject({ changed: { person: { id: MARIA }, args: '{"url":"http://127.0.0.1:1/b"}' } });
});

test("what an agent of others would be sent is changed in words, which are no JSON", async () => {
  const [ana] = PAIR.teams.pair.agents;
  const { journey } = await open(
    {
      ...PAIR,
      tools: { web: { kind: "web-fetch", touches: ["private"] } },
      teams: {
        pair: {
          ...PAIR.teams.pair,
          agents: [
            { ...ana, tools: ["web"] },
            { name: "Far", kind: "a2a", url: "http://127.0.0.1:1/", description: "Is elsewhere." },
          ],
        },
      },
    },
    { Ana: [{ toolCalls: [{ name: "web_fetch", args: { url: "http://127.0.0.1:1/a" } }] }, "The code is 4711.", "DONE"] },
  );
  const thread = await journey.mention("@parley go");
  await asks(thread);
  expect(wordsOf(thread.ofKind("approval")[0])).toContain("The code is 4711.");
  await thread.click("Edit…", MARIA);
  await fill(journey, MARIA, "A code was found.");
  await thread.ended();
  expect(journey.whispers(MARIA)).toEqual([]);
  expect((await thread.log()).filter(({ type }) => type === "approval.given" || type === "turn.failed")).toMatchObject([
    { approved: true, edited: "A code was found." },
    { agent: "Far", error: { kind: "unavailable" } },
  ]);
});

test("a table says who may: lists, admins, and guests only where they are let", async () => {
  const { journey, ran } = await open(coding({ slack: { allow: { approve: ["admins"], stop: ["starter", JONAS], guests: ["steer"] } } }), {
    Coder: [fence("print(1)"), "That is all. DONE"],
  });
  const { control } = journey.slack;
  const channel = control.addChannel("shared", { external: true });
  const guest = control.addUser("Guest", { teamId: "T0OTHER" });
  const thread = await journey.mention("@parley count", { channel });
  await asks(thread);
  await thread.click("Run once", MARIA);
  await journey.quiet();
  expect(journey.whispers(MARIA, channel)).toEqual([expect.stringContaining("Only admins of this workspace can allow code to run")]);
  await thread.click("Run once", guest);
  await journey.quiet();
  expect(journey.whispers(guest, channel)).toEqual([expect.stringContaining("another organisation")]);
  await thread.reply("be quick", guest);
  await thread.reply("stop", ADA);
  await journey.quiet();
  expect(journey.whispers(ADA, channel)).toEqual([expect.stringContaining("not on the list of people who can stop the run")]);
  expect(ran).toEqual([]);
  await thread.click("Run once", ADA);
  await thread.ended();
  expect(ran).toEqual(["print(1)"]);
  expect((await thread.log()).some((event) => event.type === "message.posted" && event.text === "be quick")).toBe(true);
  await expect
    .poll(() => decisions(journey))
    .toEqual(["Maria: refused approve", "Guest: refused approve", "Ada: refused stop", "Ada: approve once"]);
});
