import { describe, expect, test } from "vitest";
import { z } from "zod";
import { functionTool } from "../../src/tools/function-tool.ts";
import { failureOf, outputOf, toolContract } from "../contracts/tool.ts";
import { aside } from "../support/turn.ts";

const never = aside();

toolContract("a function", async () => {
  const called = Promise.withResolvers<void>();
  const tool = functionTool({
    name: "act",
    description: "Does as it is told.",
    input: z.strictObject({ do: z.enum(["answer", "hang", "crash", "flood"]) }),
    run: (args) => {
      switch (args.do) {
        case "answer":
          return "done";
        case "hang":
          called.resolve();
          return new Promise(() => undefined); // Does not heed its signal.
        case "crash":
          throw new Error("boom");
        case "flood":
          return "x".repeat(1_000_000);
      }
    },
  });
  return {
    tool,
    args: { answers: { do: "answer" }, hangs: { do: "hang" }, crashes: { do: "crash" }, floods: { do: "flood" } },
    badArgs: [
      { args: {}, names: /"do"/ },
      { args: { do: "sing" }, names: /"do".*answer.*call act again/i },
      { args: { do: "answer", loudly: true }, names: /loudly/ },
    ],
    underWay: () => called.promise,
    close: async () => undefined,
  };
});

describe("a function tool", () => {
  const add = functionTool({
    name: "add",
    description: "Adds up an order.",
    input: z.object({ order: z.object({ amounts: z.array(z.number()).max(100) }), note: z.string().default("none") }),
    run: ({ order, note }) => ({ total: order.amounts.reduce((sum, amount) => sum + amount, 0), note }),
  });

  test("shows the model its arguments as JSON Schema, in which a default is not required", () => {
    expect(add.parameters).toMatchObject({
      type: "object",
      required: ["order"],
      properties: { order: { properties: { amounts: { type: "array", items: { type: "number" } } } }, note: { default: "none" } },
    });
  });

  test("gives an object as JSON, with the defaults filled in", async () => {
    expect(outputOf(await add.run({ order: { amounts: [1, 2] } }, never))).toBe('{"total":3,"note":"none"}');
  });

  test("names the path of a mistake deep inside, and not more mistakes than help", async () => {
    expect(failureOf(await add.run({ order: { amounts: [1, "two"] } }, never))).toEqual({
      kind: "bad_arguments",
      message: expect.stringMatching(/^The arguments of add are wrong\. "order\.amounts\.1": .*number.*Correct them and call add again\.$/),
    });
    const { message } = failureOf(await add.run({ order: { amounts: Array.from({ length: 50 }, () => "x") } }, never));
    expect(message).toContain("(and 45 more)");
  });

  test("passes on a failure that the function returns as a value", async () => {
    const tool = functionTool({
      name: "find",
      description: "Finds.",
      input: z.object({}),
      run: async () => ({ kind: "failed", error: { kind: "not_found", message: "There is no such order." } }),
    });
    expect(failureOf(await tool.run({}, never))).toEqual({ kind: "not_found", message: "There is no such order." });
  });

  test("says so when there is nothing to say, and when what it has is not JSON", async () => {
    const returning = (value: unknown) => functionTool({ name: "give", description: "Gives.", input: z.object({}), run: () => value });
    expect(outputOf(await returning(undefined).run({}, never))).toBe("(no output)");
    expect(failureOf(await returning(10n).run({}, never)).kind).toBe("crashed");
  });

  test("keeps what a person could not see away from the model", async () => {
    const tool = functionTool({
      name: "give",
      description: "Gives.",
      input: z.object({}),
      run: () => "a\u0000b\u202Ec\u{E0041}d\uD800\te\r\nf",
    });
    expect(outputOf(await tool.run({}, never))).toBe("abcd\uFFFD\te\nf");
  });

  test("does not take a name that no provider takes", () => {
    expect(() => functionTool({ name: "add it", description: "", input: z.object({}), run: () => "" })).toThrow(/"add it" is no name/);
  });
});
