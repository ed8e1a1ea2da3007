import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { bodyOf } from "../support/instant-slack.ts";

/**
 * A model in OpenAI's format that answers at once, or after a while. Its answer to `task-7.2` begins with the mark `zz7n2k0zz` (of the conversation, of what was said
 * in it, of the turn), by which it is found in Slack. Who asks for JSON is a selector and is told who speaks next.
 */
export interface InstantModel {
  readonly url: string;
  /** Of an answer from now on. */
  setChunks(chunks: number): void;
  close(): void;
}

export const markOf = (conversation: number, turn: number): string => `zz${conversation}n0k${turn}zz`;

const ANSWER_CHARS = 400;
const WORDS = "The agents compared both answers and kept the second. ".repeat(10);
const NAMES = ["planner", "coder", "critic"];
const KEPT_CONNECTIONS_MS = 60_000;
const TOKEN_CHARS = 4;

interface Asked {
  readonly model: string;
  readonly stream?: boolean;
  readonly response_format?: { readonly type: string };
}

/** Of which conversation an answer is, and with which key it was asked for. */
export interface Answered {
  readonly conversation: number;
  readonly key: string | undefined;
}

/** `delayMs`: from the end of a request to the first word of its answer. `onAnswer`: told of each as it begins. */
export async function openInstantModel(
  chunks: number,
  { delayMs = 0, onAnswer = () => undefined }: { readonly delayMs?: number; readonly onAnswer?: (answered: Answered) => void } = {},
): Promise<InstantModel> {
  const turns = new Map<string, number>();

  function answerTo(text: string, { response_format: format }: Asked): string {
    const [, conversation = "0", said = "0"] = [...text.matchAll(/task-(\d+)\.(\d+)/g)].at(-1) ?? [];
    const key = `${conversation}n${said}`;
    const turn = turns.get(key) ?? 0;
    if (format?.type.startsWith("json"))
      return JSON.stringify({ next: NAMES[turn % NAMES.length], reason: "It fits.", instruction: "", progress: true });
    turns.set(key, turn + 1);
    return `zz${key}k${turn}zz ${WORDS}`.slice(0, ANSWER_CHARS);
  }

  const conversationIn = (text: string): number => Number([...text.matchAll(/task-(\d+)\./g)].at(-1)?.[1]);

  const server = createServer((incoming, response) => void reply(incoming, response));
  async function reply(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await bodyOf(incoming);
    const asked = JSON.parse(text) as Asked;
    const answer = answerTo(text, asked);
    if (delayMs > 0) await sleep(delayMs);
    onAnswer({ conversation: conversationIn(text), key: /^Bearer (.+)$/.exec(incoming.headers.authorization ?? "")?.[1] });
    const tokens = Math.ceil(text.length / TOKEN_CHARS);
    const usage = { prompt_tokens: tokens, completion_tokens: 100, total_tokens: tokens + 100 };
    const head = { id: "c", created: 1, model: asked.model };
    if (asked.stream !== true) {
      const choices = [{ index: 0, message: { role: "assistant", content: answer }, finish_reason: "stop" }];
      response.writeHead(200, { "content-type": "application/json" });
      return void response.end(JSON.stringify({ ...head, object: "chat.completion", choices, usage }));
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    const send = (more: object) => response.write(`data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", ...more })}\n\n`);
    const size = Math.max(1, Math.ceil(answer.length / chunks));
    for (let at = 0; at < answer.length; at += size) {
      const content = answer.slice(at, at + size);
      send({ choices: [{ index: 0, delta: at === 0 ? { role: "assistant", content } : { content }, finish_reason: null }] });
    }
    send({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
    send({ choices: [], usage });
    response.end("data: [DONE]\n\n");
  }
  server.keepAliveTimeout = KEPT_CONNECTIONS_MS;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    setChunks: (count) => (chunks = count),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
