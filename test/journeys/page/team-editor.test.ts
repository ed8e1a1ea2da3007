import { expect, test } from "vitest";
import { MARIA, openJourney, PAIR } from "../../support/journey.ts";
import { screenOf } from "../../support/slack/views.ts";

const ADA = "U0ADA"; // An admin of the workspace.
const replies = {
  Ana: ["Ana has spoken.", "Once more."],
  Ben: ["Ben agrees. DONE", "Ben agrees again. DONE"],
  Cleo: ["Cleo has looked at it. DONE", "Cleo again. DONE"],
};

async function openEditor() {
  const journey = await openJourney({ file: PAIR, replies });
  const ada = screenOf(journey, ADA);
  await ada.open();
  return { journey, ada };
}

test("a team that is made in App Home is a team like those of the file: shown, mentioned by name, changed, and kept by its runs", async () => {
  const { journey, ada } = await openEditor();
  expect(ada.home()).toContain("*pair* (default)");
  await ada.into("New team…");
  expect(await ada.submit({ name: "trio", description: "Three who talk.", from: "pair" })).toEqual({});
  await ada.until(() => ada.home().includes("*trio*"));
  expect(ada.home()).toMatch(
    /\*trio\*\nThree who talk\. \{Run… \| Open… \| Duplicate… \| Export YAML… \| Delete…\}\n.*Ana.*Ben.*made here/,
  );

  await ada.into("Open…", "*trio*");
  await ada.into("New agent…");
  expect(
    await ada.submit({ name: "Cleo", icon: ":cat:", description: "Looks again.", instructions: "Look at it again.", handoffs: ["human"] }),
  ).toEqual({});
  await ada.until(() => ada.modals().length === 1 && ada.modal().includes("*Cleo*"));
  await ada.into("Edit…", "*trio*");
  expect(ada.field("agents")).toBe("Ana\nBen\nCleo");
  expect(await ada.submit({ agents: "Ana\nCleo", turns: "7", stop: "DONE\nENOUGH" })).toEqual({});

  const thread = await journey.mention("@parley trio: look at this");
  await thread.ended();
  expect(thread.turns()).toEqual(["Ana: Ana has spoken.", "Cleo: Cleo has looked at it."]);
  // Its card may say by now that it is done, and no more how far it may go.
  await ada.until(() => ada.modals().length === 1);
  await ada.into("Edit…", "*trio*");
  expect(ada.field("turns")).toBe("7");
  const [started] = await thread.log();
  expect(started).toMatchObject({ type: "run.started", team: "trio", teamHash: expect.any(String) as string });
  expect(journey.problems).toEqual([]);
});

test("the words of the checks stand at the fields that they are about, and what was typed stays", async () => {
  const { ada } = await openEditor();
  await ada.into("New team…");
  expect(await ada.submit({ name: "Pair", description: "x", from: "pair" })).toEqual({
    name: 'There is a team "Pair" already, in the team file; take another name.',
  });
  expect(await ada.submit({ name: "<!channel>" })).toEqual({ name: expect.stringContaining("A name starts with a letter") as string });
  expect(await ada.submit({ name: "__proto__" })).toEqual({ name: expect.any(String) as string });
  expect(ada.modals()).toHaveLength(1);
  expect(await ada.submit({ name: "duo" })).toEqual({});
  await ada.until(() => ada.home().includes("*duo*"));

  await ada.into("Open…", "*duo*");
  await ada.into("New agent…");
  expect(await ada.submit({ name: "everyone", description: "Shouts." })).toEqual({ name: "This name is reserved; take another" });
  expect(await ada.submit({ name: "ParIey", description: "Shouts." })).toEqual({
    name: expect.stringContaining('reads like "Parley"') as string,
  });
  expect(await ada.submit({ name: "Cy", icon: ":slack:" })).toEqual({ icon: expect.stringContaining("take another") as string });
  expect(await ada.submit({ name: "ana", icon: "", description: "Shouts." })).toEqual({
    name: expect.stringContaining("the same name") as string,
  });
  expect(await ada.submit({ name: "Cy", icon: "cat" })).toEqual({ icon: expect.stringContaining("An icon is an emoji name") as string });
  expect(await ada.submit({ icon: ":cat:" })).toEqual({});
  await ada.until(() => ada.modals().length === 1 && ada.modal().includes("*Cy*"));

  await ada.into("Edit…", "*duo*");
  expect(await ada.submit({ agents: "Ana\nZoe", turns: "100000" })).toEqual({
    agents: expect.stringContaining("There is no agent Zoe") as string,
  });
  expect(await ada.submit({ agents: "Ana\nBen", turns: "100000", usd: "0" })).toEqual({
    turns: expect.stringContaining("At most 100 in teams made in Slack; 100000 is more") as string,
    usd: "Too small: more than 0",
  });
  expect(await ada.submit({ agents: "", turns: "5", usd: "1" })).not.toEqual({});
  expect(await ada.submit({ agents: "Ben", policy: "magentic" })).toEqual({ model: expect.stringContaining("Is missing") as string });
  expect(await ada.submit({ policy: "swarm", model: [] })).toEqual({});
});

test("of two editors the second keeps what they typed, and is told who was faster", async () => {
  const { journey, ada } = await openEditor();
  await ada.into("New team…");
  await ada.submit({ name: "duo", from: "pair", description: "First." });
  const bo = screenOf(journey, journey.slack.control.addUser("Bo", { isAdmin: true }));
  await bo.open();
  await ada.until(() => ada.home().includes("*duo*"));
  await ada.into("Open…", "*duo*");
  await ada.into("Edit…", "*duo*");
  await bo.into("Open…", "*duo*");
  await bo.into("Edit…", "*duo*");
  expect(await bo.submit({ description: "Bo's." })).toEqual({});
  const errors = await ada.submit({ description: "Ada's." });
  expect(errors["description"]).toMatch(
    /^Bo changed the team at \d\d:\d\d UTC \(edit team\), after you had opened it\. Your text is still here/,
  );
  expect(ada.modals()).toHaveLength(2);
  await bo.open();
  expect(bo.home()).toContain("Bo's.");
});

test("a team is duplicated, brought out as YAML, brought in again, and deleted by whoever writes its name", async () => {
  const { journey, ada } = await openEditor();
  await ada.into("Export YAML…", "*pair*");
  const text = ada.modal().slice(ada.modal().indexOf("teams:"));
  expect(text).toContain("description: Two who talk.");
  expect(text).not.toContain("toolRoundsMax");
  await close(ada, journey);
  await ada.into("Import YAML…");
  expect((await ada.submit({ text }))["text"]).toContain('There is a team "pair" already, in the team file');
  const own = text.replace("pair:", "again:").replace("Two who talk.", "Two who came in.");
  expect((await ada.submit({ text: own.replace("model: scripted", "model: gpt") }))["text"]).toMatch(
    /^Line \d+: agents\[0\]\.model: there is no model "gpt"; the file has scripted/,
  );
  expect((await ada.submit({ text: `${own}sandbox: { executor: docker }` }))["text"]).toContain("can only be set in the team file");
  expect((await ada.submit({ text: `a: &a [x,x]\nb: &b [${"*a,".repeat(200)}*a]\nteams: *b` }))["text"]).toMatch(/aliases|team file/);
  expect((await ada.submit({ text: "[".repeat(2_900) }))["text"]).toMatch(/nested|deep/);
  expect(await ada.submit({ text: own })).toEqual({});
  await ada.until(() => ada.home().includes("Two who came in."));

  await ada.into("Duplicate…", "*again*");
  expect(await ada.submit({ name: "third" })).toEqual({});
  await ada.until(() => ada.home().includes("*third*"));
  await ada.into("Open…", "*third*");
  await ada.into("Edit as YAML…");
  const now = ada.field("text");
  expect((await ada.submit({ text: now.replace("third:", "fourth:") }))["text"]).toContain("its name stays");
  expect(await ada.submit({ text: now.replace("Two who came in.", "Third.") })).toEqual({});
  await close(ada, journey);

  await ada.into("Delete…", "*third*");
  expect(await ada.submit({ name: "thrid" })).toEqual({ name: "Write third, as it is called." });
  expect(await ada.submit({ name: "third" })).toEqual({});
  await ada.until(() => !ada.home().includes("*third*"));
  await ada.into("Decisions…");
  expect(ada.modal()).toMatch(/delete team[^]*edit team as YAML[^]*create team from again[^]*import team/);
  const thread = await journey.mention("@parley third: hello");
  await thread.ended();
  expect((await thread.log())[0]).toMatchObject({ team: "pair" });
});

test("an agent is changed and taken out; what would break the team is said", async () => {
  const { journey, ada } = await openEditor();
  await ada.into("New team…");
  await ada.submit({ name: "duo", from: "pair", description: "Two." });
  await ada.until(() => ada.home().includes("*duo*"));
  await ada.into("Open…", "*duo*");
  await ada.into("Edit…", "*Ana*");
  expect(ada.field("handoffs")).toBe("human");
  const long = `${"First line.\n".repeat(200)}end`;
  expect(await ada.submit({ name: "Anna", instructions: long, handoffs: ["Ben"] })).toEqual({});
  await ada.until(() => ada.modals().length === 1 && ada.modal().includes("*Anna*"));
  await ada.into("Edit…", "*Ben*");
  expect(await ada.submit({ handoffs: ["Anna"] })).toEqual({});
  await ada.into("Edit…", "*Anna*");
  await ada.press("Take it out of the team");
  await ada.until(() => ada.modal().includes("no longer in the team"));
  await close(ada, journey);
  await ada.until(() => ada.home().includes("*duo*\nTwo.") && !/made here/.test(ada.home().split("*duo*")[1]?.split("Anna")[1] ?? ""));
  await ada.into("Export YAML…", "*duo*");
  expect(ada.modal()).toContain("name: Ben");
  expect(ada.modal()).not.toContain("Anna");
  await close(ada, journey);
  await ada.into("Open…", "*duo*");
  await ada.into("Edit…", "*Ben*");
  await ada.press("Take it out of the team");
  await ada.until(() => ada.modal().includes("The team does not work without *Ben*"));
});

test("who may not change teams sees none of the buttons, and is refused where they press them anyhow", async () => {
  const { journey, ada } = await openEditor();
  const maria = screenOf(journey, MARIA);
  await maria.open();
  expect(maria.home()).not.toMatch(/New team|Import YAML|Duplicate|Delete|Admin|Decisions/);
  await maria.into("Open…", "*pair*");
  expect(maria.modal()).toContain("of the team file");
  await maria.into("Read…", "*Ana*");
  expect(maria.modal()).toContain("Asks.");
  await close(maria, journey);
  // A Home from before, which Slack still shows.
  await ada.into("New team…");
  await ada.submit({ name: "duo", from: "pair", description: "Two." });
  // Hers is published anew for it, which must not come behind the one from before.
  await maria.until(() => maria.home().includes("*duo*"));
  const stale = { type: "home", blocks: ["create", "edit", "remove", "yaml", "copy", "dropAgent"].map(staleButton) };
  await fetch(`${journey.slack.apiUrl}views.publish`, {
    method: "POST",
    headers: { authorization: `Bearer ${journey.slack.botToken}`, "content-type": "application/json" },
    body: JSON.stringify({ user_id: MARIA, view: stale }),
  });
  for (const { text } of stale.blocks.flatMap(({ elements }) => elements)) {
    await maria.into(text.text);
    expect(maria.modal()).toBe("Only admins of this workspace can change teams and settings. Ask one of them.");
    await close(maria, journey);
  }
  await ada.into("Decisions…");
  // Refusals of one kind are one entry, with how often.
  expect(ada.modal().match(/:no_entry_sign: <@U0MARIA> \*editTeams\*.*/g)).toEqual([
    expect.stringMatching(new RegExp(`, ${stale.blocks.length} times$`)),
  ]);
});

const staleButton = (verb: string) => ({
  type: "actions",
  elements: [
    {
      type: "button",
      text: { type: "plain_text", text: verb },
      action_id: `parley.home.${verb}`,
      value: JSON.stringify(verb === "create" ? {} : { t: "duo", n: "Ana" }),
    },
  ],
});

test("a long team goes to the person's messages as a file", async () => {
  const { journey, ada } = await openEditor();
  await ada.into("New team…");
  await ada.submit({ name: "wordy", from: "pair", description: "Many words." });
  await ada.until(() => ada.home().includes("*wordy*"));
  await ada.into("Open…", "*wordy*");
  await ada.into("Edit…", "*Ana*");
  expect(await ada.submit({ instructions: "Say a lot. ".repeat(270), more: "And more. ".repeat(290) })).toEqual({});
  await close(ada, journey);
  await ada.into("Export YAML…", "*wordy*");
  expect(ada.modal()).toContain("the whole is in your messages with me, as `wordy.yml`");
  await journey.quiet();
  const uploads = journey.slack.control.calls("files.completeUploadExternal");
  expect(uploads).toHaveLength(1);
  expect(JSON.stringify(uploads[0]?.args)).toContain("wordy.yml");
});

type Journey = Awaited<ReturnType<typeof openJourney>>;

async function close(screen: ReturnType<typeof screenOf>, { slack }: Journey): Promise<void> {
  for (const view of screen.modals().toReversed()) await slack.control.dismiss({ user: userOf(screen, slack), viewId: view.id });
}

const userOf = (screen: ReturnType<typeof screenOf>, slack: Journey["slack"]): string =>
  [ADA, MARIA].find((user) => (slack.control.modals(user) as { id: string }[]).some(({ id }) => id === screen.modals()[0]?.id)) ?? ADA;
