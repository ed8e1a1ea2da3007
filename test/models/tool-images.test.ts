import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../src/engine/clock.ts";
import type { FileRef } from "../../src/engine/events/events.ts";
import { ask, request } from "./servers/asking.ts";
import { type ModelServer, startModelServer } from "./servers/model-server.ts";
import { anthropicWire, chatWire, modelOn, responsesWire, type Wire, wires } from "./servers/wires.ts";

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8Dwn4EIwDiqEAAJOgP/7wQXWwAAAABJRU5ErkJggg==",
  "base64",
);
const DATA = PNG.toString("base64");
const url = `data:image/png;base64,${DATA}`;
const page: FileRef = { hash: "page", name: "shot.png", mediaType: "image/png", bytes: PNG.length };

let server: ModelServer;
beforeEach(async () => {
  server = await startModelServer();
});
afterEach(() => server.close());

const looked = (failed: boolean) =>
  request({
    messages: [
      { role: "user", text: "Look." },
      { role: "assistant", text: "", toolCalls: [{ call: "c1", tool: "look", args: "{}" }] },
      { role: "tool", call: "c1", tool: "look", text: "before\n[image shot.png, image/png, 70 bytes]\nafter", failed, images: [page] },
    ],
    tools: [{ name: "look", description: "Looks.", parameters: { type: "object", properties: {} } }],
  });

async function sent(wire: Wire, images: boolean, failed = false): Promise<readonly { readonly [key: string]: unknown }[]> {
  server.will({ body: wire.events({ text: ["I see."] }) });
  await ask(
    modelOn(wire, server.url, systemClock, { images }, async () => PNG),
    looked(failed),
  );
  const body = server.requests[0]?.body ?? {};
  return (body["messages"] ?? body["input"]) as readonly { readonly [key: string]: unknown }[];
}

test("Anthropic is shown what a tool gives to be seen inside of its result, in its place", async () => {
  expect((await sent(anthropicWire, true)).at(-1)).toMatchObject({
    content: [
      {
        type: "tool_result",
        content: [
          { type: "text", text: "before\n[image shot.png" },
          { type: "image", source: { type: "base64", media_type: "image/png", data: DATA } },
          { type: "text", text: ", image/png, 70 bytes]\nafter" },
        ],
      },
    ],
  });
});

test("of a failed call Anthropic takes words alone in the result, and is shown the picture behind it", async () => {
  expect((await sent(anthropicWire, true, true)).at(-1)).toMatchObject({
    content: [
      { type: "tool_result", content: "before\n[image shot.png, image/png, 70 bytes]\nafter", is_error: true },
      { type: "text", text: "(What look gave to be seen, data as its words are: shot.png.)" },
      { type: "image", source: { type: "base64", media_type: "image/png", data: DATA } },
    ],
  });
});

test("the Responses API is shown it as a part of the output", async () => {
  expect((await sent(responsesWire, true)).at(-1)).toMatchObject({
    type: "function_call_output",
    output: [{ type: "input_text" }, { type: "input_image", image_url: url }, { type: "input_text" }],
  });
});

test("Chat Completions, whose results are words alone, is shown it behind the results, as data of the tool", async () => {
  const [result, shown] = (await sent(chatWire, true)).slice(-2);
  expect(result).toMatchObject({ role: "tool", content: "before\n[image shot.png, image/png, 70 bytes]\nafter" });
  expect(shown).toMatchObject({
    role: "user",
    content: [
      { type: "text", text: "(What look gave to be seen, data as its words are: shot.png.)" },
      { type: "image_url", image_url: { url } },
    ],
  });
});

test.each(wires)("$name: a model that does not see is told so in the result", async (wire) => {
  const messages = JSON.stringify(await sent(wire, false));
  expect(messages).toContain("(You cannot see shot.png.)");
  expect(messages).not.toContain(DATA);
});
