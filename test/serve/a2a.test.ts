import { Role, TaskState, type AgentCard, type Message, type StreamResponse } from "@a2a-js/sdk";
import { ClientFactory, DefaultAgentCardResolver, JsonRpcTransportFactory, type Client } from "@a2a-js/sdk/client";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/engine/clock.ts";
import { serveA2aOverHttp } from "../../src/serve/a2a/http.ts";
import type { Conversations } from "../../src/serve/conversations.ts";
import { parley } from "../cli/here.ts";
import { serving, teamFolder } from "./served.ts";

const cwd = teamFolder();
let door: Awaited<ReturnType<typeof serving>>;
let origin = "";
beforeAll(async () => {
  door = await serving(["a2a", "--http", "0"], cwd);
  origin = new URL(door.url).origin;
});
afterAll(async () => void (await door.close()));

/** The SDK's client; of version 0.3, where the card is read as programs of that version read it. */
async function client(team: string, version: "1.0" | "0.3"): Promise<Client> {
  const legacyCompat = { enabled: true };
  const card = (await (await fetch(`${origin}/a2a/${team}/.well-known/agent-card.json`)).json()) as object;
  const old = { ...card, supportedInterfaces: undefined };
  const factory = new ClientFactory({
    transports: [new JsonRpcTransportFactory({ legacyCompat })],
    cardResolver: new DefaultAgentCardResolver({ legacyCompat }),
  });
  return version === "1.0" ? factory.createFromUrl(`${origin}/a2a/${team}/`) : factory.createFromAgentCard(old as unknown as AgentCard);
}

const words = (text: string, ids: { readonly taskId?: string; readonly contextId?: string } = {}): Message => ({
  messageId: crypto.randomUUID(),
  contextId: ids.contextId ?? "",
  taskId: ids.taskId ?? "",
  role: Role.ROLE_USER,
  parts: [{ content: { $case: "text", value: text }, metadata: undefined, filename: "", mediaType: "text/plain" }],
  metadata: undefined,
  extensions: [],
  referenceTaskIds: [],
});

const asked = (message: Message) => ({ tenant: "", message, configuration: undefined, metadata: undefined });

async function all(stream: AsyncIterable<StreamResponse>): Promise<readonly StreamResponse["payload"][]> {
  const seen = [];
  for await (const { payload } of stream) seen.push(payload);
  return seen;
}

const textOf = (parts: Message["parts"] = []) => parts.map(({ content }) => (content?.$case === "text" ? content.value : "")).join("");

describe.each([["1.0"], ["0.3"]] as const)("a client of A2A %s", (version) => {
  test("is told of each turn, and given the answer as an artifact", async () => {
    const own = await client("pair", version);
    expect(own.protocolVersion.startsWith(version)).toBe(true);
    const seen = await all(own.sendMessageStream(asked(words("What is it?"))));
    expect(seen[0]?.$case).toBe("task");
    const statuses = seen.flatMap((one) => (one?.$case === "statusUpdate" ? [one.value.status] : []));
    expect(statuses.map((status) => textOf(status?.message?.parts))).toContain("Ben: How are you?");
    expect(statuses.at(-1)?.state).toBe(TaskState.TASK_STATE_COMPLETED);
    const artifacts = seen.flatMap((one) => (one?.$case === "artifactUpdate" ? [textOf(one.value.artifact?.parts)] : []));
    expect(artifacts).toEqual(["It is 42."]);
  });

  test("is asked for input, answers in the same task, and goes on in the same context", async () => {
    const own = await client("asker", version);
    const waits = await own.sendMessage(asked(words("Bring something.")));
    if (!("status" in waits)) throw new Error("no task");
    expect(waits.status?.state).toBe(TaskState.TASK_STATE_INPUT_REQUIRED);
    expect(textOf(waits.status?.message?.parts)).toBe("Which drink?\n- tea\n- coffee");
    const { id: taskId, contextId } = waits;
    const ended = await own.sendMessage(asked(words("tea", { taskId, contextId })));
    if (!("status" in ended)) throw new Error("no task");
    expect(ended.status?.state).toBe(TaskState.TASK_STATE_COMPLETED);
    expect(textOf(ended.artifacts.at(-1)?.parts)).toBe("tea it is.");
    const next = await own.sendMessage(asked(words("And now?", { contextId })));
    if (!("status" in next)) throw new Error("no task");
    expect(textOf(next.artifacts.at(-1)?.parts)).toBe("Again: And now?");
  });

  test("cancels a task, which stops the run; one that waits too", async () => {
    const own = await client("slow", version);
    const stream = own.sendMessageStream(asked(words("Think.")));
    const { value: first } = await stream.next();
    const taskId = first?.payload?.$case === "task" ? first.payload.value.id : "";
    const cancelled = await own.cancelTask({ tenant: "", id: taskId, metadata: undefined });
    expect(cancelled.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
    await all(stream);
    const asker = await client("asker", version);
    const waits = await asker.sendMessage(asked(words("Bring something.")));
    const gone = await asker.cancelTask({ tenant: "", id: "id" in waits ? waits.id : "", metadata: undefined });
    expect(gone.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
  });
});

test("a limit fails the task and says so, what needs a yes is refused, and a message without text is not taken", async () => {
  const short = await (await client("short", "1.0")).sendMessage(asked(words("Talk.")));
  if (!("status" in short)) throw new Error("no task");
  expect(short.status?.state).toBe(TaskState.TASK_STATE_FAILED);
  expect(textOf(short.status?.message?.parts)).toContain("did not come to its end (limit)");
  const reader = await client("reader", "1.0");
  const read = await reader.sendMessage(asked(words("Read.")));
  expect("artifacts" in read && textOf(read.artifacts.at(-1)?.parts)).toContain("cannot show it to a person");
  const none = await reader.sendMessage(asked({ ...words(""), parts: [] }));
  expect("status" in none && none.status?.state).toBe(TaskState.TASK_STATE_REJECTED);
});

/** A door to a team that works until it is let go, and whoever speaks to it. */
async function gated() {
  const gate = Promise.withResolvers<void>();
  const conversations: Conversations = {
    teams: [{ name: "pair", description: "Two.", agents: [{ name: "Ana" }], stopWords: [] }],
    begin: () => "c",
    async *say() {
      yield { type: "speaker.selected", agent: "Ana", by: "policy", reason: "", seq: 1, at: "2026-01-01T00:00:00.000Z" };
      await gate.promise;
      return { kind: "ended", outcome: "done", reason: "", answer: "It is 42." };
    },
    approve: () => expect.fail("nothing is asked"),
    recent: () => [],
    read: async () => undefined,
    stop: async () => undefined,
    close: async () => undefined,
  };
  const log = (line: string) => expect.fail(line);
  const at = { host: "127.0.0.1", port: 0, hosts: [], token: undefined };
  const own = await serveA2aOverHttp({ ...at, conversations, version: "1.0.0", clock: systemClock, log });
  onTestFinished(() => own.close());
  return { gate, url: `${own.url}a2a/pair` };
}

test("who leaves the stream of a task is told of its end later, and a task under way takes no further message", async () => {
  const { gate, url } = await gated();
  const own = await new ClientFactory().createFromUrl(`${url}/`);
  const gone = new AbortController();
  const stream = own.sendMessageStream(asked(words("What is it?")), { signal: gone.signal });
  const { value: first } = await stream.next();
  const id = first?.payload?.$case === "task" ? first.payload.value.id : "";
  const body = { jsonrpc: "2.0", id: 1, method: "SendMessage", params: { message: { taskId: id, parts: [{ text: "And?" }] } } };
  const further = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  expect(await further.json()).toMatchObject({
    id: 1,
    error: { message: expect.stringContaining("at work on this task already") as string },
  });
  gone.abort();
  await stream.next().catch(() => undefined);
  const task = async () => own.getTask({ tenant: "", id, historyLength: undefined });
  expect((await task()).status?.state).toBe(TaskState.TASK_STATE_WORKING);
  gate.resolve();
  await expect.poll(async () => (await task()).status?.state).toBe(TaskState.TASK_STATE_COMPLETED);
  expect(textOf((await task()).artifacts.at(-1)?.parts)).toBe("It is 42.");
});

test("cards are read without the token, and nothing else is", async () => {
  const token = "t".repeat(40);
  const own = await serving(["a2a", "--http", "0", "--team", "pair"], cwd, { PARLEY_SERVE_TOKEN: token });
  const at = new URL(own.url).origin;
  const card = await fetch(`${at}/.well-known/agent-card.json`, { headers: { "a2a-version": "1.0" } });
  expect(await card.json()).toMatchObject({ name: "pair", securitySchemes: { bearer: { httpAuthSecurityScheme: { scheme: "bearer" } } } });
  expect((await fetch(`${at}/a2a/pair`, { method: "POST", body: "{}" })).status).toBe(401);
  expect(await own.close()).toBe(0);
});

test("a door that would stand open to a network is refused", async () => {
  const { code, err } = await parley(["a2a", "--http", "0.0.0.0:0"], { cwd });
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining("set PARLEY_SERVE_TOKEN") as string });
});
