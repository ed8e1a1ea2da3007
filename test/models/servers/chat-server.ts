import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { systemClock, type Clock } from "../../../src/engine/clock.ts";
import type { Model } from "../../../src/engine/model.ts";
import { createModel, type OpenAiModelSettings } from "../../../src/models/create.ts";
import type { Lessons } from "../../../src/models/refusals/lessons.ts";
import { IDLE_STAYS } from "../../support/idle-connections.ts";

// eslint-disable-next-line -- a body is whatever JSON came
export type ChatRequest = { readonly [key: string]: any };

/** A compatible server that answers by what it is asked. */
export async function chatServer(
  answer: (body: ChatRequest, response: ServerResponse, path: string, headers: IncomingHttpHeaders) => void,
) {
  const asked: ChatRequest[] = [];
  const server = createServer(IDLE_STAYS, (request, response) => {
    let text = "";
    request.on("data", (part: Buffer) => (text += part.toString("utf8")));
    request.on("end", () => {
      const body = (text ? JSON.parse(text) : {}) as ChatRequest;
      if (request.method === "POST") asked.push(body);
      answer(body, response, request.url ?? "", request.headers);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked };
}

export const modelAt = (
  url: string,
  more: Partial<OpenAiModelSettings> = {},
  deps: { readonly lessons?: Lessons; readonly log?: (line: string) => void; readonly clock?: Clock } = {},
): Model =>
  createModel(
    { provider: "openai-compatible", model: "x", baseUrl: url, attempts: 1, ...more },
    { env: {}, clock: systemClock, random: () => 0, ...deps },
  );

export const frame = (delta: object, finish: string | null = null, more: object = {}): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`;
export const DONE = "data: [DONE]\n\n";

export function stream(response: ServerResponse, ...frames: readonly string[]): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const one of frames) response.write(one);
  response.end();
}

export const says = (response: ServerResponse, text: string): void => stream(response, frame({ content: text }), frame({}, "stop"), DONE);

export function refuses(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": typeof body === "string" ? "text/plain" : "application/json" });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}
