import type { EventBody, FileRef } from "../events/events.ts";
import type { ModelMessage, ModelRequest } from "../model.ts";
import type { Look } from "./guard.ts";
import { passesWhole } from "./kept.ts";

export async function changedRequest(request: ModelRequest, look: Look): Promise<ModelRequest> {
  const messages: ModelMessage[] = [];
  for (const message of request.messages) messages.push(await changedMessage(message, look));
  return { ...request, system: await look.words(request.system), messages };
}

async function changedMessage(message: ModelMessage, look: Look): Promise<ModelMessage> {
  const text = await look.words(message.text);
  switch (message.role) {
    case "user":
      return {
        ...message,
        text,
        ...(message.beside ? { beside: await changedPieces(message.beside, look) } : {}),
        ...(message.images ? { images: await changedFiles(message.images, look) } : {}),
      };
    case "assistant": {
      const toolCalls = [];
      for (const call of message.toolCalls) toolCalls.push({ ...call, args: await changedJson(call.args, look) });
      const { kept, ...rest } = message;
      return { ...rest, text, toolCalls, ...(kept && (await passesWhole(kept, look)) ? { kept } : {}) };
    }
    case "tool":
      return {
        ...message,
        text,
        ...(message.told ? { told: await changedPieces(message.told, look) } : {}),
        ...(message.images ? { images: await changedFiles(message.images, look) } : {}),
      };
  }
}

async function changedFiles(files: readonly FileRef[], look: Look): Promise<FileRef[]> {
  const changed = [];
  for (const file of files) changed.push(await look.file(file));
  return changed;
}

/** What a tool has given beside its words. */
async function changedGiven(
  { files, images }: { readonly files?: readonly FileRef[]; readonly images?: readonly FileRef[] },
  look: Look,
): Promise<{ readonly files?: readonly FileRef[]; readonly images?: readonly FileRef[] }> {
  return {
    ...(files ? { files: await changedFiles(files, look) } : {}),
    ...(images ? { images: await changedFiles(images, look) } : {}),
  };
}

async function changedPieces<Piece extends { readonly text: string }>(pieces: readonly Piece[], look: Look): Promise<Piece[]> {
  const changed = [];
  for (const piece of pieces) changed.push({ ...piece, text: await look.words(piece.text) });
  return changed;
}

/** Every event of a turn that has words of an agent, a model, a tool or code in it. */
export async function changedEvent(event: EventBody, look: Look): Promise<EventBody> {
  const optional = async <Key extends string>(key: Key, text: string | undefined) =>
    text === undefined ? {} : ({ [key]: await look.words(text) } as { [K in Key]: string });
  switch (event.type) {
    case "message.posted":
      return "agent" in event && event.printed
        ? changedAround(event, event.printed, look)
        : { ...event, text: await look.words(event.text) };
    case "tool.called": {
      const others = [];
      for (const other of event.others ?? []) others.push({ ...other, args: await changedJson(other.args, look) });
      const words = await optional("text", event.text);
      const changed = { ...event, args: await changedJson(event.args, look), ...words, ...(event.others ? { others } : {}) };
      if (event.kept && !(await passesWhole(event.kept, look))) delete changed.kept;
      return changed;
    }
    case "tool.returned": {
      const sources = [];
      for (const source of event.sources ?? []) sources.push({ ...source, title: await look.words(source.title) });
      const output = await look.words(event.output);
      return { ...event, output, ...(await changedGiven(event, look)), ...(event.sources ? { sources } : {}) };
    }
    case "tool.failed":
      return {
        ...event,
        error: { ...event.error, message: await look.words(event.error.message) },
        ...(await changedGiven(event, look)),
      };
    case "turn.failed":
      return { ...event, error: { ...event.error, message: await look.words(event.error.message) } };
    case "code.written":
    case "context.summarized":
    case "run.summarized":
      return { ...event, text: await look.words(event.text) };
    case "code.ran":
      return { ...event, output: await look.words(event.output), files: await changedFiles(event.files, look) };
    case "handoff.made": {
      const options = [];
      for (const option of event.options ?? []) options.push(await look.words(option));
      const words = { text: await look.words(event.text), ...(await optional("beside", event.beside)) };
      return { ...event, ...words, ...(event.options ? { options } : {}) };
    }
    case "approval.requested":
      return { ...event, what: await look.words(event.what), ...(await optional("says", event.says)) };
    case "turn.ended":
    case "finish.decided":
    case "stance.given":
      return { ...event, reason: await look.words(event.reason) };
    case "speaker.selected":
      return { ...event, ...(await optional("reason", event.reason)), ...(await optional("instruction", event.instruction)) };
    case "run.started":
    case "run.resumed":
    case "run.paused":
    case "run.unpaused":
    case "run.stopped":
    case "approval.given":
    case "approval.expired":
    case "approval.withdrawn":
    case "speaker.requested":
    case "turn.skipped":
    case "message.edited":
    case "message.deleted":
    case "question.expired":
    case "feedback.given":
    case "limit.neared":
    case "limit.reached":
    case "limit.raised":
    case "summary.requested":
    case "stop.requested":
      return event; // The app's own words, and people's.
  }
}

type Posted = Extract<EventBody, { readonly type: "message.posted"; readonly agent: string }>;

/** What code has printed is still known by its place in the text. */
async function changedAround(event: Posted, { from, to }: NonNullable<Posted["printed"]>, look: Look): Promise<EventBody> {
  const before = await look.words(event.text.slice(0, from));
  const printed = await look.words(event.text.slice(from, to));
  const text = before + printed + (await look.words(event.text.slice(to)));
  return { ...event, text, printed: { from: before.length, to: before.length + printed.length } };
}

/** JSON text as a model wrote it, perhaps broken; strings in it are looked at one by one, so that it stays JSON. */
async function changedJson(text: string, look: Look): Promise<string> {
  const read = parsed(text);
  if (read === undefined) return look.words(text);
  const changed = JSON.stringify(await changedValue(read.value, look));
  return changed === JSON.stringify(read.value) ? text : changed;
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

export async function changedValue(value: unknown, look: Look): Promise<unknown> {
  if (typeof value === "string") return look.words(value);
  if (Array.isArray(value)) {
    const items = [];
    for (const item of value) items.push(await changedValue(item, look));
    return items;
  }
  if (typeof value === "number") {
    const changed = await look.words(String(value));
    return changed === String(value) ? value : changed;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries: [string, unknown][] = [];
  for (const [key, inner] of Object.entries(value)) entries.push([await look.words(key), await changedValue(inner, look)]);
  return Object.fromEntries(entries);
}
