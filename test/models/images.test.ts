import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/engine/clock.ts";
import type { FileRef } from "../../src/engine/events/events.ts";
import { readImages } from "../../src/models/images.ts";
import { ask, request } from "./servers/asking.ts";
import { type ModelServer, startModelServer } from "./servers/model-server.ts";
import { anthropicWire, chatWire, modelOn, responsesWire, type Wire, wires } from "./servers/wires.ts";

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8Dwn4EIwDiqEAAJOgP/7wQXWwAAAABJRU5ErkJggg==",
  "base64",
);
const DATA = PNG.toString("base64");
const file = (hash: string, name = `${hash}.png`): FileRef => ({ hash, name, mediaType: "image/png", bytes: PNG.length });
const kept = new Map<string, Uint8Array>([
  ["dot", PNG],
  ["other", PNG],
  ["fake", Buffer.from("#!/bin/sh\nrm -rf /\n")],
  ["huge", Buffer.concat([PNG, Buffer.alloc(4_000_000)])],
]);
const readFile = async (hash: string) => kept.get(hash);

let server: ModelServer;
beforeEach(async () => {
  server = await startModelServer();
});
afterEach(() => server.close());

const posted = (...images: FileRef[]) => request({ messages: [{ role: "user", text: "Ada: What is it?", images }] });
const seeing = (wire: Wire, images = true) => modelOn(wire, server.url, systemClock, { images }, readFile);
const willSay = (wire: Wire, ...text: string[]) => server.will({ body: wire.events({ text }) });

/** The content of the last user message as each provider takes it. */
function contentOf(body: { readonly [key: string]: unknown } = {}): unknown {
  const messages = (body["messages"] ?? body["input"]) as readonly { readonly content: unknown }[];
  return messages.at(-1)?.content;
}

describe("images that people post", () => {
  test.each([
    [
      chatWire,
      [
        { type: "image_url", image_url: { url: `data:image/png;base64,${DATA}` } },
        { type: "text", text: "Ada: What is it?" },
      ],
    ],
    [
      responsesWire,
      [
        { type: "input_image", image_url: `data:image/png;base64,${DATA}`, detail: "auto" },
        { type: "input_text", text: "Ada: What is it?" },
      ],
    ],
    [
      anthropicWire,
      [
        { type: "image", source: { type: "base64", media_type: "image/png", data: DATA } },
        { type: "text", text: "Ada: What is it?" },
      ],
    ],
  ] as const)("$name shows them in its own words, in front of the text", async (wire, content) => {
    willSay(wire, "A dot.");
    const { reply } = await ask(seeing(wire), posted(file("dot")));
    expect(reply.notices).toBeUndefined();
    expect(contentOf(server.requests[0]?.body)).toMatchObject(content);
  });

  test.each(wires)("$name: a model that cannot see is told so, and people are told once", async (wire) => {
    willSay(wire, "I cannot tell.");
    willSay(wire, "I cannot tell.");
    const model = seeing(wire, false);
    const first = await ask(model, posted(file("dot")));
    const second = await ask(model, posted(file("dot")));
    expect(JSON.stringify(server.requests[0]?.body)).toContain("What is it?\\n(You cannot see dot.png.)");
    expect(JSON.stringify(server.requests[0]?.body)).not.toContain(DATA);
    expect(first.reply.notices).toEqual([`${wire.settings.model} was not shown the images: it was told their names alone.`]);
    expect(second.reply.notices).toBeUndefined();
  });

  test.each(wires)("$name: a model that turns out not to see gets the words, now and from then on", async (wire) => {
    const { body } = wire.errors.bad_request as { body: { error: object } };
    const said = JSON.stringify({ ...body, error: { ...body.error, message: "This model does not support image input." } });
    server.will({ status: 400, body: [said] });
    willSay(wire, "I cannot tell.");
    willSay(wire, "I cannot tell.");
    const model = seeing(wire);
    expect((await ask(model, posted(file("dot")))).reply).toMatchObject({ kind: "answer", notices: [expect.stringContaining("images")] });
    await ask(model, posted(file("dot")));
    expect(server.requests.map(({ body }) => JSON.stringify(body).includes(DATA))).toEqual([true, false, false]);
  });

  test("one image that the provider cannot read costs that call its images, not the next one", async () => {
    const error = { message: "The image data could not be decoded.", type: "invalid_request_error", param: null, code: "invalid_image" };
    server.will({ status: 400, body: [JSON.stringify({ error })] });
    willSay(chatWire, "I cannot tell.");
    willSay(chatWire, "A dot.");
    const model = seeing(chatWire);
    await ask(model, posted(file("dot")));
    await ask(model, posted(file("dot")));
    expect(server.requests.map(({ body }) => JSON.stringify(body).includes(DATA))).toEqual([true, false, true]);
  });

  test("what is no image, is too large or is not kept any more is named instead of sent", async () => {
    willSay(chatWire, "A dot.");
    await ask(seeing(chatWire), posted(file("fake"), file("huge"), file("gone"), file("dot")));
    expect(contentOf(server.requests[0]?.body)).toMatchObject([
      { type: "image_url" },
      { type: "text", text: "Ada: What is it?\n(You cannot see fake.png, huge.png, gone.png.)" },
    ]);
  });

  test("of very many the newest are shown, and a store that fails hides them", async () => {
    const many = Array.from({ length: 30 }, (_, index) => file(`n${index}`));
    const images = await readImages([{ role: "user", text: "", images: many }], async () => PNG);
    expect([...images.keys()]).toEqual(many.slice(-20).toReversed().map(({ hash }) => hash)); // prettier-ignore
    expect((await readImages([{ role: "user", text: "", images: many }], () => Promise.reject(new Error("disk")))).size).toBe(0);
  });

  test("users in a row are one message to Chat Completions, also where one of them shows something", async () => {
    willSay(chatWire, "A dot.");
    const messages = [
      { role: "user" as const, text: "Ada: Look.", images: [file("dot")] },
      { role: "user" as const, text: "Ben: And this.", images: [file("other")] },
      { role: "user" as const, text: "Cem: Well?" },
    ];
    await ask(seeing(chatWire), request({ messages }));
    const content = contentOf(server.requests[0]?.body) as { type: string; text?: string }[];
    expect(content.map((part) => part.text ?? part.type)).toEqual(["image_url", "Ada: Look.", "image_url", "Ben: And this.", "Cem: Well?"]);
  });
});
