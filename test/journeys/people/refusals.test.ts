import { expect, onTestFinished, test } from "vitest";
import { createWorkspace } from "../../../local-slack/index.ts";
import { codingTeam, fence, recorder } from "../../support/coding-team.ts";
import { bridge, SIGNING_SECRET } from "../../support/slack/http-door.ts";
import { fastClock, GENERAL, MARIA, openJourney, openParley } from "../../support/journey.ts";
import { createThread, wordsOf } from "../../support/slack/thread.ts";

const BAD = "print('bad')";
const auto = codingTeam({ coder: { handoffs: ["human"] }, runner: { approval: "auto" } });
const question = {
  toolCalls: [{ name: "transfer_to_human", args: { question: `May I run this?\n${fence(BAD)}`, options: ["Yes", "No"] } }],
};

async function open(file: object, replies: object) {
  const ran: string[] = [];
  const journey = await openJourney({ file, replies, executor: recorder(ran) });
  return { journey, ran };
}

test("code in a question that a person answers with No is not run, neither from the question nor when it is posted after all", async () => {
  const { journey, ran } = await open(auto, {
    Coder: [question, "Then I leave it.", `I think it is needed:\n${fence(BAD)}`, fence("print(1)"), "{{last}}\nDONE"],
  });
  const thread = await journey.mention("@parley count");
  await thread.until(() => thread.ofKind("question").length === 1);
  await thread.click("No", MARIA);
  await thread.ended();
  expect(ran).toEqual(["print(1)"]);
  const refused = (await thread.log()).filter((event) => event.type === "code.ran" && event.outcome === "rejected");
  expect(refused).toEqual([expect.objectContaining({ output: expect.stringContaining("Maria said no to this block before") })]);
  expect(thread.text()).toContain("when a person has written here, it is asked for");
});

test("code that a question shows without a fence is not run after a No either, when it comes in one", async () => {
  const words = { name: "transfer_to_human", args: { question: `May I run \`${BAD}\`?`, options: ["Yes", "No"] } };
  const { journey, ran } = await open(auto, { Coder: [{ toolCalls: [words] }, fence("print( 'bad' )"), "{{last}}\nDONE"] });
  const thread = await journey.mention("@parley count");
  await thread.until(() => thread.ofKind("question").length === 1);
  await thread.click("No", MARIA);
  await thread.ended();
  expect(ran).toEqual([]);
  expect(thread.text()).toContain("Maria said no to this block before");
});

test("over HTTP too: what was denied on its card stays denied after Allow for this run, and is asked for once a person has written", async () => {
  const clock = fastClock();
  const slack = await createWorkspace({ port: 0, now: () => clock.now() });
  onTestFinished(() => slack.close());
  const ran: string[] = [];
  const { parley, problems } = await openParley(
    {
      file: codingTeam({ coder: { handoffs: ["human"] } }),
      replies: {
        Coder: [
          fence(BAD),
          fence("print(1)"),
          fence(BAD),
          { toolCalls: [{ name: "transfer_to_human", args: { question: "What now?" } }] },
          fence(BAD),
          "That is all. DONE",
        ],
      },
      executor: recorder(ran),
    },
    {
      clock,
      slack: { botToken: slack.botToken, apiUrl: slack.apiUrl, http: { signingSecret: SIGNING_SECRET, host: "127.0.0.1", port: 0 } },
    },
  );
  const wire = await bridge(slack, `http://127.0.0.1:${parley.httpPort()}/slack/events`);
  onTestFinished(() => wire.close());
  await slack.control.until(() => slack.control.connected());
  const { ts } = await slack.control.post({ user: MARIA, channel: GENERAL, text: "@parley count" });
  const thread = createThread({ slack, parley, channel: GENERAL, ts });
  const cards = (count: number) => thread.until(() => thread.ofKind("approval").length === count);
  await cards(1);
  await thread.click("Deny", MARIA);
  await cards(2);
  await thread.click("Allow for this run", MARIA);
  await thread.until(() => thread.ofKind("question").length === 1);
  expect(ran).toEqual(["print(1)"]);
  await thread.reply("Show it to me once more.", MARIA);
  await cards(3);
  expect(wordsOf(thread.ofKind("approval")[2])).toContain(BAD);
  expect(ran).toEqual(["print(1)"]);
  await thread.click("Run once", MARIA);
  await thread.ended();
  expect(ran).toEqual(["print(1)", BAD]);
  expect(problems).toEqual([]);
});

test("a skipped turn's code is not run by the next turn, nor when it comes again, and the run goes on", async () => {
  const { journey, ran } = await open(codingTeam(), { Coder: [fence(BAD), fence(BAD), "That is all. DONE"] });
  const thread = await journey.mention("@parley count");
  await thread.until(() => thread.ofKind("approval").length === 1);
  await thread.reply("skip", MARIA);
  await thread.ended();
  expect(ran).toEqual([]);
  expect((await thread.log()).findLast(({ type }) => type === "code.ran")).toMatchObject({
    outcome: "rejected",
    output: expect.stringContaining("Maria skipped the turn that was to run this block."),
  });
});
