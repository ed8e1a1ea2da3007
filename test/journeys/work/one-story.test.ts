import { describe, expect, test } from "vitest";
import { dockerAvailable } from "../../support/sandbox/docker.ts";
import { CODING, codingReplies, openJourney } from "../../support/journey.ts";
import { useDocker } from "../../support/sandbox/sandboxes.ts";
import { buttonsOf, wordsOf } from "../../support/slack/thread.ts";

const hasDocker = await dockerAvailable();

describe.skipIf(!hasDocker)("a task from the mention to the end", () => {
  const docker = useDocker();

  test("a mention becomes a card, turns in order under their own names, code that really ran, and an end that says why and at what cost", async () => {
    const journey = await openJourney({
      file: CODING,
      replies: codingReplies("print(sum(range(101)))", "It printed {{last:/[0-9]+/}}, as Gauss said."),
      executor: docker.executor(),
    });
    const thread = await journey.mention("@parley add the numbers from 1 to 100");
    await thread.until(() => thread.ofKind("card").some((card) => buttonsOf(card).length === 3));
    const end = await thread.ended();

    expect(thread.turns()).toEqual([
      "Coder: Here it is.",
      expect.stringMatching(/^Runner: python · exit code 0 · \d+\.\d s$/),
      "Critic: It printed 5050, as Gauss said.",
    ]);
    expect(thread.ofKind("turn").map(({ username, icons }) => [username, icons?.emoji])).toEqual([
      ["Coder", ":technologist:"],
      ["Runner", ":gear:"],
      ["Critic", ":mag:"],
    ]);
    expect(thread.text()).toMatch(/Runner: python · exit code 0 · \d+\.\d s\n5050\n/);
    expect(thread.text()).toContain("Docker, no network, 512 MB");
    expect(thread.text()).toContain("(#2 · why: selector – “there is code to run” · Docker");
    expect(wordsOf(end)).toMatch(
      /^:checkered_flag: \*Done\*: it was checked\n\[Continue…\] \[Another team…\] \[Transcript\] \[Share to channel\] \[Keep as a case…\]\n\(3 turns · [\d.k]+ tokens in, [\d.k]+ out · .* s · mention me here to go on\)$/,
    );

    const [card] = thread.ofKind("card");
    expect(card && wordsOf(card)).toMatch(/^\*coding\* is done, asked by <@U0MARIA>\n>add the numbers from 1 to 100\n\(3 turns · /);
    const own = thread.messages().slice(1);
    expect(own.map(({ metadata }) => metadata?.event_type)).toEqual(own.map(() => "parley_msg"));
    await thread.until(() => thread.reactions().join() === "white_check_mark");
    expect(journey.slack.control.calls().filter(({ ok }) => !ok)).toEqual([]);
    expect(journey.problems).toEqual([]);
  });
});
