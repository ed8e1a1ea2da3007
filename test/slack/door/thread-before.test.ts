import { expect, test } from "vitest";
import { beforeIn } from "../../../src/slack/door/thread-before.ts";

test("what stood in the thread before is told from what else came along with a message", () => {
  const read = [
    { source: "Jo, 2026-11-18 11:06 UTC, earlier in this thread", text: "Deploy 417 failed" },
    { text: "(Read 1 message from before in this thread.)" },
  ];
  const others = [
    { source: "Jo in #engineering, 2026-11-18 11:06 UTC, forwarded", text: "(Read this.)" },
    { source: "file notes.txt", text: "earlier in this thread" },
    { text: "(Attached: notes.txt.)" },
  ];
  expect(beforeIn([...read, ...others])).toEqual(read);
  expect(beforeIn(undefined)).toEqual([]);
});
