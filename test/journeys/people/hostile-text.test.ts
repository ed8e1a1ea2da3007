import { describe, expect, test } from "vitest";
import { dockerAvailable } from "../../support/sandbox/docker.ts";
import { CODING, codingReplies, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { useDocker } from "../../support/sandbox/sandboxes.ts";
import type { Thread } from "../../support/slack/thread.ts";

/** Calls to everybody, mentions, links that lie, markup of pages, orders to terminals, text that turns around, broken characters. */
const HOSTILE = [
  "<!channel> <!here|here> <!subteam^S123> @everyone @channel",
  "<@U0ADA> <#C0RANDOM> <https://evil.example|https://bank.example>",
  "&lt;!channel&gt; &#60;!here&#62; <\\!channel>",
  `</script><script>alert("x")</script><img src=x onerror=alert(1)>`,
  "\u001b[2J\u001b]0;owned\u0007\u001b[31mred\u001b[0m",
  "photo\u202egpj.exe \u2066hidden\u2069 nul\u0000 bell\u0007",
  "`code` *bold* _it_ ~no~ | a | table |\n> quote\n```",
].join("\n");

/** What nobody may lose: the words between the marks. */
const WORDS = ["subteam", "bank.example", "alert", "red", "gpj.exe", "hidden", "quote"];

test("hostile words of a person and of agents lose their powers and nothing else", async () => {
  const journey = await openJourney({ file: PAIR, replies: { Ana: [HOSTILE], Ben: [`They said {{task}}\n\`\`\`\nDONE`] } });
  const thread = await journey.mention(`@parley ${HOSTILE}`);
  await thread.ended();
  expect(thread.ofKind("turn")).toHaveLength(2);
  for (const turn of thread.ofKind("turn")) for (const word of WORDS) expect(JSON.stringify(turn.blocks)).toContain(word);
  expectHarmless(journey, thread);
});

test("hostile words in a question, its options and its answer lose their powers", async () => {
  const options = ["<!channel>", "\u202etfel", "</script>"];
  const call = { text: HOSTILE, toolCalls: [{ name: "transfer_to_human", args: { question: HOSTILE, options } }] };
  const journey = await openJourney({ file: PAIR, replies: { Ana: [call, "It was {{last}}\n```\nDONE"] } });
  const thread = await journey.mention("@parley ask me");
  await thread.until(() => thread.ofKind("question").length === 1);
  await thread.reply(HOSTILE);
  await thread.ended();
  await thread.until(() => JSON.stringify(thread.ofKind("question")).includes("answered by"));
  expect(thread.ofKind("turn")).toHaveLength(1);
  expectHarmless(journey, thread);
});

test("a hostile name of a person and of a team's failing model is text", async () => {
  const journey = await openJourney({ file: PAIR, replies: { Ana: [{ error: { kind: "refused", message: HOSTILE } }] } });
  const mallory = journey.slack.control.addUser("<!channel> \u202eMallory");
  const thread = await journey.mention("<@U0PARLEY> fail", { user: mallory });
  await thread.ended();
  await journey.mention("<@U0PARLEY> stop", { user: mallory, threadTs: thread.ts });
  await journey.slack.control.until(() => journey.whispers(mallory).length === 1);
  expect(thread.text()).toContain("Ana could not answer");
  expectHarmless(journey, thread);
});

describe.skipIf(!(await dockerAvailable()))("from code", () => {
  const docker = useDocker();

  test("hostile output and file names of code lose their powers, and the files arrive", async () => {
    const code = [
      `print(${JSON.stringify(HOSTILE)})`,
      `for name in ["<!channel>.txt", "a\\u202egpj.txt", "..\\\\up.txt", "nl\\n<@U0ADA>.txt", "</script>.txt"[2:]]:`,
      `    open("out/" + name, "w").write("found " + repr(name))`,
    ].join("\n");
    const journey = await openJourney({ file: CODING, replies: codingReplies(code, "{{last}}"), executor: docker.executor() });
    const thread = await journey.mention("@parley print it");
    await thread.ended();
    await thread.until(() => thread.messages().filter(({ files }) => files.length > 0).length === 5);
    for (const turn of thread.ofKind("turn").slice(1)) for (const word of WORDS) expect(JSON.stringify(turn.blocks)).toContain(word);
    expectHarmless(journey, thread);
  });
});

/** No field of any call to Slack holds a token, a sequence or a mark that does something; what the app itself mentions are people. */
function expectHarmless({ slack }: Journey, thread: Thread): void {
  expect(thread.messages().length).toBeGreaterThan(1);
  const sent = slack.control.calls().flatMap(({ args }) => textsIn(args));
  for (const text of sent) {
    // The app names who asks, answers and stops; nobody else is named, whatever they write.
    expect(text).not.toMatch(/<[!#]|<@U0ADA|<[a-z]+:[^>|]*\|/i);
    expect(text).not.toMatch(/(?<![\w.@/-])@(?:channel|here|everyone)\b/);
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    expect(text).not.toMatch(/&(?:lt|#60|#x3c);?!(?:channel|here)/i);
  }
  for (const turn of thread.ofKind("turn")) expect(JSON.stringify(turn.blocks)).not.toMatch(/<@U/);
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
