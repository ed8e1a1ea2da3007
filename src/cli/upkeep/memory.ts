import { readArguments } from "../arguments.ts";
import { print, UsageError, type Io } from "../command.ts";
import { keptAt, readKept, type KeptAt } from "../own-stores.ts";
import { harmless } from "../terminal.ts";

export const help = `parley memory list [--channel CHANNEL] [--db PATH]
parley memory forget ID [--channel CHANNEL] [--db PATH]

Shows the notes that agents keep across threads, newest first, or deletes one for good. What was said in a thread stays in its log.

  --channel CHANNEL  only this one: a channel's id, such as C024BE91L, or "terminal" for the runs of parley run --db; all of them when absent
  --db PATH          the database; PARLEY_DB, then the team file's, when absent

list can be used while Parley runs; forget cannot. In Slack, /parley memory shows and deletes the notes of a channel at any time.

Exit codes: 0 done; 1 there is no such note, or the database cannot be used; 2 bad usage or settings.`;

export async function run(args: readonly string[], io: Io): Promise<number> {
  const options = { channel: { type: "string" }, db: { type: "string" } } as const;
  const { values, positionals } = readArguments(args, { options, allowPositionals: true });
  const [what, id, ...rest] = positionals;
  const from = async () => ({ ...(await keptAt(io, values.db)), channel: values.channel });
  if (what === "list" && id === undefined) return list(await from(), io);
  if (what === "forget" && id !== undefined && rest.length === 0) return forget(await from(), id, io);
  throw new UsageError("Say what to do: parley memory list, or parley memory forget ID. See --help.");
}

interface From extends KeptAt {
  readonly channel: string | undefined;
}

async function list({ channel, ...at }: From, io: Io): Promise<number> {
  const store = await readKept(at);
  try {
    const scopes = await scopesOf(store.memory, channel);
    if (scopes.length === 0) await print(io.stdout, channel === undefined ? "Nothing is remembered." : nothingIn(channel));
    for (const scope of scopes) {
      const { total } = await store.memory.list(scope, { limit: 0, offset: 0 });
      const { notes } = await store.memory.list(scope, { limit: total, offset: 0 });
      await print(io.stdout, harmless(`${scope}: ${total} ${total === 1 ? "note" : "notes"}`));
      for (const { id, at, agent, askedBy, text } of notes) {
        await print(io.stdout, harmless(`  ${id}  ${at.slice(0, 16).replace("T", " ")}  ${agent}, asked by ${askedBy.name}`));
        await print(io.stdout, harmless(text.replaceAll(/^/gm, "      ")));
      }
    }
    return 0;
  } finally {
    await store.close();
  }
}

async function forget({ channel, ...at }: From, id: string, io: Io): Promise<number> {
  if (!/^#?\d{1,15}$/.test(id))
    throw new UsageError(`A note is named by its number, as parley memory list shows it, not by "${harmless(id)}".`);
  await (await readKept(at)).close(); // A database that is not there is not made.
  const { openStore } = await import("../../parley.ts");
  const { store, memory } = await openStore(at.path, { own: at.own });
  try {
    const number = Number(id.replace("#", ""));
    for (const scope of await scopesOf(memory, channel)) {
      const note = await memory.forget(scope, number);
      if (!note) continue;
      await print(io.stdout, harmless(`Forgotten, note ${note.id} of ${scope}: ${note.text}`));
      return 0;
    }
    await print(io.stderr, channel === undefined ? `There is no note ${number}.` : `There is no note ${number} in ${harmless(channel)}.`);
    return 1;
  } finally {
    await store.close();
  }
}

/** The scopes that are meant: a channel's name in the database begins with its workspace. */
async function scopesOf(memory: { scopes(): Promise<readonly { readonly scope: string }[]> }, channel: string | undefined) {
  const scopes = (await memory.scopes()).map(({ scope }) => scope);
  return channel === undefined ? scopes : scopes.filter((scope) => scope === channel || scope.endsWith(`/${channel}`));
}

const nothingIn = (channel: string): string =>
  `Nothing is remembered in ${harmless(channel)}. Without --channel, the notes of every channel are shown.`;
