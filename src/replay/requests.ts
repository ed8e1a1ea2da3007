import { createHash } from "node:crypto";
import { z } from "zod";
import type { SentRequest } from "../engine/events/events.ts";
import type { ModelRequest } from "../engine/model.ts";
import { requesterOf, usageOf } from "../engine/reading/spender.ts";
import { askedAt, type RequestsOf } from "./asked.ts";
import { bodyOf } from "./body.ts";

/** A request to a model, as the log gives it again. */
export interface RebuiltRequest {
  /** What the log tells of it; absent where it tells nothing: nothing went to a server, or an older version wrote it. */
  readonly sent: SentRequest | undefined;
  /** The model's name in the team file, the provider's name for it, and which provider. */
  readonly model: string;
  readonly modelName: string;
  readonly provider: string;
  /** Its body, as it goes over the wire: JSON. Of a scripted model, which is sent nothing, what it is asked. */
  readonly body: string;
  /** `same`: byte for byte what was sent. `differs`: it is not, as `why` says. `unknown`: what was sent is not known. */
  readonly exact: "same" | "differs" | "unknown";
  readonly why: readonly string[];
}

/** Why nothing can be rebuilt, in words. */
export type NoRequests = { readonly none: string };

const Frame = z.object({ system: z.string(), tools: z.custom<ModelRequest["tools"]>((value) => Array.isArray(value)) });

/**
 * Each request behind an event, in the order in which they were made: the engine is led up to where its next step is that call, and the call is put
 * into the provider's words, and sent to nobody. No tool and no code is run.
 */
export async function requestsBehind({
  thread,
  log,
  event,
  settings,
  env,
  readFile,
}: RequestsOf): Promise<readonly RebuiltRequest[] | NoRequests> {
  const asks = requesterOf(event);
  const sents = usageOf(event)?.sent ?? [];
  if (event.type === "tool.returned" || event.type === "tool.failed")
    return { none: sents.length > 0 ? "The calls were made behind the tool, and what was said there is not in the log." : NO_CALL };
  if (asks === undefined) return { none: NO_CALL };
  // Thoughts that were asked for again, and older logs, do not say where they were.
  const places: readonly (SentRequest | undefined)[] = sents.length > 0 ? sents : [undefined];
  const rebuilt: RebuiltRequest[] = [];
  for (const sent of places) {
    const known = sent && rebuilt.find((one) => one.sent?.body === sent.body && one.sent.model === sent.model);
    rebuilt.push(known ? { ...known, sent } : await rebuild(sent));
  }
  return rebuilt;

  async function rebuild(sent: SentRequest | undefined): Promise<RebuiltRequest> {
    const upTo = log.filter(({ seq }) => seq <= (sent?.upToSeq ?? event.seq - 1));
    const asked = await askedAt({ thread, log, upTo, event, asks: asks ?? "", settings, env, readFile });
    if (typeof asked === "string") return { ...nothing(sent), why: [asked] };
    const why: string[] = [];
    const frame = sent?.frame && (await frameOf(sent.frame.hash));
    if (sent && !frame) why.push("Its instructions and tools are not kept (any more): they are put as they are today.");
    const request: ModelRequest = frame ? { ...asked.request, ...frame } : asked.request;
    const lost = await lostImages(request);
    if (lost.length > 0) why.push(`Pictures are kept no more: ${lost.join(", ")}.`);
    const model = sent?.model ?? asked.model;
    const named = settings.models.get(model);
    if (!named) return { ...nothing(sent), why: [`The settings of the run have no model "${model}".`] };
    const { provider } = named;
    const modelName = provider === "replay" ? model : named.model;
    if (provider === "replay")
      return {
        sent,
        model,
        modelName,
        provider,
        body: inFull(request),
        exact: "unknown",
        why: ["A scripted model: nothing was sent. This is what it was asked."],
      };
    const body = await bodyOf({ settings, model, request, sent, env, readFile });
    if (typeof body !== "string") return { ...nothing(sent), model, modelName, provider, why: [...why, body.trouble] };
    const common = { sent, model, modelName, provider, body };
    if (!sent) return { ...common, exact: "unknown", why: ["The log does not tell what was sent; an older version wrote it."] };
    if (sha256(body) === sent.body) return { ...common, exact: "same", why: [] };
    const words = upTo.filter(({ forgotten }) => forgotten !== undefined).length;
    if (words > 0) why.push(`Words of ${words} events before it were forgotten.`);
    if (why.length === 0) why.push(rebuilt.length > 0 ? ASKED_AGAIN : OTHERWISE);
    return { ...common, exact: "differs", why };
  }

  async function frameOf(hash: string): Promise<Pick<ModelRequest, "system" | "tools"> | undefined> {
    const content = await readFile(hash);
    return content && Frame.safeParse(JSON.parse(Buffer.from(content).toString("utf8"))).data;
  }

  async function lostImages({ messages }: ModelRequest): Promise<string[]> {
    const images = messages.flatMap((message) => (message.role === "assistant" ? [] : (message.images ?? [])));
    const there = await Promise.all(images.map(({ hash }) => readFile(hash)));
    return images.flatMap(({ name }, index) => (there[index] ? [] : [name]));
  }
}

const NO_CALL = "No model was called for this.";
const ASKED_AGAIN =
  "It was asked again, since the answer before did not fit or the conversation was too long; that answer is not in the log.";
const OTHERWISE =
  "It was put otherwise then: by another version of Parley, with guards or an address that the run's settings do not hold, or without a tool that the server had refused.";

const nothing = (sent: SentRequest | undefined) => ({
  sent,
  model: sent?.model ?? "",
  modelName: "",
  provider: "",
  body: "",
  exact: sent ? ("differs" as const) : ("unknown" as const),
});

const inFull = ({ system, messages, tools, answer }: ModelRequest): string =>
  JSON.stringify({ system, messages, ...(tools.length > 0 ? { tools } : {}), ...(answer ? { answer } : {}) });

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
