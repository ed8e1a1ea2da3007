import { expect, test } from "vitest";
import { GENERAL, MARIA, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { screenOf, type Screen, type View } from "../../support/slack/views.ts";

const ADA = "U0ADA"; // An admin of the workspace.
const replies = { Ana: ["Ana has spoken."], Ben: ["Ben agrees. DONE"] };
const withCeilings = (teams: object) => ({
  ...PAIR,
  models: { ...PAIR.models, other: { provider: "replay", file: "replies.yml" } },
  tools: { web: { kind: "web-fetch" } },
  ceilings: { teams },
});

async function openEditor(ceilings: object): Promise<{ readonly journey: Journey; readonly ada: Screen }> {
  const journey = await openJourney({ file: withCeilings(ceilings), replies });
  const ada = screenOf(journey, ADA);
  await ada.open();
  return { journey, ada };
}

async function make(ada: Screen, name: string): Promise<void> {
  await ada.into("New team…");
  expect(await ada.submit({ name, description: "Two who talk.", from: "pair" })).toEqual({});
  await ada.until(() => ada.home().includes(`*${name}*`));
}

test("more than the ceilings let is refused at the field where it is typed, with the number", async () => {
  const { ada } = await openEditor({
    turns: 10,
    minutes: 30,
    tokens: 50_000,
    usd: 0.5,
    agents: 2,
    models: ["scripted"],
    tools: [],
    code: "off",
  });
  // Of the file, it may go on for 24 turns and an hour; the copy may not.
  await make(ada, "duo");
  await ada.into("Open…", "*duo*");
  expect(ada.modal()).toContain("minutes 30");
  await ada.into("Edit…", "*duo*");
  const errors = await ada.submit({ turns: "11", minutes: "31", tokens: "50001", usd: "0.51" });
  expect(errors).toEqual({
    turns: "At most 10 in teams made in Slack; 11 is more (`ceilings.teams.turns` in the team file).",
    minutes: expect.stringContaining("At most 30 in teams made in Slack; 31 is more") as string,
    tokens: expect.stringContaining("At most 50000 in teams made in Slack; 50001 is more") as string,
    usd: expect.stringContaining("At most 0.5 in teams made in Slack; 0.51 is more") as string,
  });
  expect(await ada.submit({ turns: "10", minutes: "30", tokens: "50000", usd: "0.5" })).toEqual({});

  await ada.into("New agent…");
  expect(ada.modal()).toContain("{Talks, and uses tools}");
  expect(ada.modal()).not.toMatch(/Writes code|other|web/);
  expect(await ada.submit({ name: "Cy", description: "One too many." })).toEqual({
    name: expect.stringContaining("agents: at most 2 agents in teams made in Slack; 3 are more") as string,
  });
});

test("YAML that is brought in is held to the ceilings, line by line", async () => {
  const { ada } = await openEditor({ turns: 10, models: ["scripted"], tools: [], code: "off", memory: false });
  await ada.into("Import YAML…");
  const text = `teams:
  big:
    description: Wants it all.
    speakers: { policy: round-robin }
    limits: { turns: 11 }
    agents:
      - { name: Ana, description: Asks., model: other, tools: [web], memory: true }
      - { name: Ben, kind: coder, description: Codes., model: scripted }
    stop: { textMention: DONE }
`;
  const told = (await ada.submit({ text }))["text"] ?? "";
  for (const line of [
    "Line 5: limits.turns: at most 10",
    'Line 7: agents[0].model: the model "other" is not for teams made in Slack; there are scripted',
    'Line 7: agents[0].tools[0]: the tool "web" is not for',
    "Line 7: agents[0].memory: nobody",
  ])
    expect.soft(told).toContain(line);
  const coder = text.replace("model: other, tools: [web], memory: true", "model: scripted").replace("turns: 11", "turns: 10");
  expect((await ada.submit({ text: coder }))["text"]).toBe(
    "Line 8: agents[1].kind: nobody in teams made in Slack runs code (`ceilings.teams.code` in the team file).",
  );
  // The same as JSON, which is YAML too.
  const json = JSON.stringify({ teams: { big: { ...PAIR.teams.pair, limits: { turns: 11 } } } });
  expect((await ada.submit({ text: json }))["text"]).toContain("at most 10 in teams made in Slack; 11 is more");
});

test("values that no form offers are refused as what is typed is", async () => {
  const { journey, ada } = await openEditor({ models: ["scripted"], tools: [], code: "off" });
  await make(ada, "duo");
  await ada.into("Open…", "*duo*");
  await ada.into("New agent…");
  await forge(
    journey,
    ada,
    (view) =>
      JSON.parse(
        JSON.stringify(view).replaceAll('"value":"scripted"', '"value":"other"').replaceAll('"value":"assistant"', '"value":"coder"'),
      ) as View,
  );
  expect(await ada.submit({ name: "Cy", description: "Codes.", model: "other", kind: "coder" })).toEqual({
    model: expect.stringContaining('The model "other" is not for teams made in Slack; there are scripted') as string,
    kind: "Nobody in teams made in Slack runs code (`ceilings.teams.code` in the team file).",
  });
});

test("a team from before its ceiling was lowered is not used, and whoever asks for it is told why, at every door", async () => {
  const { journey: before, ada: first } = await openEditor({ turns: 100 });
  await make(first, "duo");
  await first.into("Open…", "*duo*");
  await first.into("Edit…", "*duo*");
  expect(await first.submit({ turns: "24" })).toEqual({});
  for (const { id: viewId } of first.modals().toReversed()) await before.slack.control.dismiss({ user: ADA, viewId });
  await before.slack.control.command({ user: ADA, channel: GENERAL, command: "/parley", text: "settings" });
  await first.until(() => first.modals().length === 1);
  expect(await first.submit({ team: "duo" })).toEqual({});
  const journey = await before.restarted({ file: withCeilings({ turns: 20 }), replies });
  const ada = screenOf(journey, ADA);
  const why =
    'The team "duo" cannot be used as it is: limits.turns: at most 20 in teams made in Slack; 24 is more (`ceilings.teams.turns` in the team file). Who may change teams can mend it in App Home.';

  const heard = (user: string) => journey.whispers(user).length;
  for (const text of ["@parley duo: hello", "@parley team:duo hello", "@parley hello"]) {
    const had = heard(MARIA);
    const thread = await journey.mention(text);
    await journey.slack.control.until(() => heard(MARIA) > had);
    expect(journey.whispers(MARIA).at(-1)).toBe(why);
    expect(await thread.log()).toEqual([]);
  }
  const had = heard(MARIA);
  await journey.slack.control.command({ user: MARIA, channel: GENERAL, command: "/parley", text: "new duo hello" });
  await journey.slack.control.until(() => heard(MARIA) > had);
  expect(journey.whispers(MARIA).at(-1)).toBe(why);
  expect(journey.slack.control.channel(GENERAL).filter(({ text }) => text.includes("asks"))).toEqual([]);

  // Another team of the same channel is no worse for it.
  const thread = await journey.mention("@parley pair: hello");
  await thread.ended();

  await ada.open();
  expect(ada.home()).toMatch(/:warning: \*duo\*[^]*cannot be used any more: open it/);
  await ada.into("Open…", "*duo*");
  expect(ada.modal()).toContain("`limits.turns` at most 20 in teams made in Slack; 24 is more");
  await ada.into("Edit…", "*duo*");
  expect(await ada.submit({ turns: "20" })).toEqual({});
  const mended = await journey.mention("@parley duo: hello");
  await mended.ended();
  expect(mended.turns()).toEqual(thread.turns());
});

test("a modal that lies open while its team is deleted is answered at its field", async () => {
  const { journey, ada } = await openEditor({});
  await make(ada, "duo");
  const maria = screenOf(journey, MARIA);
  await maria.open();
  await maria.into("Run…", "*duo*");
  const bo = screenOf(journey, journey.slack.control.addUser("Bo", { isAdmin: true }));
  await journey.slack.control.command({ user: ADA, channel: GENERAL, command: "/parley", text: "settings" });
  await ada.until(() => ada.modals().length === 1);
  await bo.open();
  await bo.into("Delete…", "*duo*");
  expect(await bo.submit({ name: "duo" })).toEqual({});
  await ada.until(() => !ada.home().includes("*duo*"));
  const gone = { team: 'There is no team "duo" any more; choose another.' };
  expect(await ada.submit({ team: "duo" })).toEqual(gone);
  expect(await maria.submit({ task: "hello", channel: GENERAL })).toEqual(gone);
  expect(journey.slack.control.channel(GENERAL)).toEqual([]);
});

/** The modal on top as somebody would have it who can make Slack send what they like. */
async function forge({ slack }: Journey, screen: Screen, change: (view: View) => View): Promise<void> {
  const view = screen.modals().at(-1);
  if (!view) throw new Error("no modal is open");
  const { id, ...content } = change(view) as View & { readonly [key: string]: unknown };
  const shown = Object.fromEntries(
    ["type", "title", "submit", "close", "blocks", "callback_id", "private_metadata"].map((key) => [key, content[key]]),
  );
  const response = await fetch(`${slack.apiUrl}views.update`, {
    method: "POST",
    headers: { authorization: `Bearer ${slack.botToken}`, "content-type": "application/json" },
    body: JSON.stringify({ view_id: id, view: shown }),
  });
  expect(await response.json()).toMatchObject({ ok: true });
}
