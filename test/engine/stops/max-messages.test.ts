import { expect, test } from "vitest";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { maxMessages } from "../../../src/engine/stops/max-messages.ts";
import { floor, said } from "../../support/facts.ts";
import { openLog } from "../../support/scripted.ts";
import { fires, say, tool } from "./firing.ts";

test("messages and, where they count, work", () => {
  expect(fires(maxMessages(3), said("A"))).toEqual([]);
  expect(fires(maxMessages(2), said("A"))).toEqual([{ kind: "maxMessages", limit: 2, count: 2 }]);
  const work: readonly EventBody[] = [
    tool("tool.called"),
    tool("tool.returned"),
    tool("tool.failed"),
    { type: "code.written", agent: "A", language: "python", code: "1", call: "c" } as unknown as EventBody,
    { type: "code.ran", agent: "A", call: "c" } as unknown as EventBody,
    floor("A"),
    { ...tool("tool.called"), within: "A", quiet: true },
  ];
  expect(fires(maxMessages(6, { events: true }), ...work)).toEqual([{ kind: "maxMessages", limit: 6, count: 6 }]);
  expect(fires(maxMessages(7, { events: true }), ...work)).toEqual([]);
  expect(fires(maxMessages(3), ...work)).toEqual([]);
});

test("messages can be counted together with the work between them", () => {
  const log = openLog();
  log.start("t");
  log.record(
    { type: "tool.called", agent: "a", call: "c", tool: "t", args: "{}" },
    { type: "tool.returned", agent: "a", call: "c", tool: "t", output: "x" },
    say("a", "done"),
  );
  expect(maxMessages(3)(log.transcript)).toEqual([]);
  expect(maxMessages(3, { events: true })(log.transcript)).toEqual([{ kind: "maxMessages", limit: 3, count: 4 }]);
  log.start("again");
  expect(maxMessages(2, { events: true })(log.transcript)).toEqual([]);
});
