import { Client, StreamableHTTPClientTransport, type ElicitResult, type Progress } from "@modelcontextprotocol/client";
import { Client as FirstClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as FirstTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport as AnyTransport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parley } from "../cli/here.ts";
import { serving, teamFolder } from "./served.ts";

const cwd = teamFolder();
let door: Awaited<ReturnType<typeof serving>>;
beforeAll(async () => (door = await serving(["mcp", "--http", "0"], cwd)));
afterAll(async () => void (await door.close()));

type Answer = (asked: { readonly message: string; readonly requestedSchema?: unknown }) => ElicitResult;

/** A client as programs have it, of the newest protocol or of one before; `answer`: what its person says. */
async function client(mode: "auto" | "legacy", answer?: Answer, fetchImpl: typeof fetch = fetch) {
  const asked: unknown[] = [];
  const own = new Client(
    { name: "tester", version: "1.0.0" },
    { capabilities: answer ? { elicitation: { form: {} } } : {}, versionNegotiation: { mode } },
  );
  if (answer)
    own.setRequestHandler("elicitation/create", async ({ params }) => {
      asked.push(params);
      return answer(params);
    });
  await own.connect(new StreamableHTTPClientTransport(new URL(door.url), { fetch: fetchImpl }));
  return { own, asked };
}

const textOf = (result: { readonly content?: readonly { readonly type: string; readonly text?: string }[] }) =>
  (result.content ?? []).flatMap(({ text }) => text ?? []).join("\n");

const stateOf = (result: { readonly structuredContent?: unknown }) =>
  result.structuredContent as { readonly conversation: string; readonly state: string; readonly reason: string };

test("the official client of version 1, which most programs have, is told of turns, asks its person, and reads the transcript", async () => {
  const own = new FirstClient({ name: "first", version: "1.0.0" }, { capabilities: { elicitation: {} } });
  own.setRequestHandler(ElicitRequestSchema, async () => ({ action: "accept", content: { choice: "tea" } }));
  await own.connect(new FirstTransport(new URL(door.url)) as AnyTransport);
  expect((await own.listTools()).tools.map(({ name }) => name)).toContain("asker");
  const told: (string | undefined)[] = [];
  const call = { name: "asker", arguments: { task: "Bring something." } };
  const result = await own.callTool(call, undefined, { onprogress: ({ message }) => void told.push(message) });
  expect(textOf(result as Parameters<typeof textOf>[0])).toBe("tea it is.");
  expect(told).toContain("Cleo asks a person.");
  const { conversation } = stateOf(result as Parameters<typeof stateOf>[0]);
  const { contents } = await own.readResource({ uri: `parley://conversations/${conversation}` });
  expect(JSON.stringify(contents)).toContain("Which drink?");
  await own.close();
});

test.for(["2024-11-05", "2025-03-26"])("a client of %s is given words in the place of links, which it would not take", async (version) => {
  const older: typeof fetch = (url, init) => {
    const body = typeof init?.body === "string" ? init.body.replace(/"protocolVersion":"[^"]+"/, `"protocolVersion":"${version}"`) : init?.body; // prettier-ignore
    return fetch(url, { ...init, body: body ?? null });
  };
  const own = new FirstClient({ name: "older", version: "1.0.0" });
  const transport = new FirstTransport(new URL(door.url), { fetch: older });
  await own.connect(transport as AnyTransport);
  const { content } = await own.callTool({ name: "asker", arguments: { task: "Bring something." } });
  const parts = content as readonly { readonly type: string; readonly text: string }[];
  expect(parts.map(({ type }) => type)).toEqual(["text", "text"]);
  const [, conversation] = /`conversation`: "([^"]+)"/.exec(parts[1]?.text ?? "") ?? [];
  const [, uri = ""] = /the resource (\S+)\)$/.exec(parts[1]?.text ?? "") ?? [];
  expect(JSON.stringify((await own.readResource({ uri })).contents)).toContain("Which drink?");
  const answered = await own.callTool({ name: "asker", arguments: { task: "tea", conversation } });
  expect(textOf(answered as Parameters<typeof textOf>[0])).toContain("tea it is.");
  await own.close();
});

describe.each([["auto"], ["legacy"]] as const)("over HTTP, by a client whose first protocol is %s", (mode) => {
  test("each team is a tool; a call tells of its turns, gives the answer, and its transcript is a resource", async () => {
    const { own } = await client(mode);
    expect(own.getProtocolEra()).toBe(mode === "auto" ? "modern" : "legacy");
    const { tools } = await own.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["pair", "asker", "reader", "short", "slow"]);
    expect(tools[0]?.description).toContain("Two who talk.");
    const told: Progress[] = [];
    const result = await own.callTool({ name: "pair", arguments: { task: "What is it?" } }, { onprogress: (one) => void told.push(one) });
    expect(textOf(result)).toBe("It is 42.");
    expect(stateOf(result)).toMatchObject({ state: "done" });
    expect(told.map(({ message }) => message)).toEqual([
      "Ana has the floor.",
      "Ana: Hello Ben.",
      "Ben has the floor.",
      "Ben: How are you?",
      "Ana has the floor.",
      "Ana: It is 42. DONE",
    ]);
    const link = (result.content as readonly { readonly type: string; readonly uri?: string }[]).find(
      ({ type }) => type === "resource_link",
    );
    const { resources } = await own.listResources();
    expect(resources.map(({ uri }) => uri)).toContain(link?.uri);
    const { contents } = await own.readResource({ uri: link?.uri ?? "" });
    expect(contents[0]).toMatchObject({ mimeType: "text/markdown", text: expect.stringContaining("How are you?") as string });
    await own.close();
  });

  test("what an agent asks is put to the client's person, and the run goes on with the answer", async () => {
    const { own, asked } = await client(mode, () => ({ action: "accept", content: { choice: "tea" } }));
    const result = await own.callTool({ name: "asker", arguments: { task: "Bring something." } });
    expect(asked).toEqual([
      expect.objectContaining({
        message: "Cleo asks: Which drink?",
        requestedSchema: expect.objectContaining({
          properties: expect.objectContaining({ choice: expect.objectContaining({ enum: ["tea", "coffee"] }) }),
        }),
      }),
    ]);
    expect(textOf(result)).toBe("tea it is.");
    await own.close();
  });

  test("who declines to answer lets the run go on without", async () => {
    const { own } = await client(mode, () => ({ action: "decline" }));
    expect(textOf(await own.callTool({ name: "asker", arguments: { task: "Bring something." } }))).toContain("The person gives no answer.");
    await own.close();
  });

  test("a client that cannot ask is told what is asked, and goes on with the answer in another call", async () => {
    const { own } = await client(mode);
    const asks = await own.callTool({ name: "asker", arguments: { task: "Bring something." } });
    expect(stateOf(asks)).toMatchObject({ state: "waiting" });
    expect(textOf(asks)).toContain("Which drink?\nIt offers: tea; coffee.");
    const { conversation } = stateOf(asks);
    expect(textOf(await own.callTool({ name: "asker", arguments: { task: "coffee", conversation } }))).toBe("coffee it is.");
    expect(textOf(await own.callTool({ name: "asker", arguments: { task: "And now?", conversation } }))).toBe("Again: And now?");
    await own.close();
  });

  test("what needs a yes runs after a person's, and is refused where there is none to ask", async () => {
    const said: { decision: string; reason?: string }[] = [{ decision: "Allow once" }, { decision: "Deny", reason: "not today" }];
    const { own, asked } = await client(mode, () => ({ action: "accept", content: said.shift() ?? {} }));
    const allowed = await own.callTool({ name: "reader", arguments: { task: "Read." } });
    expect(asked[0]).toMatchObject({ message: expect.stringContaining('web_fetch {"url":"http://127.0.0.1/private"}') as string });
    expect(textOf(allowed)).toContain("is refused: it is not on the public internet");
    expect(textOf(await own.callTool({ name: "reader", arguments: { task: "Read." } }))).toContain("said no: not today");
    await own.close();
    const { own: alone } = await client(mode);
    expect(textOf(await alone.callTool({ name: "reader", arguments: { task: "Read." } }))).toContain("cannot show it to a person");
    await alone.close();
  });

  test("a limit ends the run, and the result says so; a run that is cancelled is stopped", async () => {
    const { own } = await client(mode);
    const short = await own.callTool({ name: "short", arguments: { task: "Talk." } });
    expect(stateOf(short).state).toBe("limit");
    expect(textOf(short)).toMatch(/^One\.\n\nThe run did not come to its end \(limit\): /);
    const stop = new AbortController();
    const begun = Promise.withResolvers<void>();
    const call = own.callTool({ name: "slow", arguments: { task: "Think." } }, { signal: stop.signal, onprogress: () => begun.resolve() });
    await begun.promise;
    stop.abort();
    await expect(call).rejects.toThrow(/abort/i);
    const uri = (await own.listResources()).resources[0]?.uri ?? "";
    await expect.poll(async () => JSON.stringify(await own.readResource({ uri }))).toContain("**Ended (stopped):**");
    await own.close();
  });
});

describe.each([["auto"], ["legacy"]] as const)("over HTTP, by a client whose first protocol is %s", (mode) => {
  test("a run is stopped whose client is gone, without a word, in the middle of a call", async () => {
    const gone = new AbortController();
    const { own } = await client(mode, undefined, async (url, init) =>
      fetch(url, { ...init, signal: AbortSignal.any([gone.signal, ...(init?.signal ? [init.signal] : [])]) }),
    );
    const begun = Promise.withResolvers<void>();
    const call = own.callTool({ name: "slow", arguments: { task: "Think." } }, { onprogress: () => begun.resolve() });
    call.catch(() => undefined); // Nobody waits for it any more.
    await begun.promise;
    gone.abort();
    const { own: other } = await client(mode);
    const uri = (await other.listResources()).resources[0]?.uri ?? "";
    await expect.poll(async () => JSON.stringify(await other.readResource({ uri }))).toContain("**Ended (stopped):**");
    await Promise.all([own.close(), other.close()]);
  });
});

describe("over HTTP", () => {
  test("there are no conversations but this door's", async () => {
    const { own } = await client("auto");
    const wrong = await own.callTool({ name: "pair", arguments: { task: "x", conversation: "C1/1.2" } });
    expect(wrong.isError).toBe(true);
    expect(textOf(wrong)).toContain('There is no conversation "C1/1.2" here.');
    const made = `mcp-${crypto.randomUUID()}`;
    expect((await own.callTool({ name: "pair", arguments: { task: "x", conversation: made } })).isError).toBe(true);
    await expect(own.readResource({ uri: `parley://conversations/${made}` })).rejects.toThrow("There is no conversation");
    await own.close();
  });

  test("a page of somebody else's, and a name that is not ours, come no further", async () => {
    const asked = (headers: { readonly [name: string]: string }) =>
      fetch(door.url, { method: "POST", headers, body: "{}" }).then(({ status }) => status);
    expect(await asked({ origin: "https://evil.example" })).toBe(403);
    expect(await asked({ origin: "null" })).toBe(403);
    expect(await asked({ origin: "http://localhost:3000", "content-type": "application/json" })).not.toBe(403);
  });

  test("with a token nobody comes in without it", async () => {
    const token = "t".repeat(40);
    const own = await serving(["mcp", "--http", "0", "--team", "pair"], cwd, { PARLEY_SERVE_TOKEN: token });
    const transport = (shown?: string) =>
      new StreamableHTTPClientTransport(
        new URL(own.url),
        shown === undefined ? {} : { requestInit: { headers: { authorization: `Bearer ${shown}` } } },
      );
    const given = new Client({ name: "tester", version: "1.0.0" });
    await given.connect(transport(token));
    expect((await given.listTools()).tools.map(({ name }) => name)).toEqual(["pair"]);
    await given.close();
    for (const shown of [undefined, "x".repeat(40)])
      await expect(new Client({ name: "tester", version: "1.0.0" }).connect(transport(shown))).rejects.toThrow(/401|Unauthorized|token/i);
    expect(await own.close()).toBe(0);
  });

  test.each([
    [["mcp", "--http", "0.0.0.0:0"], {}, "set PARLEY_SERVE_TOKEN"],
    [["mcp", "--http", "0"], { PARLEY_SERVE_TOKEN: "short" }, "a token at least 32"],
    [["mcp", "--http", "0", "--team", "pairs"], {}, 'Did you mean "pair"?'],
    [["mcp", "--name", "parley.example.com"], {}, "--name belongs to --http"],
    [["mcp", "--http", "0", "--name", "https://x"], {}, "--name is a host's name alone"],
  ])("%j is refused: %j", async (args, env, says) => {
    const { code, err } = await parley(args, { cwd, env });
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(says) as string });
  });
});
