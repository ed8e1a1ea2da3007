import type { ServerResponse } from "node:http";
import { setImmediate as eventLoopTurn } from "node:timers/promises";
import { chatServer, refuses, type ChatRequest } from "../../models/servers/chat-server.ts";
import { chatWire, type Told, type Wire } from "../../models/servers/wires.ts";

/** What such a server cannot, and how it says so; the rest it does as it is asked. */
export interface Lacks {
  /** Words of its refusal, or what it does in place of a good answer. */
  readonly tools?: string;
  readonly schemas?: string;
  readonly images?: string;
  readonly system?: string;
  readonly streaming?: "one document";
  readonly length?: "cut without a word" | "refused in its own words";
  readonly calling?: "speaks in place of a call" | "wrong arguments";
  readonly seeing?: "says blue";
  readonly shaping?: "prose";
  readonly answering?: "silence" | "no key";
}

/** A server that does what a good model does with the questions of `parley doctor --models`, in the format of this wire. */
export async function ableServer(lacks: Lacks = {}, wire: Wire = chatWire) {
  const { url, asked } = await chatServer((body, response, path) => {
    if (path.endsWith("/models")) return refuses(response, 200, { data: [{ id: "tiny" }] });
    if (lacks.answering === "silence") return;
    if (lacks.answering === "no key") return refuses(response, wire.errors.bad_key.status, wire.errors.bad_key.body);
    const refusal = refusalOf(body, lacks);
    if (refusal !== undefined) return refuses(response, 400, { type: "error", error: { type: "invalid_request_error", message: refusal } });
    if (isLong(body) && lacks.length !== "cut without a word") {
      const { status, body: said } = wire.errors.context_too_long;
      return lacks.length === undefined
        ? refuses(response, status, said)
        : refuses(response, 400, { error: { message: "Nope, not that one." } });
    }
    answer(body, response, lacks, wire);
  });
  return { url, asked };
}

const text = (body: ChatRequest): string => JSON.stringify(body);
const isLong = (body: ChatRequest): boolean => text(body).length > 1_000_000;
const asksForShape = (body: ChatRequest): boolean =>
  "response_format" in body || "output_config" in body || (body.text as object | undefined) !== undefined;

function refusalOf(body: ChatRequest, { tools, schemas, images, system }: Lacks): string | undefined {
  if (tools !== undefined && "tools" in body) return tools;
  if (schemas !== undefined && asksForShape(body)) return schemas;
  if (images !== undefined && text(body).includes("image/png")) return images;
  const messages = (body.messages ?? []) as readonly { readonly role: string }[];
  return system !== undefined && messages.some(({ role }) => role === "system") ? system : undefined;
}

function answer(body: ChatRequest, response: ServerResponse, lacks: Lacks, wire: Wire): void {
  const said = told(body, lacks);
  if (said === "on and on") {
    const events = wire.events({ text: ["1\n2\n"] });
    response.writeHead(200, { "content-type": "text/event-stream" });
    return void response.write(events.slice(0, events.findIndex((event) => event.includes("1\\n2")) + 1).join(""));
  }
  if (lacks.streaming === "one document") {
    const message = { role: "assistant", content: said.text?.join("") ?? "", tool_calls: (said.calls ?? []).map(({ id, name, args }) => ({ id, type: "function", function: { name, arguments: args.join("") } })) }; // prettier-ignore
    return refuses(response, 200, {
      choices: [{ index: 0, message, finish_reason: "stop" }],
      usage: { prompt_tokens: 20, completion_tokens: 5 },
    });
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  void send(response, wire.events({ usage: { input: 20, output: 5, cached: 0, reasoning: 0 }, ...said }));
}

/** Each in a packet of its own: the client is in this process, and reads between two of them. */
async function send(response: ServerResponse, events: readonly string[]): Promise<void> {
  for (const event of events) {
    await new Promise((written) => response.write(event, written));
    for (let turn = 0; turn < 3; turn++) await eventLoopTurn();
  }
  response.end();
}

function told(body: ChatRequest, lacks: Lacks): Told | "on and on" {
  const asked = text(body);
  if (isLong(body)) return { text: ["The first word was a."] };
  if (asked.includes("17 degrees")) return { text: ["17"] };
  if (asked.includes("read the thermometer") || asked.includes("Read the thermometer")) {
    if (!("tools" in body) || lacks.calling === "speaks in place of a call") return { text: ["It is warm in Bern."] };
    const args = lacks.calling === "wrong arguments" ? '{"town":"Bern"}' : '{"city":"Bern"}';
    return { calls: [{ id: "call_1", name: "read_thermometer", args: [args] }] };
  }
  if (asked.includes("Ana or Ben")) {
    const json = '{"next":"Ben","reason":"test"}';
    if (lacks.shaping === "prose") return { text: ["I would say Ben."] };
    return asked.includes('"tool_choice"') ? { calls: [{ id: "call_2", name: "choice", args: [json] }] } : { text: [json] };
  }
  if (asked.includes("image/png")) return { text: [lacks.seeing === "says blue" ? "Blue" : "Red."] };
  if (asked.includes("You cannot see")) return { text: ["I see none."] };
  if (asked.includes("1 to 500")) return "on and on";
  if (asked.includes("1 to 30")) return { text: ["1\n", "2\n", "3\n"] };
  return { text: ["ready"] };
}
