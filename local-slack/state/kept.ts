import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Local } from "./local.ts";
import type { Channel, Message, Session, State, StoredFile, User, View } from "./state.ts";

/** What is kept of a workspace: who is there, what was said, files, and how the app's threads and Home tabs stood. */
interface Kept {
  readonly version: 1;
  readonly lastTsMicros: number;
  readonly counter: number;
  readonly users: readonly User[];
  readonly channels: readonly KeptChannel[];
  readonly files: readonly KeptFile[];
  readonly sessions: readonly (readonly [string, Session])[];
  readonly homes: readonly (readonly [string, View])[];
}

type KeptFile = Omit<StoredFile, "content"> & { readonly content: string };
type KeptChannel = Omit<Channel, "members" | "messages" | "deletedRoots"> & {
  readonly members: readonly string[];
  /** Files by their ids. */
  readonly messages: readonly (Omit<Message, "files"> & { readonly files: readonly string[] })[];
  readonly deletedRoots: readonly string[];
};

/** Changes within this long are written down together. */
const SAVE_AFTER_MS = 500;

/**
 * Keeps the workspace in a file: reads it now, when it is there, and writes it some moments after each change. Throws when the file is no
 * workspace of this version. What was half done, such as open dialogs and streams, is not kept.
 */
export function keepState(local: Local, path: string): { save(): void } {
  if (existsSync(path)) load(local.state, read(path));
  let timer: NodeJS.Timeout | undefined;
  const save = (): void => {
    clearTimeout(timer);
    timer = undefined;
    // Whole or not at all: a process may end at any instant.
    writeFileSync(`${path}.new`, JSON.stringify(keptOf(local.state)), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  };
  local.changes.follow(() => {
    timer ??= setTimeout(save, SAVE_AFTER_MS);
  });
  return { save };
}

function read(path: string): Kept {
  const mend = "move it away, or name another --db";
  try {
    const kept = JSON.parse(readFileSync(path, "utf8")) as Kept;
    if (kept.version === 1) return kept;
  } catch (error) {
    throw new Error(`${path} cannot be read as a kept workspace; ${mend}`, { cause: error });
  }
  throw new Error(`${path} is not a workspace that this version keeps; ${mend}`);
}

function keptOf(state: State): Kept {
  return {
    version: 1,
    lastTsMicros: state.lastTsMicros,
    counter: state.counter,
    users: [...state.users.values()],
    channels: [...state.channels.values()].map((channel) => ({
      ...channel,
      members: [...channel.members],
      deletedRoots: [...channel.deletedRoots],
      messages: [...channel.messages.values()].map((message) => ({ ...message, files: message.files.map(({ id }) => id) })),
    })),
    files: [...state.files.values()].map((file) => ({ ...file, content: file.content.toString("base64") })),
    sessions: [...state.sessions],
    homes: [...state.homes],
  };
}

function load(state: State, kept: Kept): void {
  state.lastTsMicros = kept.lastTsMicros;
  state.counter = kept.counter;
  for (const user of kept.users) state.users.set(user.id, user);
  for (const file of kept.files) state.files.set(file.id, { ...file, content: Buffer.from(file.content, "base64") });
  for (const { members, messages, deletedRoots, ...channel } of kept.channels)
    state.channels.set(channel.id, {
      ...channel,
      members: new Set(members),
      deletedRoots: new Set(deletedRoots),
      messages: new Map(messages.map((message) => [message.ts, whole(state, message)])),
    });
  for (const [key, session] of kept.sessions) state.sessions.set(key, session);
  for (const [user, view] of kept.homes) state.homes.set(user, view);
}

/** A message with its files again. A stream that nobody will go on with has broken off. */
function whole(state: State, { files, stream, ...message }: KeptChannel["messages"][number]): Message {
  return {
    ...message,
    files: files.flatMap((id) => state.files.get(id) ?? []),
    ...(stream ? { stream: stream.state === "in_progress" ? { ...stream, state: "errored" } : stream } : {}),
  };
}
