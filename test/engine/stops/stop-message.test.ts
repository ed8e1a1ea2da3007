import { expect, test } from "vitest";
import { stopMessage } from "../../../src/engine/stops/stop-message.ts";
import { asked, said } from "../../support/facts.ts";
import { fires } from "./firing.ts";

test("a message that asks for the end by itself", () => {
  expect(fires(stopMessage(), said("A", "Stop.", { kind: "stop" } as object))).toEqual([{ kind: "stopMessage", agent: "A" }]);
  expect(fires(stopMessage(), said("A", "Stop."), asked("Stop."), said("A", "x", { kind: "summary" } as object))).toEqual([]);
});
