import { createRequire } from "node:module";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { CallOrigin, Sample } from "../../../src/engine/tool.ts";
import { outputOf } from "../../contracts/tool.ts";
import { chromiumPath } from "../../support/browser/chromium.ts";
import { everyProviderTakes, folderToRead, pageToSee, tried } from "./tried.ts";

/** Servers of others, pinned among the packages of the tests. */
const programOf = (path: string): string => createRequire(import.meta.url).resolve(path);

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

const started = (path: string, args: readonly string[] = [], more: object = {}) =>
  tried({ command: process.execPath, args: [programOf(path), ...args], ...more }, ends);
const EVERYTHING = "@modelcontextprotocol/server-everything/dist/index.js";
const FILES = "@modelcontextprotocol/server-filesystem/dist/index.js";

test("the reference server of the protocol: its tools are taken everywhere, its picture is seen", async () => {
  const { server, call, kept } = await started(EVERYTHING);
  everyProviderTakes(server);
  expect(outputOf(await call("echo", { message: "hello" }))).toContain("hello");
  const picture = await call("get-tiny-image", {});
  expect(picture).toMatchObject({ kind: "returned", images: [{ mediaType: "image/png" }] });
  expect(kept.size).toBe(1);
});

test("the file server reads what it may, pictures too, and says no to the rest", async () => {
  const folder = folderToRead();
  const { server, call } = await started(FILES, [folder]);
  everyProviderTakes(server);
  expect(outputOf(await call("read_text_file", { path: join(folder, "note.txt") }))).toContain("remember the milk");
  expect(await call("read_media_file", { path: join(folder, "picture.png") })).toMatchObject({ images: [{ mediaType: "image/png" }] });
  expect(await call("read_text_file", { path: "/etc/passwd" })).toMatchObject({ kind: "failed" });
});

describe.skipIf(!chromiumPath())("a browser", () => {
  const [command, page] = ["chrome-devtools-mcp/build/src/bin/chrome-devtools-mcp.js", () => pageToSee(ends)];
  const args = [
    "--headless",
    "--isolated",
    "--no-usage-statistics",
    "--chromeArg=--no-sandbox",
    `--executablePath=${chromiumPath() ?? ""}`,
  ];

  test("opens a page, tells what is on it, and shows it as a picture", async () => {
    const { server, call, kept } = await started(command, args);
    everyProviderTakes(server);
    outputOf(await call("new_page", { url: await page() }));
    const pages = outputOf(await call("list_pages", {}));
    const pageId = Number(/(\d+): Shop \(http:\/\/127/.exec(pages)?.[1]);
    expect(outputOf(await call("take_snapshot", { pageId }))).toContain("Milk is out");
    expect(await call("take_screenshot", { pageId })).toMatchObject({ kind: "returned", images: [{ mediaType: "image/png" }] });
    expect(Buffer.from([...kept.values()][0] ?? []).length).toBeGreaterThan(1_000);
  });
});

test("resources and prompts can be listed and read where the team file says so, and are not there where it does not", async () => {
  const { server, call } = await started(EVERYTHING, [], { resources: true, prompts: true });
  const list = outputOf(await call("list_resources", {}));
  const [uri = ""] = list.split(" - ");
  expect(list).toMatch(/^\w+:\/\/.*\{\w+\}/m); // One in which something is to be put in.
  expect(uri).toMatch(/^\w+:\/\//);
  expect(outputOf(await call("read_resource", { uri })).length).toBeGreaterThan(20);
  expect(outputOf(await call("list_prompts", {}))).toContain("simple-prompt(");
  expect(outputOf(await call("get_prompt", { name: "simple-prompt" })).length).toBeGreaterThan(10);
  everyProviderTakes(server);
  const { server: plain } = await started(EVERYTHING);
  expect(plain.tools().map(({ name }) => name)).not.toContain("s__list_resources");
});

test("the reference server asks people, models and for folders in the middle of its calls, and goes on with what it is told", async () => {
  const { server, call } = await started(EVERYTHING, [], { roots: true });
  // What it has for clients like this one it lists once they have said hello.
  await expect.poll(() => server.tools().map(({ name }) => name)).toContain("s__trigger-sampling-request");
  everyProviderTakes(server);
  const answered = async (tool: string, args: object, text: string) => {
    const asked = await call(tool, args);
    if (asked.kind !== "asks") throw new Error(JSON.stringify(asked));
    return await call(tool, args, { answers: [{ state: asked.question.state, text }] });
  };
  expect(outputOf(await answered("trigger-elicitation-request", {}, "name: Ada\ninteger: 7"))).toMatch(/Name: Ada[^]*Favorite Integer: 7/);
  expect(outputOf(await answered("trigger-elicitation-request", {}, "I do not answer that"))).toContain("declined");
  const page = { url: "https://example.com/login" };
  expect(outputOf(await answered("trigger-url-elicitation", page, "I have done that"))).toContain("completed the URL");
  // Refused until somebody has been on another page: it is called anew, and asks then.
  const before = { ...page, errorPath: true };
  const first = await call("trigger-url-elicitation", before);
  expect(first.kind === "asks" && first.question.text).toContain("https://modelcontextprotocol.io/");
  const went = first.kind === "asks" ? [{ state: first.question.state, text: "I have done that" }] : [];
  const second = await call("trigger-url-elicitation", before, { answers: went });
  expect(second.kind === "asks" && second.question.text).toContain(page.url);
  const sample: Sample = async () => ({ kind: "answer", text: "Hello.", model: "m", usage: { inputTokens: 1, outputTokens: 1 } });
  const asked = await call("trigger-sampling-request", { prompt: "Say hello." }, { sample });
  if (asked.kind !== "wishes") throw new Error(JSON.stringify(asked));
  expect(asked.wish.args).toContain("Say hello.");
  const verdict = {
    wish: asked.wish.id,
    tool: asked.wish.tool,
    args: asked.wish.args,
    approved: true,
    person: { id: "U1", name: "Maria" },
  };
  expect(outputOf(await call("trigger-sampling-request", { prompt: "Say hello." }, { sample, verdicts: [verdict] }))).toContain("Hello.");
  const files: CallOrigin["files"] = async (known) =>
    known.size > 0 ? [] : [{ key: "1", name: "note.txt", content: Buffer.from("milk") }];
  await call("echo", { message: "x" }, { files });
  await expect.poll(async () => outputOf(await call("get-roots-list", {}, { files }))).toContain("Files of the thread");
});
