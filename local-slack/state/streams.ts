import { audienceOf, pageMessage } from "../server/page-json.ts";
import { sendChanged } from "../socket/events.ts";
import { STREAM_MS } from "./limits.ts";
import type { Local } from "./local.ts";
import { postMessage, type Draft } from "./messages.ts";
import type { Channel, Json, Message, Stream } from "./state.ts";

/** Begins a message that grows. The one it is for sees it grow; others see how it began, and then how it ended. */
export function startStream(local: Local, channel: Channel, draft: Draft & { readonly stream: Stream }): Message | undefined {
  const message = postMessage(local, channel, { ...draft, ...shown(draft.stream) });
  if (message)
    local.agenda.at(local.now() + STREAM_MS, () => {
      const now = channel.messages.get(message.ts);
      if (now?.stream?.state === "in_progress") endStream(local, channel, now, { state: "errored" });
    });
  return message;
}

export function growStream(local: Local, channel: Channel, before: Message, stream: Stream): Message {
  const after: Message = { ...before, ...shown(stream), stream };
  channel.messages.set(after.ts, after);
  local.changes.show({ type: "message.changed", message: pageMessage(local, after) }, [stream.recipient]);
  return after;
}

/** Ends it, whole or cut. The app hears of its own message as of a change, as it stands. */
export function endStream(
  local: Local,
  channel: Channel,
  before: Message,
  end: {
    readonly state: Exclude<Stream["state"], "in_progress">;
    readonly blocks?: readonly Json[];
    readonly metadata?: Message["metadata"];
  },
): Message {
  const stream: Stream = { ...(before.stream ?? NONE), state: end.state };
  const grown = shown(stream);
  const after: Message = {
    ...before,
    text: grown.text,
    blocks: [...grown.blocks, ...(end.blocks ?? [])],
    ...(end.metadata ? { metadata: end.metadata } : {}),
    stream,
  };
  channel.messages.set(after.ts, after);
  local.changes.show({ type: "message.changed", message: pageMessage(local, after) }, audienceOf(channel, after));
  sendChanged(local, channel, { before, after });
  return after;
}

/** The native Stop button ends the streams of its thread; the app is told which. */
export function stopStreams(local: Local, place: { readonly channel: string; readonly ts: string }): string[] {
  const channel = local.state.channels.get(place.channel);
  const growing = [...(channel?.messages.values() ?? [])].filter(
    ({ stream, threadTs, ts }) => stream?.state === "in_progress" && (threadTs ?? ts) === place.ts,
  );
  for (const message of growing) if (channel) endStream(local, channel, message, { state: "stopped" });
  return growing.map(({ ts }) => ts);
}

const NONE: Stream = { state: "in_progress", recipient: "", markdown: "", parts: [] };

/** How a stream stands as a message: its words, and below them what else came in chunks. */
function shown({ markdown, parts }: Stream): { readonly text: string; readonly blocks: readonly Json[] } {
  return { text: markdown, blocks: [...(markdown === "" ? [] : [{ type: "markdown", text: markdown }]), ...blocksOf(parts)] };
}

/** Tasks stand together as a plan when it has a title; each is known by its id, the latest telling counts. */
function blocksOf(parts: readonly Json[]): Json[] {
  const blocks: Json[] = [];
  const tasks = new Map<string, Json>();
  let title: string | undefined;
  for (const part of parts) {
    if (part["type"] === "plan_update") title = String(part["title"]);
    else if (part["type"] === "task_update") tasks.set(String(part["id"]), taskOf(part));
    else if (Array.isArray(part["blocks"])) blocks.push(...(part["blocks"] as Json[]));
  }
  if (title !== undefined) return [{ type: "plan", title, tasks: [...tasks.values()] }, ...blocks];
  return [...tasks.values(), ...blocks];
}

function taskOf({ id, title, status, details, output }: Json): Json {
  return {
    type: "task_card",
    task_id: String(id),
    title: String(title),
    status: String(status),
    ...(typeof details === "string" && details !== "" ? { details: richText(details) } : {}),
    ...(typeof output === "string" && output !== "" ? { output: richText(output) } : {}),
  };
}

const richText = (text: string): Json => ({
  type: "rich_text",
  elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }],
});
