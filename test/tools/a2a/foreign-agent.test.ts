import type { AddressInfo } from "node:net";
import { Role, TaskState, type AgentCard, type Message, type Part } from "@a2a-js/sdk";
import { AgentEvent, DefaultRequestHandler, InMemoryTaskStore, type AgentExecutor } from "@a2a-js/sdk/server";
import { agentCardHandler, jsonRpcHandler, UserBuilder } from "@a2a-js/sdk/server/express";
import express from "express";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fakeClock } from "../../../src/store/contracts/fake-clock.ts";
import { foreignAgent } from "../../../src/tools/a2a/foreign-agent.ts";
import { aside } from "../../support/turn.ts";

const part = (text: string): Part => ({
  content: { $case: "text", value: text },
  metadata: undefined,
  filename: "",
  mediaType: "text/plain",
});

const textOf = ({ parts }: Message) => parts.map(({ content }) => (content?.$case === "text" ? content.value : "")).join("");

const said = (text: string, ids: { readonly taskId: string; readonly contextId: string }): Message => ({
  ...ids,
  messageId: crypto.randomUUID(),
  role: Role.ROLE_AGENT,
  parts: [part(text)],
  metadata: {},
  extensions: [],
  referenceTaskIds: [],
});

/** What it was sent, and which tasks were cancelled. */
const heard: string[] = [];
const cancelled: string[] = [];

/** An agent that does what it is told to. */
const executor: AgentExecutor = {
  async execute({ taskId, contextId, userMessage }, bus) {
    const ids = { taskId, contextId };
    const text = textOf(userMessage);
    heard.push(text);
    const status = (state: TaskState, words?: string) =>
      bus.publish(
        AgentEvent.statusUpdate({
          ...ids,
          status: { state, timestamp: undefined, message: words === undefined ? undefined : said(words, ids) },
          metadata: {},
        }),
      );
    if (text === "reply") return bus.publish(AgentEvent.message(said("At once.", ids)));
    bus.publish(AgentEvent.task({ id: taskId, contextId, status: { state: TaskState.TASK_STATE_SUBMITTED, timestamp: undefined, message: undefined }, artifacts: [], history: [userMessage], metadata: {} })); // prettier-ignore
    status(TaskState.TASK_STATE_WORKING, "Looking it up");
    if (text === "wait") return new Promise(() => undefined);
    if (text === "fail") return status(TaskState.TASK_STATE_FAILED, "no luck");
    if (text === "ask") return status(TaskState.TASK_STATE_INPUT_REQUIRED, "Which one?");
    if (text === "login") return status(TaskState.TASK_STATE_AUTH_REQUIRED);
    const artifact = { artifactId: "a", name: "", description: "", parts: [part(`You said ${text}.`)], metadata: {}, extensions: [] };
    bus.publish(AgentEvent.artifactUpdate({ ...ids, artifact, append: false, lastChunk: true, metadata: {} }));
    status(TaskState.TASK_STATE_COMPLETED);
  },
  async cancelTask(taskId, bus) {
    cancelled.push(taskId);
    bus.publish(AgentEvent.statusUpdate({ taskId, contextId: "", status: { state: TaskState.TASK_STATE_CANCELED, timestamp: undefined, message: undefined }, metadata: {} })); // prettier-ignore
  },
};

const cardAt = (url: string, protocolVersion: string): AgentCard => ({
  name: "Far",
  description: "Far away.",
  supportedInterfaces: [{ url, protocolBinding: "JSONRPC", tenant: "", protocolVersion }],
  provider: undefined,
  version: "1",
  capabilities: { streaming: true, pushNotifications: false, extensions: [], extendedAgentCard: false },
  securitySchemes: {},
  securityRequirements: [],
  defaultInputModes: ["text/plain"],
  defaultOutputModes: ["text/plain"],
  skills: [],
  signatures: [],
});

let origin = "";
let close: () => Promise<void>;
beforeAll(async () => {
  const app = express();
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const [path, version] of [
    ["new", "1.0"],
    ["old", "0.3"],
  ] as const) {
    const card = cardAt(`${origin}/${path}`, version);
    const legacyCompat = { enabled: true };
    const requestHandler = new DefaultRequestHandler(card, new InMemoryTaskStore(), executor);
    app.use(`/${path}/.well-known/agent-card.json`, agentCardHandler({ agentCardProvider: requestHandler, legacyCompat }));
    app.use(`/${path}`, jsonRpcHandler({ requestHandler, userBuilder: UserBuilder.noAuthentication, legacyCompat }));
  }
  app.get("/closed/.well-known/agent-card.json", (request, response) => {
    if (request.headers.authorization === "Bearer open") response.json(cardAt(`${origin}/new`, "1.0"));
    else response.status(401).end();
  });
  app.get("/elsewhere/.well-known/agent-card.json", (_request, response) => void response.json(cardAt("http://127.0.0.2:1/", "1.0")));
  app.get("/moved/.well-known/agent-card.json", (_request, response) => response.redirect(`${origin}/new/.well-known/agent-card.json`));
  close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
});
afterAll(async () => close());

async function ask(text: string, path = "new", headers: { readonly [name: string]: string } = {}) {
  const told: string[] = [];
  const agent = foreignAgent({ name: "Far", url: `${origin}/${path}`, headers, timeoutMs: 60_000 }, fakeClock());
  const answer = await agent({ text, id: `t/${text}`, tell: (doing) => void told.push(doing) }, aside(new AbortController().signal));
  return { answer, told };
}

test.each([["new"], ["old"]])("an agent of the %s protocol answers, and tells how far it is", async (path) => {
  const { answer, told } = await ask("hello", path);
  expect(answer).toEqual({ kind: "answered", text: "You said hello." });
  expect(told).toEqual(["is at work: Looking it up"]);
  expect(heard.at(-1)).toBe("hello");
});

test("an answer without a task is one, and a question is said to the team", async () => {
  expect((await ask("reply")).answer).toEqual({ kind: "answered", text: "At once." });
  expect((await ask("ask")).answer).toEqual({ kind: "answered", text: "Which one?" });
});

test.each([
  ["fail", "new", "failed", "has failed; it says: no luck"],
  ["login", "new", "login_wanted", "wants a login"],
  ["hello", "closed", "login_wanted", "give it a token with headersEnv"],
  ["hello", "elsewhere", "elsewhere", "wants to be spoken to at http://127.0.0.2:1; write that address"],
  ["hello", "moved", "unavailable", "cannot be had"],
  ["hello", "nothing", "unavailable", "404"],
])("what goes wrong is a failure that says so: %s at %s", async (text, path, kind, says) => {
  const { answer } = await ask(text, path);
  expect(answer).toMatchObject({ kind: "failed", error: { kind, message: expect.stringContaining(says) as string } });
  expect(answer.kind === "failed" && answer.error.message).toContain(`Far, at ${origin}, `);
});

test("its headers go with each request", async () => {
  expect((await ask("hello", "closed", { authorization: "Bearer open" })).answer).toEqual({ kind: "answered", text: "You said hello." });
});

test("one that does not answer in time is waited for no longer, and its task is cancelled", async () => {
  const clock = fakeClock();
  const agent = foreignAgent({ name: "Far", url: `${origin}/new`, headers: {}, timeoutMs: 60_000 }, clock);
  const begun = Promise.withResolvers<void>();
  const answer = agent({ text: "wait", id: "w", tell: () => begun.resolve() }, aside(new AbortController().signal));
  await begun.promise;
  const before = cancelled.length;
  await clock.advance(61_000);
  expect(await answer).toMatchObject({ kind: "failed", error: { kind: "timeout" } });
  await expect.poll(() => cancelled.length).toBe(before + 1);
});
