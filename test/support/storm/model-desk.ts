import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { chatBody } from "../../models/servers/wire-chat.ts";
import { IDLE_STAYS } from "../idle-connections.ts";

/** A model's server at which every request waits until the test answers it. */
export interface ModelDesk {
  /** For the team file: who speaks through it. */
  readonly model: { readonly provider: "openai-compatible"; readonly baseUrl: string; readonly model: string; readonly price: object };
  /** The next request that nobody has looked at yet; rejects when it is not this agent's, where one is named. */
  asked(agent?: string): Promise<Asked & { readonly agent: string }>;
  /** How many requests have come in. */
  calls(): number;
}

interface Asked {
  /** Everything that the model reads, in order. */
  readonly read: string;
  /** `outputTokens`: what it is said to have cost, at $200 a million. */
  answer(text: string, outputTokens?: number): void;
  /** Calls a tool. */
  call(name: string, args: object): void;
  /** Hands a question over to people. */
  ask(question: string, options?: readonly string[]): void;
  /** Resolves when whoever asked has hung up. */
  readonly gone: Promise<void>;
}

export async function openModelDesk(): Promise<ModelDesk> {
  const waiting: (Asked & { readonly agent: string })[] = [];
  const takers: ((asked: Asked & { readonly agent: string }) => void)[] = [];
  let count = 0;
  const server = createServer(IDLE_STAYS, (request, response) => {
    // Whoever looks what there is (its models, its limits), or asked a server that had this port before, hears that there is nothing.
    if (request.method !== "POST") return void response.writeHead(404).end();
    count++;
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      if (parts.length === 0) return void response.writeHead(400).end();
      const asked = { ...readRequest(Buffer.concat(parts).toString()), ...answering(response) };
      const taker = takers.shift();
      if (taker) taker(asked);
      else waiting.push(asked);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    model: {
      provider: "openai-compatible",
      baseUrl: `http://127.0.0.1:${port}/v1`,
      model: "desk",
      price: { inputPerMTokUsd: 100, outputPerMTokUsd: 200 },
    },
    calls: () => count,
    async asked(agent?: string) {
      const asked = waiting.shift() ?? (await new Promise<Asked & { readonly agent: string }>((resolve) => takers.push(resolve)));
      if (agent !== undefined && asked.agent !== agent) throw new Error(`${asked.agent} asks, and not ${agent}`);
      return asked;
    },
  };
}

function readRequest(body: string): { readonly agent: string; readonly read: string } {
  const { messages } = JSON.parse(body) as { readonly messages: readonly { readonly content: unknown }[] };
  const texts = messages.map(({ content }) => (typeof content === "string" ? content : JSON.stringify(content)));
  // Agents who share the beginning of their prompts are told last who they are.
  const told = [texts[0], texts.at(-1)].flatMap((text) => /^You are (\w+)[,.]/m.exec(text ?? "")?.[1] ?? []);
  return { agent: told[0] ?? "selector", read: texts.join("\n") };
}

let calls = 0;

function answering(response: ServerResponse): Pick<Asked, "answer" | "call" | "ask" | "gone"> {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
  response.flushHeaders();
  const gone = new Promise<void>((resolve) => response.on("close", resolve));
  const usage = { input: 100, output: 20, cached: 0, reasoning: 0 };
  return {
    gone,
    answer: (text, output = 20) => void response.end(chatBody({ text: [text], usage: { ...usage, output } }).join("")),
    call: (name, args) =>
      void response.end(chatBody({ calls: [{ id: `call-${++calls}`, name, args: [JSON.stringify(args)] }], usage }).join("")),
    ask: (question, options = []) => {
      const call = { id: "call-1", name: "transfer_to_human", args: [JSON.stringify({ question, options })] };
      response.end(chatBody({ calls: [call], usage }).join(""));
    },
  };
}
