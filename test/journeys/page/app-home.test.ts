import { expect, test } from "vitest";
import { CODING, codingReplies, GENERAL, JONAS, MARIA, openJourney, PAIR } from "../../support/journey.ts";
import { screenOf } from "../../support/slack/views.ts";

const ADA = "U0ADA"; // An admin of the workspace.
const asking = {
  Ana: [
    { toolCalls: [{ name: "transfer_to_human", args: { question: "Which plan, <!channel>?", options: ["this", "that"] } }] },
    "You said {{last}}.",
  ],
  Ben: ["Fine. DONE"],
};

test("App Home shows what waits for a person, what runs and what is over, and changes when they do", async () => {
  const journey = await openJourney({ file: PAIR, replies: asking });
  const [maria, jonas] = [screenOf(journey, MARIA), screenOf(journey, JONAS)];
  await maria.open();
  await jonas.open();
  expect(maria.home()).toContain("No agents are talking in your channels.");
  expect(maria.home()).not.toMatch(/Waiting for you|Recent|Admin/);
  const thread = await journey.mention("@parley choose a plan");
  await thread.until(() => thread.ofKind("question").length === 1);
  await maria.until(() => maria.home().includes("Waiting for you"));
  expect(maria.home()).toMatch(
    /\*Ana asks:\* Which plan, .*\n?.*<#C0GENERAL> · \*pair\*(?! · waits).*asked by <@U0MARIA>\n\[Answer…\] \[Open thread\] \[Stop\]/,
  );
  expect(maria.home()).not.toContain("<!channel>");
  await jonas.until(() => jonas.home().includes("Running now\nchoose a plan"));
  expect(jonas.home()).not.toContain("Waiting for you");

  await maria.into("Answer…");
  expect(await maria.submit({ words: "the second" })).toEqual({});
  await thread.ended();
  expect(thread.turns()[0]).toBe("Ana: You said the second.");
  await maria.until(() => maria.home().includes("Recent\nchoose a plan"));
  expect(maria.home()).toMatch(
    /Recent\nchoose a plan\n<#C0GENERAL> · \*pair\*, done, 2 turns.*\{Open the thread \| Who spoke and why… \| Run it again…\}/,
  );
  expect(maria.home()).not.toContain("Waiting for you");
  expect(journey.problems).toEqual([]);
});

test("who is not in a channel sees nothing of its runs, and cannot stop or read them by an old button", async () => {
  const journey = await openJourney({ file: PAIR, replies: asking });
  const { slack } = journey;
  const secret = slack.control.addChannel("secret", { isPrivate: true });
  const late = slack.control.addUser("Late");
  const [maria, other] = [screenOf(journey, MARIA), screenOf(journey, late)];
  slack.control.leave({ user: late, channel: secret });
  await other.open();
  await maria.open();
  const hidden = await journey.mention("@parley the secret plan", { channel: secret });
  await hidden.until(() => hidden.ofKind("question").length === 1);
  await slack.control.post({ user: MARIA, channel: "D0MARIA", text: "a private plan" });
  await maria.until(() => maria.home().includes("the secret plan") || maria.home().includes("Which plan"));
  await maria.until(() => maria.home().split("asks:*").length === 3);
  expect(maria.home()).toContain("in your messages with me");
  await other.open();
  expect(other.home()).not.toMatch(/plan|Waiting/);
  const log = await press(journey, late, "log", { thread: hidden.key });
  expect(log).toContain("You are not in");
  const [started] = await hidden.log();
  await press(journey, late, "stop", { thread: hidden.key, r: started?.type === "run.started" ? started.run : "" });
  expect((await hidden.log()).some(({ type }) => type === "run.stopped")).toBe(false);
});

test("Stop ends the run that it stands by, once it was meant", async () => {
  const journey = await openJourney({ file: PAIR, replies: asking });
  const jonas = screenOf(journey, JONAS);
  await jonas.open();
  const thread = await journey.mention("@parley choose a plan");
  await jonas.until(() => jonas.home().includes("Running now\nchoose a plan"));
  expect(JSON.stringify(journey.slack.control.home(JONAS))).toContain("Stop this run?");
  await jonas.press("Stop", "choose a plan");
  await thread.ended();
  expect(thread.text()).toContain("Jonas");
  await jonas.until(() => /Recent\nchoose a plan\n.*stopped/.test(jonas.home()));
});

test("the log says who spoke and why, and a run is done once more", async () => {
  const replies = {
    ...codingReplies("print(1)", "It is right."),
    selector: [
      { next: "Coder", reason: "the task <!here> asks for code" },
      { next: "Critic", reason: "look" },
      { next: "finish", reason: "done" },
    ],
  };
  const journey = await openJourney({ file: CODING, replies });
  const maria = screenOf(journey, MARIA);
  const thread = await journey.mention("@parley write a line");
  await thread.ended();
  await maria.open();
  await maria.into("Who spoke and why…", "write a line");
  expect(maria.modal()).toMatch(
    /\*coding\*: who was chosen, by what, and why\.\n1\. \*Coder\* · by the selector's model · progress\n>the task/,
  );
  expect(maria.modal()).not.toContain("<!here>");
  await journey.slack.control.dismiss({ user: MARIA, viewId: maria.modals()[0]?.id ?? "" });
  await maria.into("Run it again…", "Recent");
  expect([maria.field("task"), maria.field("team")]).toEqual(["write a line", "coding"]);
  expect(await maria.submit({ task: "write another line", channel: GENERAL })).toEqual({});
  await maria.until(() => journey.slack.control.channel(GENERAL).some(({ text }) => text.includes("write another line")));
});

test("a new run shows the team that is chosen, and begins with the person's own", async () => {
  const two = {
    ...PAIR,
    teams: { ...PAIR.teams, solo: { ...PAIR.teams.pair, description: "One alone.", agents: [{ ...PAIR.teams.pair.agents[1] }] } },
  };
  const journey = await openJourney({ file: two, replies: { Ben: ["Alone. DONE", "Alone again. DONE"] } });
  const maria = screenOf(journey, MARIA);
  await maria.open();
  await maria.into("Change…");
  expect(await maria.submit({ team: "solo", done: ["yes"] })).toEqual({});
  await maria.until(() => maria.home().includes("Your team for new runs: *solo*"));
  await maria.into("New run…");
  expect(maria.modal()).toMatch(/One alone\.[^]*Ben · at most 24 turns/);
  await maria.press("pair");
  await maria.until(() => maria.modal().includes("Two who talk."));
  await maria.press("solo");
  await maria.until(() => maria.modal().includes("One alone."));
  expect(await maria.submit({ task: "go", channel: GENERAL })).toEqual({});
  await maria.until(() => journey.slack.control.channel("D0MARIA").some(({ text }) => text.includes("Your run of *solo*")));
});

test("an admin sees who may do what, and what was decided", async () => {
  const journey = await openJourney({ file: PAIR, replies: {} });
  const ada = screenOf(journey, ADA);
  await ada.open();
  expect(ada.home()).toContain("• allow code to run: whoever started the run");
  expect(ada.home()).toContain("• change teams and settings: admins of the workspace");
  await ada.into("Decisions…");
  expect(ada.modal()).toBe("Nobody has decided anything yet.");
});

test("many teams are turned in pages; the tab stays within Slack's hundred blocks", async () => {
  const names = Array.from({ length: 23 }, (_, index) => `team${String(index).padStart(2, "0")}`);
  const teams = Object.fromEntries(names.map((name) => [name, { ...PAIR.teams.pair, description: `${name} works.` }]));
  const journey = await openJourney({ file: { ...PAIR, teams }, replies: {} });
  const ada = screenOf(journey, ADA);
  await ada.open();
  expect(ada.home()).toContain("*team09*");
  expect(ada.home()).not.toContain("*team10*");
  await ada.press("More teams");
  await ada.until(() => ada.home().includes("*team10*"));
  await ada.press("More teams");
  await ada.until(() => ada.home().includes("*team22*"));
  expect(ada.home()).not.toContain("More teams");
  await ada.press("Earlier teams");
  await ada.until(() => ada.home().includes("*team10*"));
});

test("Home is published with the hash of what was seen; where somebody else was faster, it is made anew", async () => {
  const journey = await openJourney({ file: PAIR, replies: { Ana: ["Hello. DONE"] } });
  const maria = screenOf(journey, MARIA);
  await maria.open();
  const { slack } = journey;
  await fetch(`${slack.apiUrl}views.publish`, {
    method: "POST",
    headers: { authorization: `Bearer ${slack.botToken}`, "content-type": "application/json" },
    body: JSON.stringify({ user_id: MARIA, view: { type: "home", blocks: [{ type: "divider" }] } }),
  });
  const before = slack.control.calls("views.publish").length;
  const thread = await journey.mention("@parley hello");
  await maria.until(() => maria.home().includes("Parley"));
  const calls = slack.control.calls("views.publish").slice(before);
  expect(calls.some(({ args }) => typeof args["hash"] === "string")).toBe(true);
  expect(calls.some(({ args }) => args["hash"] === undefined)).toBe(true);
  await thread.until(() => thread.ofKind("end").length === 1);
});

type Journey = Awaited<ReturnType<typeof openJourney>>;

/** Presses what their Home does not offer; what the modal says that opens. */
async function press({ slack, quiet }: Journey, user: string, verb: string, value: object): Promise<string> {
  const block = {
    type: "actions",
    elements: [
      { type: "button", text: { type: "plain_text", text: verb }, action_id: `parley.home.${verb}`, value: JSON.stringify(value) },
    ],
  };
  await fetch(`${slack.apiUrl}views.publish`, {
    method: "POST",
    headers: { authorization: `Bearer ${slack.botToken}`, "content-type": "application/json" },
    body: JSON.stringify({ user_id: user, view: { type: "home", blocks: [block] } }),
  });
  const screen = screenOf({ slack, quiet }, user);
  for (const { id } of screen.modals().toReversed()) await slack.control.dismiss({ user, viewId: id });
  await screen.into(verb);
  return screen.modal();
}
