import { describe, expect, test } from "vitest";
import { dockerAvailable } from "../../support/sandbox/docker.ts";
import { CODING, codingReplies, GENERAL, MARIA, openJourney } from "../../support/journey.ts";
import { useDocker } from "../../support/sandbox/sandboxes.ts";
import { wordsOf } from "../../support/slack/thread.ts";

describe.skipIf(!(await dockerAvailable()))("files that people post", () => {
  const sandbox = useDocker();

  test("code reads them and cannot change them, and the log names them", async () => {
    const code =
      "import csv\nrows = list(csv.DictReader(open('in/sales.csv')))\nprint('sum', sum(int(row['sold']) for row in rows))\ntry: open('in/sales.csv', 'w')\nexcept OSError as e: print('refused', e.errno)";
    const journey = await openJourney({ file: CODING, replies: codingReplies(code, "I saw: {{last}}"), executor: sandbox.executor() });
    const { ts } = await journey.slack.control.post({
      user: MARIA,
      channel: GENERAL,
      text: "@parley add up what we sold",
      files: [{ name: "sales.csv", content: Buffer.from("month,sold\nMay,40\nJune,2\n") }],
    });
    const thread = journey.thread(GENERAL, ts);
    await thread.ended();
    const log = await thread.log();
    expect(log.find((event) => event.type === "message.posted" && "person" in event)).toMatchObject({
      text: "add up what we sold",
      beside: [
        { source: "file sales.csv", text: "| month | sold |\n| --- | --- |\n| May | 40 |\n| June | 2 |" },
        { text: "(Attached: sales.csv (text/csv, 25 bytes). Code that is run finds them in the folder in/.)" },
      ],
      files: [{ name: "sales.csv", mediaType: "text/csv", bytes: 25 }],
    });
    expect(log.find((event) => event.type === "code.ran")).toMatchObject({
      outcome: "ok",
      output: "sum 42\nrefused 13\n",
      memoryPeakBytes: expect.any(Number) as number,
      limits: { timeoutMs: 60_000, memoryMb: 512, outputBytesMax: 65_536 },
    });
    expect(wordsOf(thread.ofKind("turn")[1])).toContain("sum 42");
  });
});
