import { expect } from "vitest";
import type { RunEvent } from "../../../src/engine/events/events.ts";
import type { Parley } from "../../../src/parley.ts";
import type { ThreadMessage, Workspace } from "../../../local-slack/index.ts";
import { PATIENCE_MS } from "../patience.ts";

/** One thread of the local Slack, as people see it and use it. */
export interface Thread {
  readonly channel: string;
  readonly ts: string;
  /** Its name in the store. */
  readonly key: string;
  reply(text: string, user?: string): Promise<string>;
  /** Presses the newest button with this label; `on` presses in another, older message. */
  click(label: string, user: string, on?: ThreadMessage): Promise<void>;
  /** Everything that everybody sees, the root first. */
  messages(): readonly ThreadMessage[];
  /** The app's messages of a kind, such as `card`, `turn`, `question` or `end`, which an answer that was all of its run is too. */
  ofKind(kind: string): readonly ThreadMessage[];
  /** `Speaker: words`, a message after the other. */
  text(): string;
  /** `Speaker: first line` of the agents' turns. */
  turns(): readonly string[];
  log(): Promise<readonly RunEvent[]>;
  /** Resolves when it is so; rejects with the thread as it is then. */
  until(done: () => boolean): Promise<void>;
  /** Resolves when the run has told its end, its card says so, and nothing is left to be posted. Then each message is there once, in the order of the log. */
  ended(runs?: number): Promise<ThreadMessage>;
  reactions(ts?: string): readonly string[];
}

export function createThread(at: {
  readonly slack: Workspace;
  readonly parley: { readonly runner: Pick<Parley["runner"], "read">; readonly store: Pick<Parley["store"], "duePosts"> };
  readonly channel: string;
  readonly ts: string;
}): Thread {
  const { slack, parley, channel, ts } = at;
  const { control } = slack;
  const key = `${slack.teamId}/${channel}/${ts}`;
  const messages = () => control.thread(channel, ts).filter((message) => message.ephemeralTo === undefined);
  const thread: Thread = {
    channel,
    ts,
    key,
    messages,
    reply: async (text, user = "U0JONAS") => (await control.post({ user, channel, text, threadTs: ts })).ts,
    async click(label, user, on) {
      const message = on ?? messages().findLast((candidate) => buttonsOf(candidate).some((button) => button.label === label));
      const button = message && buttonsOf(message).find((candidate) => candidate.label === label);
      if (!message || !button) throw new Error(`no button "${label}" here:\n${thread.text()}`);
      expect(await control.click({ user, channel, ts: message.ts, actionId: button.actionId, value: button.value })).toEqual({
        acked: true,
      });
    },
    ofKind: (kind) => messages().filter((message) => isOfKind(message, kind)),
    text: () =>
      messages()
        .map((message) => `${speakerOf(message)}: ${wordsOf(message)}`)
        .join("\n\n"),
    turns: () => thread.ofKind("turn").map((message) => `${speakerOf(message)}: ${wordsOf(message).split("\n")[0]}`),
    log: async () => (await parley.runner.read(key)).events,
    async until(done) {
      await control.until(done, PATIENCE_MS).catch((error: Error) => {
        throw new Error(`${error.message}\nThe thread:\n${thread.text()}`);
      });
    },
    async ended(runs = 1) {
      await thread.until(() => thread.ofKind("end").length >= runs && thread.ofKind("card").every((card) => buttonsOf(card).length === 0));
      // Files of an answer that tells the end stand under it.
      await expect.poll(() => parley.store.duePosts(key, 1), { timeout: PATIENCE_MS }).toEqual([]);
      const end = thread.ofKind("end")[runs - 1];
      if (!end) throw new Error("no end");
      await expectWhole(thread);
      return end;
    },
    reactions: (of = ts) =>
      messages()
        .find((message) => message.ts === of)
        ?.reactions.map(({ name }) => name) ?? [],
  };
  return thread;
}

/** Every message of the app's once, in the order of the log; every turn of the log there, under its agent's name. */
async function expectWhole(thread: Thread): Promise<void> {
  // What a person asked elsewhere is posted without a place in the log.
  const own = thread.messages().filter((message) => message.metadata?.event_payload["n"] !== undefined);
  const ids = own.map((message) => message.metadata?.event_payload["o"]);
  expect(new Set(ids).size, `each message once:\n${ids.join("\n")}`).toBe(ids.length);
  const order = own.map((message) => Number(message.metadata?.event_payload["n"]));
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  const log = await thread.log();
  // What a fork shares is in the thread that it was made of.
  const shared = Math.max(0, ...log.map((event) => (event.type === "run.started" ? (event.forkedFrom?.seq ?? 0) : 0)));
  const spoken = log.flatMap((event) => (event.type === "message.posted" && "agent" in event && event.seq > shared ? [event.seq] : []));
  expect(thread.ofKind("turn").map((turn) => Number(turn.metadata?.event_payload["n"]))).toEqual(expect.arrayContaining(spoken));
}

const PEOPLE: { readonly [user: string]: string } = { U0MARIA: "Maria", U0JONAS: "Jonas", U0ADA: "Ada", U0PARLEY: "Parley" };

const speakerOf = (message: ThreadMessage): string => message.username ?? PEOPLE[message.user] ?? message.user;

/** What the app means by a message. An answer that was all of its run tells its end too. */
export function isOfKind({ metadata }: Pick<ThreadMessage, "metadata">, kind: string): boolean {
  const { k, e } = metadata?.event_payload ?? {};
  return k === kind || (kind === "end" && e !== undefined);
}

interface Block {
  readonly type: string;
  readonly text?: string | { readonly text: string };
  readonly title?: string | { readonly text: string };
  readonly child_blocks?: readonly Block[];
  readonly accessory?: { readonly type: string };
  readonly elements?: readonly {
    readonly elements?: readonly { readonly text: string }[];
    readonly text: string | { readonly text: string };
    readonly action_id?: string;
    readonly value?: string;
  }[];
}

/** What people read in a message: its blocks, buttons as `[label]`, small print in brackets, files by name; its text when it has no blocks. Nothing of one that is not there yet. */
export function wordsOf(message: ThreadMessage | undefined): string {
  if (!message) return "";
  const lines = [wordsIn(message.blocks as readonly Block[])].filter(Boolean);
  return [...(lines.length > 0 ? lines : [message.text]), ...message.files.map((file) => `[file ${file.name}]`)].filter(Boolean).join("\n");
}

function wordsIn(blocks: readonly Block[]): string {
  const lines = blocks.map((block) => {
    switch (block.type) {
      case "context":
        return `(${(block.elements ?? []).map(({ text }) => plain(text)).join(" ")})`;
      case "actions":
        return (block.elements ?? []).map(({ text }) => `[${plain(text)}]`).join(" ");
      case "container":
        return [plain(block.title), wordsIn(block.child_blocks ?? [])].join("\n");
      case "rich_text":
        return (block.elements ?? []).flatMap(({ elements = [] }) => elements.map(({ text }) => plain(text))).join("");
      case "plan":
      case "context_actions":
        return "";
      case "section":
        // Small print with a menu at its end.
        return block.accessory?.type === "overflow" ? `(${plain(block.text)})` : plain(block.text);
      default:
        return plain(block.text);
    }
  });
  return lines.filter(Boolean).join("\n");
}

/** None of a message that is not there yet. */
export function buttonsOf(
  message: ThreadMessage | undefined,
): readonly { readonly label: string; readonly actionId: string; readonly value: string }[] {
  if (!message) return [];
  return (message.blocks as readonly Block[])
    .filter(({ type }) => type === "actions")
    .flatMap(({ elements = [] }) =>
      elements.map(({ text, action_id: actionId = "", value = "" }) => ({ label: plain(text), actionId, value })),
    );
}

const plain = (text: Block["text"]): string => (typeof text === "object" ? text.text : (text ?? ""));
