import { expect, test } from "vitest";
import type { RunEvent } from "../../src/engine/events/events.ts";
import { createRequests, TooManyRequests } from "../../src/studio/runs/requests.ts";
import { runEvents, studio, write } from "./studio.ts";

const NAME = { thread: "T1/C1/1.1", seq: 1, event: 3 };

test("a few requests are put together at once, some more wait, and who comes then is told to come again", async () => {
  const read = Promise.withResolvers<RunEvent[]>();
  let reading = 0;
  const requests = createRequests({ load: () => (reading++, read.promise), file: async () => undefined }, {});
  const asked = Array.from({ length: 24 }, () => requests.of(NAME, { kind: "all" }));
  await expect(requests.of(NAME, { kind: "all" })).rejects.toThrow(TooManyRequests);
  // Nothing is read for whoever may not see it, and they are not told how busy it is.
  expect(await requests.of(NAME, { kind: "places", workspace: "T1", places: ["T1/C2"] })).toBe(undefined);
  expect(reading).toBe(4);
  read.resolve([]);
  expect(await Promise.all(asked)).toEqual(asked.map(() => undefined));
  expect(reading).toBe(24);
});

test("for the requests behind an event the log is read once", async () => {
  const opened = studio();
  const settings = { file: { models: {}, tools: {}, teams: {} }, scripts: {} };
  const teamHash = await opened.store.putFile(Buffer.from(JSON.stringify(settings)));
  await write(opened, { events: runEvents().map((event) => (event.type === "run.started" ? { ...event, teamHash } : event)) });
  const { json } = await opened.enter();
  const before = opened.loads.length;
  expect(await json(`/api/v1/runs/${encodeURIComponent(NAME.thread)}/1/requests/3`)).toMatchObject({
    requests: [{ exact: "unknown", why: [expect.stringContaining("cannot be put together any more")] }],
  });
  expect(opened.loads.slice(before)).toEqual([0]);
});
