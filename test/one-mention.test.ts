import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import type { ClientRequest } from "node:http";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { openJourney, PAIR } from "./support/journey.ts";

const ROOT = resolve(import.meta.dirname, "..");
const FILES_MAX = 14;
const RETURNS_MAX = 3;
const FRAMES_MAX = 200;

/** A piece of the way between two moments at which what happened is in the log: all of its stacks, outermost file first. */
type Leg = readonly (readonly string[])[];

/**
 * What carries a mention is on the stack wherever it goes out of the hands of the code that has it: to the store, and to Slack. What is only
 * asked on the way (a name, a budget, a limit) has returned by then. A way across an `await` is on the stack too, one across a queue is not; there
 * a new stack begins.
 */
test("one mention goes to its first post by the way that the page tells: so many files, so few returns", async () => {
  const journey = await openJourney({ file: PAIR, replies: { Ana: ["Hello."], Ben: ["It is said. DONE"] } });
  const stacks = traced(journey.parley.store);
  const thread = await journey.mention("@parley say hello");
  await thread.ended();

  const first = (call: string) => stacks.findIndex((one) => one.call === call);
  const at = { received: first("receive"), recorded: first("commit"), posted: first("chat.postMessage") };
  expect([at.received >= 0, at.recorded > at.received, at.posted > at.recorded]).toEqual([true, true, true]);
  const between = stacks.slice(at.received + 1, at.recorded + 1).filter(({ call }) => call === "load" || call === "commit");
  const legs: readonly Leg[] = [[stacks[at.received]?.files ?? []], between.map(({ files }) => files), [stacks[at.posted]?.files ?? []]];

  const way = legs.map((leg) => [...new Set(leg.flat())]);
  const told = tellings();
  expect(way).toEqual(told);
  const files = new Set(told.flat());
  const rooms = new Set([...files].map((file) => file.slice(0, file.lastIndexOf("/"))));
  expect({ files: files.size <= FILES_MAX, returns: legs.length - 1 <= RETURNS_MAX }).toEqual({ files: true, returns: true });
  expect([...rooms]).toEqual([
    "src/slack/door",
    "src/store/one-process",
    "src/slack",
    "src/slack/commands",
    "src/runner",
    "src/store",
    "src/slack/post",
    "src/slack/api",
  ]);
});

/** The legs as the page has them: a heading each, and a file at the head of each line. */
function tellings(): string[][] {
  const page = readFileSync(join(ROOT, "docs/decisions/0017-the-way-of-one-mention.md"), "utf8");
  const [, ...legs] = page.split(/^## Leg \d.*$/m).map((leg) => leg.split(/^## /m)[0] ?? "");
  const lines = legs.map((leg) => [...leg.matchAll(/^\d+\. `([^`]+\.ts)`/gm)].map(([, file]) => `src/${file}`));
  // A leg names again what it has from the one before: the inbox gives back what it was given.
  return lines.map((files) => [...new Set(files)]);
}

interface Stack {
  readonly call: string;
  /** Of `src`, outermost first, each once. */
  readonly files: readonly string[];
}

/** Node's own: told by HTTP of each request, while whoever makes it is on the stack. */
const CALLS = "http.client.request.created";
/** How a call is made is no longer the way of what it carries. */
const CALLING = new Set(["call-once", "fetch-answer", "http-call"].map((name) => `src/slack/api/${name}.ts`));

/** Keeps the stack of every call to the store, and of every call to Slack. */
function traced(store: object): readonly Stack[] {
  const stacks: Stack[] = [];
  const keep = (call: string) => stacks.push({ call, files: filesOn(new Error(call).stack ?? "") });
  const methods = store as Record<string, unknown>;
  for (const [name, method] of Object.entries(methods)) {
    if (typeof method !== "function") continue;
    methods[name] = (...args: unknown[]): unknown => (keep(name), method.apply(store, args));
  }
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = FRAMES_MAX;
  const calls = (message: unknown) => keep((message as { readonly request: ClientRequest }).request.path.split("/").at(-1) ?? "");
  subscribe(CALLS, calls);
  onTestFinished(() => {
    unsubscribe(CALLS, calls);
    Error.stackTraceLimit = stackTraceLimit;
  });
  return stacks;
}

function filesOn(stack: string): readonly string[] {
  const files = [...stack.matchAll(/\(?((?:file:\/\/)?\/[^():]+\.ts):\d+:\d+\)?$/gm)].map(([, at = ""]) =>
    relative(ROOT, at.startsWith("file:") ? fileURLToPath(at) : at),
  );
  return [...new Set(files.filter((file) => file.startsWith("src/") && !CALLING.has(file)).toReversed())];
}
