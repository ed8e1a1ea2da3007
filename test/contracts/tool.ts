import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Tool, ToolResult } from "../../src/engine/tool.ts";
import { aside } from "../support/turn.ts";

/** A tool with whoever stands behind it. */
export interface ToolUnderTest {
  readonly tool: Tool;
  /** Arguments with which it does this. */
  readonly args: { readonly [Behaviour in "answers" | "hangs" | "crashes" | "floods"]: unknown };
  /** How an output without measure says that it is not all; that it is cut, when absent. */
  readonly saysOfMore?: RegExp;
  /** Arguments of a model that has not understood; each with what the failure must speak of. */
  readonly badArgs: readonly { readonly args: unknown; readonly names: RegExp }[];
  /** Resolves when the call that hangs is under way. */
  underWay(): Promise<void>;
  close(): Promise<void>;
}

const OUTPUT_CHARS_MAX = 20_000; // What the assistant records of an output.

/** What every tool does. */
export function toolContract(name: string, open: () => Promise<ToolUnderTest>): void {
  describe(`${name}, as a tool`, () => {
    let under: ToolUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.close());
    const run = (args: unknown, signal = new AbortController().signal) => under.tool.run(args, aside(signal));

    test("it introduces itself in a way that every provider accepts", () => {
      expect(under.tool.name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
      expect(under.tool.description.length).toBeGreaterThan(0);
      expect(under.tool.description.length).toBeLessThanOrEqual(1024);
      expect(under.tool.parameters).toMatchObject({ type: "object", properties: expect.anything() });
      expect(under.tool.parameters).not.toHaveProperty("$schema");
      expect(() => JSON.stringify(under.tool.parameters)).not.toThrow();
    });

    test("a call that goes well returns text", async () => {
      const result = await run(under.args.answers);
      expect(result).toMatchObject({ kind: "returned", output: expect.stringMatching(/\S/) });
    });

    test("wrong arguments are a failed result that names the mistake, and the next call goes well", async () => {
      for (const { args, names } of under.badArgs) expect(failureOf(await run(args)).message).toMatch(names);
      for (const args of [null, "text", 7, [1]]) expect(failureOf(await run(args)).message).toMatch(/\w/);
      expect((await run(under.args.answers)).kind).toBe("returned");
    });

    test("a call that is stopped ends at once, and the next call goes well", async () => {
      const stop = new AbortController();
      const running = run(under.args.hangs, stop.signal);
      await under.underWay();
      stop.abort();
      expect(failureOf(await running).kind).toBe("aborted");
      expect((await run(under.args.answers)).kind).toBe("returned");
    });

    test("a call that was stopped before it began does nothing", async () => {
      expect(failureOf(await run(under.args.answers, AbortSignal.abort())).kind).toBe("aborted");
    });

    test("a crash behind it is a failed result, and the next call goes well", async () => {
      const failure = failureOf(await run(under.args.crashes));
      expect(failure.kind).toMatch(/^(crashed|unavailable)$/);
      expect(failure.message.length).toBeLessThanOrEqual(2_000);
      expect((await run(under.args.answers)).kind).toBe("returned");
    });

    test("of an output without measure some is given, and it says so", async () => {
      const result = await run(under.args.floods);
      const output = result.kind === "returned" ? result.output : "";
      expect(output.length).toBeGreaterThan(OUTPUT_CHARS_MAX / 2);
      expect(output.length).toBeLessThanOrEqual(OUTPUT_CHARS_MAX);
      expect(output).toMatch(under.saysOfMore ?? /… cut: \d+ more characters$/);
    });
  });
}

/** The failure of a result that must be one. */
export function failureOf(result: ToolResult) {
  if (result.kind !== "failed") throw new Error(`expected a failure, not: ${JSON.stringify(result).slice(0, 200)}`);
  return result.error;
}

/** The output of a result that must not be a failure. */
export function outputOf(result: ToolResult): string {
  if (result.kind !== "returned") throw new Error(`expected an output, not: ${JSON.stringify(result)}`);
  return result.output;
}
