import { expect, test } from "vitest";
import { lineServer } from "../../fixtures/mcp-lines.ts";
import { MARIA, openJourney, PAIR } from "../../support/journey.ts";
import { buttonsOf, wordsOf, type Thread } from "../../support/slack/thread.ts";

const asks = (thread: Thread, count = 1) => thread.until(() => thread.ofKind("approval").length === count);

const team = (server: object, agents = PAIR.teams.pair.agents.map((agent) => ({ ...agent, tools: ["box"] }))) => ({
  ...PAIR,
  tools: { box: { kind: "mcp", ...lineServer({ tools: ["mail", "page", "send"] }), ...server } },
  teams: { pair: { ...PAIR.teams.pair, agents } },
});
const calls = (...names: readonly string[]) => names.map((name) => ({ toolCalls: [{ name: `box__${name}`, args: { n: name } }] }));
const toolsRun = async (thread: Thread) => (await thread.log()).flatMap((event) => (event.type === "tool.returned" ? [event.tool] : []));

test("a server's tools have rules of their own in Slack: one runs at once, one waits for a yes", async () => {
  const journey = await openJourney({
    file: team({ approval: "never", approvals: { send: "always" }, touches: [] }),
    replies: { Ana: [...calls("mail", "send"), "That is all. DONE"], Ben: ["Hm."] },
  });
  const thread = await journey.mention("@parley go");
  await asks(thread);
  expect(await toolsRun(thread)).toEqual(["box__mail"]);
  expect(wordsOf(thread.ofKind("approval")[0])).toContain("Ana wants to call `box__send`:");
  await thread.click("Run once", MARIA);
  await thread.ended();
  expect(await toolsRun(thread)).toEqual(["box__mail", "box__send"]);
});

test("once private data and others' words were read, what reaches outside waits for a yes, and the card says what was read", async () => {
  const touchesBy = { mail: ["private"], page: ["untrusted"], send: ["outside"] };
  const journey = await openJourney({
    file: team({ approval: "never", touchesBy }),
    replies: { Ana: [...calls("send", "mail", "page", "send"), "That is all. DONE"], Ben: ["Hm."] },
  });
  const thread = await journey.mention("@parley go");
  await asks(thread);
  expect(await toolsRun(thread)).toEqual(["box__send", "box__mail", "box__page"]);
  const [card] = thread.ofKind("approval");
  expect(card && wordsOf(card)).toContain(
    "It would reach others. Private data was read in this thread (`box__mail`), and words that others may have written to have it sent (`box__page`).",
  );
  expect(card && buttonsOf(card).map(({ label }) => label)).toContain("Allow for this run");
  await thread.click("Deny", MARIA);
  await thread.ended();
  expect(await toolsRun(thread)).toEqual(["box__send", "box__mail", "box__page"]);
});
