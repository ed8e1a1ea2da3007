import type { KnownBlock } from "@slack/types";
import { WebAPIPlatformError, type WebAPICallResult } from "@slack/web-api";
import { editNote } from "../../store/notes.ts";
import type { Store } from "../../store/store.ts";
import { codeIn } from "../language/code-words.ts";
import type { MessageKey } from "../language/messages.ts";
import type { Translator } from "../language/translator.ts";
import { section } from "../words/blocks.ts";
import { knownCode } from "./error-codes.ts";
import { safeMrkdwn } from "../words/escape.ts";
import type { Called, Log } from "./web-client.ts";

/** Keeps what this workspace does not let Parley have, so that App Home can say it: read off the calls themselves, as they come back. */
export interface FeatureWatch {
  /** Give it to {@link createWeb}. Which workspace the calls are for, auth.test says, which every start calls first. */
  onCalled(called: Called): void;
  /** Resolves when everything that was found out is kept. */
  settled(): Promise<void>;
  /** Learns no more of what other processes find out. */
  close(): void;
}

/** What Parley does without in a workspace, in mrkdwn: one sentence or two for each, with the mend; the same order each time. */
export async function missingFeatures(t: Translator, store: Pick<Store, "note">, workspace: string): Promise<readonly string[]> {
  const missing = await read(store, workspace);
  return FEATURES.flatMap(({ name }) => {
    const found = missing[name];
    if (!found) return [];
    const what = [found.needed, found.blocks?.join(", ")].filter(Boolean).join(" ");
    const said = safeMrkdwn(`${found.code}${what ? ` (${what})` : ""}`);
    const [feature, without] = [t(`home.text.missing.${name}`), t(`home.text.without.${name}`)];
    return [t("home.text.missingOne", { name: feature, without, said, mend: codeIn(t, found.code) })];
  });
}

/** For App Home: nothing where nothing is missing. */
export function missingFeatureBlocks(t: Translator, missing: readonly string[]): readonly KnownBlock[] {
  if (missing.length === 0) return [];
  return [section(t("home.text.missing")), ...missing.map(section)];
}

/** What one process finds missing, or to be had again, the others know at once. */
export function createFeatureWatch({
  store,
  log,
}: {
  readonly store: Pick<Store, "note" | "swapNote" | "followNotes">;
  readonly log: Log;
}): FeatureWatch {
  let workspace: string | undefined;
  /** Nearly every call changes nothing: what it would change is looked up here first. */
  let known: ReadonlyMap<string, Missing> = new Map();
  let kept: Promise<unknown> = Promise.resolve();
  const unfollow = store.followNotes((key) => {
    const of = workspace;
    if (of !== undefined && key === noteKey(of)) inTurn(() => learn(of));
  });

  /** One after the other, so that what is kept is what was found out last. */
  function inTurn(job: () => Promise<void>): void {
    kept = kept.then(job).catch((error: unknown) => log("what Slack does not let Parley have could not be kept", error));
  }

  async function learn(of: string): Promise<void> {
    const found = new Map(Object.entries(await read(store, of)));
    if (workspace === of) known = found;
  }

  function change(edit: (missing: Map<string, Missing>) => void): void {
    const of = workspace;
    if (of === undefined) return;
    inTurn(async () => {
      const now = new Map(known);
      edit(now);
      known = now;
      // What others have found out meanwhile stays.
      await editNote(store, noteKey(of), (noted) => {
        const all = new Map(Object.entries(readMissing(noted)));
        edit(all);
        return all.size === 0 && noted === undefined ? undefined : JSON.stringify(Object.fromEntries(all));
      });
    });
  }

  function cameThrough({ method, args }: Called): void {
    if (known.size === 0) return;
    const layout = known.get(LAYOUT);
    const types = layout ? typesOf(args["blocks"]) : [];
    const names: string[] = (FEATURES_BY_METHOD.get(method) ?? []).filter((name) => known.has(name));
    if (args["username"] !== undefined && known.has(FACES)) names.push(FACES);
    if (layout?.blocks?.some((type) => types.includes(type))) names.push(LAYOUT);
    if (names.length === 0) return;
    change((now) => {
      for (const name of names) {
        const left = name === LAYOUT ? now.get(LAYOUT)?.blocks?.filter((type) => !types.includes(type)) : undefined;
        if (left && left.length > 0) now.set(LAYOUT, { code: now.get(LAYOUT)?.code ?? "invalid_blocks", blocks: left });
        else now.delete(name);
      }
    });
  }

  function failed({ method, args }: Called, error: unknown): void {
    if (!(error instanceof WebAPIPlatformError)) return;
    const { error: code, needed } = error.data as { readonly error: string; readonly needed?: unknown };
    const name = nicetyOf({ method, args }, code, typeof needed === "string" ? needed : "");
    if (name === undefined) return;
    const types = name === LAYOUT ? typesOf(args["blocks"]) : [];
    change((now) =>
      now.set(name, {
        code,
        ...(typeof needed === "string" && needed !== "" ? { needed } : {}),
        ...(types.length > 0 ? { blocks: types } : {}),
      }),
    );
  }

  /** A start: what the token may do by now, and what was found out before. */
  function begin(team: string, scopes: readonly string[]): void {
    if (workspace !== team) {
      workspace = team;
      inTurn(() => learn(team));
    }
    change((now) => {
      if (scopes.length === 0) return;
      for (const { name, scope } of FEATURES) {
        if (scope === undefined) continue;
        if (!scopes.includes(scope)) now.set(name, { code: "missing_scope", needed: scope });
        else if (now.get(name)?.code === "missing_scope") now.delete(name);
      }
    });
  }

  return {
    onCalled(called) {
      if ("error" in called.outcome) return failed(called, called.outcome.error);
      const { team_id: team, response_metadata: about } = called.outcome.answer as WebAPICallResult & { readonly team_id?: unknown };
      if (called.method === "auth.test" && typeof team === "string") return begin(team, about?.scopes ?? []);
      return cameThrough(called);
    },
    async settled() {
      await kept;
    },
    close: unfollow,
  };
}

/** What an error costs; `undefined` when it costs none of the features, but is one call's misfortune, or everything. */
function nicetyOf({ method, args }: Pick<Called, "method" | "args">, code: string, needed: string): string | undefined {
  const { reaction } = knownCode(code);
  if (reaction === "strip") return args["blocks"] === undefined ? undefined : LAYOUT;
  if (reaction !== "do-without" && !(reaction === "say" && method.startsWith("files."))) return undefined;
  // Of a post it says that the thread is closed, and of anything else that one conversation is; the next that works takes it back.
  if (code === "no_permission" && method === "chat.postMessage") return undefined;
  if (args["username"] !== undefined && code !== "unknown_method" && (needed === "" || needed.includes("customize"))) return FACES;
  return FEATURES.find(({ methods }) => methods.includes(method))?.name;
}

interface Missing {
  readonly code: string;
  /** The scope, where Slack names it. */
  readonly needed?: string;
  /** The types of the blocks of which some are not taken. */
  readonly blocks?: readonly string[];
}

interface Nicety {
  /** It stands in the notes of the database, and in the messages. */
  readonly name: FeatureName;
  readonly methods: readonly string[];
  /** Without this one it is never to be had. */
  readonly scope?: string;
}
type FeatureName = MessageKey extends infer Key ? (Key extends `home.text.without.${infer Name}` ? Name : never) : never;

const FACES = "Faces";
const LAYOUT = "Layout";

/** All that Parley can do without, and what then is so. Posting, and hearing, are none. */
const FEATURES: readonly Nicety[] = [
  {
    name: FACES,
    methods: [],
    scope: "chat:write.customize",
  },
  { name: LAYOUT, methods: [] },
  {
    name: "Files",
    methods: ["files.getUploadURLExternal", "files.completeUploadExternal"],
    scope: "files:write",
  },
  {
    name: "History",
    methods: ["conversations.replies", "conversations.history"],
    scope: "channels:history",
  },
  { name: "Cards", methods: ["chat.update"] },
  {
    name: "Reactions",
    methods: ["reactions.add", "reactions.remove"],
    scope: "reactions:write",
  },
  { name: "Thinking", methods: ["assistant.threads.setStatus"] },
  {
    name: "Stop",
    methods: ["agents.sessions.setStatus"],
  },
  {
    name: "Prompts",
    methods: ["assistant.threads.setSuggestedPrompts", "assistant.threads.setTitle"],
    scope: "assistant:write",
  },
  { name: "Catching up", methods: ["users.conversations"] },
  { name: "Search", methods: ["assistant.search.context"] },
  {
    name: "Quotes",
    methods: ["conversations.members"],
  },
  { name: "Names", methods: ["users.info"], scope: "users:read" },
  { name: "Whispers", methods: ["chat.postEphemeral"] },
  { name: "Links", methods: ["chat.getPermalink"] },
  {
    name: "Channels",
    methods: ["conversations.info"],
    scope: "channels:read",
  },
  {
    name: "Dialogs",
    methods: ["views.open", "views.update"],
  },
];

const FEATURES_BY_METHOD: ReadonlyMap<string, readonly FeatureName[]> = new Map(
  FEATURES.flatMap(({ methods }) => methods).map((method) => [
    method,
    FEATURES.filter(({ methods }) => methods.includes(method)).map(({ name }) => name),
  ]),
);

function typesOf(blocks: unknown): readonly string[] {
  if (!Array.isArray(blocks)) return [];
  return [...new Set(blocks.flatMap((block: { readonly type?: unknown }) => (typeof block.type === "string" ? [block.type] : [])))];
}

async function read(store: Pick<Store, "note">, workspace: string): Promise<{ readonly [name: string]: Missing }> {
  return readMissing(await store.note(noteKey(workspace)));
}

const readMissing = (noted: string | undefined) => JSON.parse(noted ?? "{}") as { readonly [name: string]: Missing };

const noteKey = (workspace: string): string => `niceties/${workspace}`;
