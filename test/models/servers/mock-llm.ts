import { once } from "node:events";
import { join } from "node:path";
import type { ToldReply } from "../../contracts/model.ts";
import { forkChild } from "../../support/children.ts";

/** `@dwmkerr/mock-llm`, a server of OpenAI's format that was not written here. It streams text and errors; it knows no deltas of calls and counts nothing. */
export interface MockLlm {
  readonly url: string;
  /** Forgets everything, and answers the next calls so, in order; without replies it says again what it was told last. */
  will(...replies: readonly ToldReply[]): Promise<void>;
  close(): Promise<void>;
}

export async function startMockLlm(): Promise<MockLlm> {
  const child = forkChild(join(import.meta.dirname, "mock-llm-child.cjs"));
  const [port] = (await once(child, "message")) as [number];
  const url = `http://127.0.0.1:${port}`;
  const configure = async (method: "POST" | "DELETE", config?: object) => {
    const response = await fetch(`${url}/config`, {
      method,
      ...(config ? { body: JSON.stringify(config), headers: { "content-type": "application/json" } } : {}),
    });
    if (!response.ok) throw new Error(`mock-llm: ${response.status} ${await response.text()}`);
  };
  return {
    url: `${url}/v1`,
    will: async (...replies) => {
      await configure("DELETE");
      if (replies.length > 0) await configure("POST", { streaming: { chunkSize: 6, chunkIntervalMs: 1 }, rules: replies.map(ruleOf) });
    },
    close: async () => {
      child.disconnect();
      await once(child, "exit");
    },
  };
}

const ruleOf = (reply: ToldReply, sequence: number) => ({
  path: "/v1/chat/completions",
  method: "POST",
  sequence,
  response: responseTo(reply),
});

function responseTo(reply: ToldReply): { readonly status: number; readonly content: string } {
  if ("fails" in reply) {
    const error = { message: "The engine is currently overloaded, please try again later.", type: "server_error", param: null, code: null };
    return { status: 503, content: JSON.stringify({ error }) };
  }
  // It cannot fall silent, but it can go on for long.
  const text = "hangs" in reply ? `${reply.hangs} `.repeat(HANG_REPEATS) : (reply.text ?? []).join("");
  const message = { role: "assistant", content: text };
  const choices = [{ index: 0, message, finish_reason: "stop" }];
  return { status: 200, content: JSON.stringify({ id: "chatcmpl-1", object: "chat.completion", created: 1, model: "gpt-5.2", choices }) };
}

const HANG_REPEATS = 2_500; // Over ten seconds, at a few letters a millisecond; its configuration may have 100 KB.
