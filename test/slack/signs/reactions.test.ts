import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { systemClock } from "../../../src/engine/clock.ts";
import type { EventBody } from "../../../src/engine/events/events.ts";
import type { Follower } from "../../../src/runner/runner.ts";
import { createReactions } from "../../../src/slack/signs/reactions.ts";
import { asked, floor, logOf, said, started, stopped } from "../../support/facts.ts";

const MESSAGE = "T1:C1:1700000000.000100";
const file = { hash: "h", name: "plan.pdf", mediaType: "application/pdf", bytes: 9 };
const by = (id: string, more: object = {}) => ({ ...asked("read this"), id, ...more }) as EventBody;

/** Which marks change on the one message, once all of this was recorded. */
async function marks(...facts: readonly EventBody[]): Promise<readonly (string | undefined)[]> {
  const transcript = logOf(...facts);
  const changed: (string | undefined)[] = [];
  let tell: Follower = () => undefined;
  const reactions = createReactions({
    runner: {
      follow: (follower) => ((tell = follower), () => undefined),
      read: async () => transcript,
      atHand: () => transcript,
    } as Parameters<typeof createReactions>[0]["runner"],
    whisper: { swap: ({ ts }, { to }) => void (ts === "1700000000.000100" && changed.push(to)) },
    clock: systemClock,
    log: (problem) => expect(problem).toBe(""),
  });
  for (const event of transcript.events) tell("T1/C1/1700000000.000100", event);
  // Behind all that it reads of the log.
  await setImmediate();
  await reactions.close();
  return changed;
}

test("a task's mark tells how its run ended, and of files that came behind its words nothing sooner", async () => {
  const run = (...behind: readonly EventBody[]) => [
    started(),
    by(MESSAGE),
    floor("Ada"),
    ...behind,
    said("Ada"),
    floor("Ben"),
    said("Ben"),
    stopped,
  ];
  expect(await marks(...run())).toEqual(["octagonal_sign"]);
  expect(await marks(...run(by(`${MESSAGE}:files`, { text: "", files: [file] })))).toEqual(["octagonal_sign"]);
  // Other words have their own mark.
  expect(await marks(started(), by("T1:C1:1.0"), floor("Ada"), by(MESSAGE), said("Ada"), floor("Ben"))).toEqual(["white_check_mark"]);
});
