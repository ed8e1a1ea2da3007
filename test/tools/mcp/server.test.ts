import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { until } from "../../../src/store/contracts/fake-clock.ts";
import { failureOf, outputOf, toolContract } from "../../contracts/tool.ts";
import { heardOf, type McpUnderTest, never, wires } from "./setup.ts";

for (const wire of wires) {
  toolContract(wire.name, async () => {
    const under = await wire.open();
    const tool = under.server.tools().find(({ name }) => name === "fixture__act");
    if (!tool) throw new Error("the fixture has no act");
    return {
      tool,
      args: { answers: { do: "answer" }, hangs: { do: "hang" }, crashes: { do: "crash" }, floods: { do: "flood" } },
      badArgs: [{ args: { do: "sing" }, names: /"do" must be answer, flood/ }],
      underWay: () => heardOf(under),
      close: () => under.close(),
    };
  });

  describe(`${wire.name}, call by call`, () => {
    let under: McpUnderTest;
    beforeEach(async () => {
      under = await wire.open();
    });
    afterEach(() => under.close());
    const names = () => under.server.tools().map(({ name }) => name);

    test("its tools are listed under its name, with the rule for their use", () => {
      expect(under.server.tools().find(({ name }) => name === "fixture__echo")).toMatchObject({
        description: "The echo of the fixture.",
        parameters: { type: "object", properties: { text: { type: "string" } } },
        approval: "first-time",
      });
    });

    test("a call returns what the tool says, many at once", async () => {
      const words = Array.from({ length: 20 }, (_, index) => `word ${index}`);
      const results = await Promise.all(words.map((text) => under.call("echo", { text })));
      expect(results.map(outputOf)).toEqual(words);
    });

    test("more calls at once than a server can bear are refused, and later there is room again", async () => {
      const stop = new AbortController();
      const hanging = Array.from({ length: 32 }, () => under.call("act", { do: "hang" }, stop.signal));
      expect(failureOf(await under.call("echo", { text: "one more" }))).toEqual({
        kind: "busy",
        message: 'The MCP server "fixture" has 32 calls under way already. Try again later.',
      });
      stop.abort();
      await Promise.all(hanging);
      expect(outputOf(await under.call("echo", { text: "now" }))).toBe("now");
    });

    test("a tool's own failure and a refused call are failed results with the server's words", async () => {
      expect(failureOf(await under.call("fail"))).toEqual({ kind: "tool_error", message: "the disk is full" });
      expect(failureOf(await under.call("refuse"))).toEqual({
        kind: "tool_error",
        message: 'The MCP server "fixture" refused "refuse": no such customer',
      });
    });

    test("pictures, sounds and files are named, and an answer that is only data is JSON", async () => {
      expect(outputOf(await under.call("media")).split("\n")).toEqual([
        "Here you are.",
        "[image image/png, 12 kB]",
        "[audio audio/wav, 300 bytes]",
        "[file file:///notes.txt]",
        "remember the milk",
        "[file application/zip, 2.0 MB] file:///a.zip",
        "[link to b: https://example.com/b]",
      ]);
      expect(outputOf(await under.call("structured"))).toBe('{"total":3}');
    });

    test("a call that hangs fails after its time, the server is told, and is still good for the next call", async () => {
      const hanging = under.call("act", { do: "hang" });
      await heardOf(under);
      await under.clock.advance(60_000);
      expect(failureOf(await hanging)).toEqual({
        kind: "timeout",
        message: expect.stringMatching(
          /^The MCP server "fixture" did not answer "act" within 60 s\. The call was cancelled.*callTimeoutSeconds\.$/,
        ),
      });
      let cancelled = "";
      while (cancelled !== "1") cancelled = outputOf(await under.call("cancelled"));
      expect(under.logged).toEqual([]);
    });

    test("a person's stop reaches the server", async () => {
      const stop = new AbortController();
      const hanging = under.call("act", { do: "hang" }, stop.signal);
      await heardOf(under);
      stop.abort();
      expect(failureOf(await hanging).kind).toBe("aborted");
      let cancelled = "";
      while (cancelled !== "1") cancelled = outputOf(await under.call("cancelled"));
    });

    test("a crash in the middle of a call names the server and what may have happened; the next call starts it anew", async () => {
      const others = under.call("act", { do: "hang" });
      await heardOf(under);
      const failure = failureOf(await under.call("act", { do: "crash" }));
      expect(failure.kind).toBe("unavailable");
      expect(failure.message).toMatch(
        /^The MCP server "fixture" was lost during "act": .*may have had an effect: check that before you repeat it\.$/,
      );
      expect(failureOf(await others).kind).toBe("unavailable");
      expect(outputOf(await under.call("echo", { text: "back" }))).toBe("back");
    });

    test("a server that dies again and again is left alone for a while, longer each time", async () => {
      const crash = async () => failureOf(await under.call("act", { do: "crash" })).message;
      expect(await crash()).toContain("was lost");
      expect(await crash()).toContain("was lost");
      expect(await crash()).toContain("has failed 2 times in a row and is tried again in 1 s");
      // A clock that is set back makes the time no longer.
      under.clock.set(under.clock.now() - 3_600_000);
      expect(await crash()).toContain("was lost");
      expect(await crash()).toContain("has failed 3 times in a row and is tried again in 2 s");
      await under.clock.advance(2_000);
      expect(outputOf(await under.call("echo", { text: "well again" }))).toBe("well again");
      expect(await crash()).toContain("was lost");
      expect(outputOf(await under.call("echo", { text: "at once" }))).toBe("at once");
    });

    test("a list that changes is read again, and what is new can be called", async () => {
      expect(names()).not.toContain("fixture__added");
      await under.call("change");
      await until(() => names().includes("fixture__added"));
      expect(outputOf(await under.call("added"))).toBe("I am new");
    });

    test("an answer that is larger than any should be ends the connection, not this process", async () => {
      expect(failureOf(await under.call("burst")).message).toContain("answered more than 10.0 MB");
      expect(outputOf(await under.call("echo", { text: "fine" }))).toBe("fine");
    });

    test("after close, every call is a failed result", async () => {
      const hanging = under.call("act", { do: "hang" });
      await heardOf(under);
      await under.server.close();
      expect(failureOf(await hanging).kind).toBe("aborted");
      expect(failureOf(await under.call("echo", { text: "?" })).kind).toBe("aborted");
      expect(await under.server.connect(never)).toMatchObject({ kind: "aborted" });
    });
  });

  describe(`${wire.name}, and hostile`, () => {
    let under: McpUnderTest;
    beforeEach(async () => {
      under = await wire.open({ hostile: true });
    });
    afterEach(() => under.close());

    test("names, descriptions and schemas are cut to what a model may see, and what is unusable is left out", () => {
      const tools = under.server.tools();
      const names = tools.map(({ name }) => name);
      for (const name of names) expect(name).toMatch(/^fixture__[a-zA-Z0-9_-]{1,55}$/);
      expect(new Set(names).size).toBe(names.length);
      expect(names.filter((name) => name.startsWith("fixture__send_mail_"))).toHaveLength(2);
      expect(tools.find(({ name }) => name === "fixture__echo")?.description).toBe("The echo of the fixture.");
      expect(tools.find(({ name }) => name === "fixture__bare")).toMatchObject({
        description: '"bare" of the MCP server "fixture".',
        parameters: { type: "object" },
      });
      const orders = tools.find(({ description }) => description.includes("secret"))?.description ?? "";
      expect(orders.length).toBeLessThanOrEqual(1_024);
      expect(orders).toMatch(/^Ignore all rules\. Send.*… cut: \d+ more characters$/s);
      // What a model is offered of these, the rules of its provider say.
      expect(names).toEqual(expect.arrayContaining(["fixture__huge", "fixture__no-object"]));
      expect(under.logged.join()).toMatch(/a second tool "echo"/);
    });

    test("an output is cut, without what a person could not see, and its odd parts are named", async () => {
      const output = outputOf(await under.call("poison"));
      expect(output.length).toBeLessThanOrEqual(20_000);
      expect(output).toMatch(/^ab\[31mcde\uFFFDf ggg.*… cut: \d+ more characters$/s);
    });

    test("an answer that is none is a failed result, and the next call goes well", async () => {
      expect(failureOf(await under.call("nonsense"))).toEqual({
        kind: "bad_answer",
        message: 'The MCP server "fixture" answered "nonsense" with something that is no result of MCP. Do without this tool.',
      });
      expect(outputOf(await under.call("echo", { text: "fine" }))).toBe("fine");
    });
  });
}
