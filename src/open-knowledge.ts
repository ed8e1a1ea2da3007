import type { LookUp } from "./config/build/parts.ts";
import type { KnowledgeSettings } from "./config/schema/knowledge.ts";
import { isEmbedding } from "./config/checks/knowledge.ts";
import type { Env } from "./config/env.ts";
import { priceOf } from "./config/prices.ts";
import type { ModelSettings, Settings } from "./config/settings.ts";
import type { Clock } from "./engine/clock.ts";
import type { Embedder } from "./engine/knowledge.ts";
import type { Library, OfferedSource } from "./knowledge/library.ts";
import { FILE_BYTES_MAX, SourceTrouble, type DocumentSource } from "./knowledge/source.ts";
import { createEmbedder } from "./models/create.ts";
import type { Gates } from "./models/gated.ts";
import { createChanges, type FileChange } from "./slack/knowledge/file-changes.ts";
import type { FilesPlace, PostedFiles } from "./slack/knowledge/posted-files.ts";
import { placeOf } from "./slack/words/place.ts";
import type { KnowledgeIndex } from "./store/knowledge/knowledge-index.ts";
import type { Store } from "./store/store.ts";

/** What the teams of a process look things up in. */
export interface OpenKnowledge {
  readonly lookUp: LookUp;
  /** A file has come, changed or gone in a workspace: what is indexed of it is looked at again, once a little time has passed. */
  fileChanged(team: string, change: FileChange): void;
  close(): Promise<void>;
}

/** The files of a workspace; nothing where there is no Slack, or the app is not installed there. */
type FilesIn = (team: string) => Promise<PostedFiles | undefined>;

export function openKnowledge(parts: {
  readonly knowledge: KnowledgeIndex;
  readonly store: Pick<Store, "exclusively">;
  readonly filesIn: FilesIn;
  /** What all teams look things up in. */
  readonly sources: readonly KnowledgeSettings[];
  /** The model of this name, where it makes vectors. */
  readonly embedder: (name: string) => Embedder | undefined;
  readonly clock: Clock;
  readonly log: (what: string, error?: unknown) => void;
}): OpenKnowledge {
  let opened: Promise<Library> | undefined;
  // What reads documents is loaded for whoever looks something up.
  const library = () =>
    (opened ??= import("./knowledge/library.ts").then(({ createLibrary }) => createLibrary({ ...parts, index: parts.knowledge })));
  const closed = new AbortController();
  const changes = createChanges(parts.clock, closed.signal, async (team, changed) => {
    for (const settings of parts.sources)
      try {
        await lookAgain(settings, team, changed);
      } catch (error) {
        parts.log(`knowledge ${settings.name} could not be looked at after a change`, error);
      }
  });

  /** Of what nobody has searched yet there is no index, and the first search makes one. */
  async function lookAgain(settings: KnowledgeSettings, team: string, changed: readonly FileChange[]): Promise<void> {
    const place = slackPlaceOf(settings);
    const files = place && (await parts.filesIn(team));
    const found = place && files && (await files.find(place));
    if (!files || found === undefined || typeof found === "string") return;
    const source = { ...postedSource(settings, { team, place: found, files }), ...vectorsOf(settings, parts.embedder) };
    if (!(await parts.knowledge.has(source.key))) return;
    for (const { file, channels } of changed) {
      const isThere = "canvas" in found ? file === found.canvas : channels?.includes(found.channel);
      // Where Slack does not say where it lies, or lay, the index knows.
      if (isThere || (!channels && (await parts.knowledge.has(source.key, file)))) return (await library()).changed(source);
    }
  }

  return {
    fileChanged: (team, change) => changes.heard(team, change),
    lookUp(sources, thread) {
      const desk = async () => (await library()).of(sources.map((one) => offered(one, thread, parts)));
      return {
        sources,
        search: async (wanted) => (await desk()).search(wanted),
        read: async (wanted, signal) => (await desk()).read(wanted, signal),
      };
    },
    async close() {
      closed.abort();
      await (await opened)?.close();
    },
  };
}

/** What the teams of these settings look things up in, and the models that work for it. */
export const wantedOfKnowledge = (settings: Pick<Settings, "models" | "teams">, deps: Parameters<typeof embedders>[1]) => ({
  sources: [...settings.teams.values()].flatMap(({ knowledge = [] }) => knowledge),
  embedder: embedders(settings, deps),
  clock: deps.clock,
});

/** Makes each model once. `gates`: asked for when the first is made. */
export function embedders(
  { models }: Pick<Settings, "models">,
  { env, clock, gates }: { readonly env: Env; readonly clock: Clock; readonly gates: () => Gates | undefined },
): (name: string) => Embedder | undefined {
  const made = new Map<string, Embedder>();
  return (name) => {
    const settings = models.get(name);
    if (!settings || !("provider" in settings) || !makesVectors(settings)) return undefined;
    const behind = gates();
    const deps = { env, clock, ...(behind ? { gates: behind } : {}) };
    const embedder = made.get(name) ?? createEmbedder({ ...settings, price: priceOf(settings, env)?.price, timeouts: {} }, deps);
    made.set(name, embedder);
    return embedder;
  };
}

const makesVectors = (
  settings: ModelSettings,
): settings is Extract<ModelSettings, { provider: "openai" | "azure" | "openai-compatible" }> => isEmbedding(settings.provider);

function offered(
  settings: KnowledgeSettings,
  thread: string,
  { filesIn, embedder }: { readonly filesIn: FilesIn; readonly embedder: (name: string) => Embedder | undefined },
): OfferedSource {
  const { name, description } = settings;
  const vectors = vectorsOf(settings, embedder);
  return {
    name,
    description,
    async ready() {
      const place = slackPlaceOf(settings);
      if (place === undefined) return { ...(await folderOf(settings)), ...vectors };
      const team = placeOf(thread)?.team;
      const files = team === undefined ? undefined : await filesIn(team);
      if (team === undefined || !files) return `${name} is left out: it lies in Slack, and this is no thread of it.`;
      const found = await files.find(place);
      return typeof found === "string"
        ? `${name} is left out: ${found}.`
        : { ...postedSource(settings, { team, place: found, files }), ...vectors };
    },
  };
}

function vectorsOf(
  { embeddings, vectorsMax }: Pick<KnowledgeSettings, "embeddings" | "vectorsMax">,
  embedder: (name: string) => Embedder | undefined,
): Pick<DocumentSource, "vectors"> {
  const model = embeddings === undefined ? undefined : embedder(embeddings);
  return model ? { vectors: { embedder: model, max: vectorsMax } } : {};
}

function slackPlaceOf({ channel, canvas }: KnowledgeSettings): FilesPlace | undefined {
  if (canvas !== undefined) return { canvas };
  return channel === undefined ? undefined : { channel };
}

async function folderOf({ folder, touches = [], ...settings }: KnowledgeSettings): Promise<DocumentSource> {
  if (folder === undefined) throw new Error("a checked source that does not lie in Slack has a folder");
  const { folderSource } = await import("./knowledge/folder.ts");
  const source = folderSource({ ...settings, folder, touches });
  return { ...source, key: keyWith(source.key, settings) };
}

/** A passage has the vector of one model: two teams that name two have an index each, in place of making all vectors anew for one and the other. */
const keyWith = (key: string, { embeddings }: Pick<KnowledgeSettings, "embeddings">): string =>
  embeddings === undefined ? key : `${key}/${embeddings}`;

/** Files that lie in Slack: what is found of them is for those who may see the place. */
function postedSource(
  { name, filesMax, mbMax, embeddings, touches = ["private"] }: KnowledgeSettings,
  { team, place, files }: { readonly team: string; readonly place: FilesPlace; readonly files: PostedFiles },
): DocumentSource {
  return {
    name,
    // What is forgotten with a channel, or a workspace, begins with its name. With other limits, one would take out what the other has put in.
    key: keyWith(`${team}/${"channel" in place ? `${place.channel}/files` : `${place.canvas}/canvas`}/${filesMax}/${mbMax}`, {
      embeddings,
    }),
    touches,
    closedTo: async (reader) =>
      (await files.isOpenTo(place, reader)) ? undefined : `${name} is left out: not everybody who reads this thread may see it.`,
    async list(signal) {
      const { files: posted, leftOut } = await files.list(place, filesMax, signal).catch((error: unknown) => {
        throw new SourceTrouble(error instanceof Error ? `${error.message}.` : String(error));
      });
      let bytes = 0;
      const fit = posted.filter((file) => (bytes += Math.min(file.bytes, FILE_BYTES_MAX)) <= mbMax * 1024 * 1024);
      const tooMany = leftOut + posted.length - fit.length;
      return {
        files: fit.map(({ id, title, link, version, mediaType }) => ({ name: id, title, link, version, mediaType, hasLines: false })),
        leftOut:
          tooMany > 0
            ? [
                `${tooMany} older ${tooMany === 1 ? "file" : "files"} of ${name} left out: it is indexed up to ${filesMax} files (filesMax) and ${mbMax} MiB (mbMax).`,
              ]
            : [],
      };
    },
    content: (file) => files.content(file.name, FILE_BYTES_MAX),
  };
}

/** How a source of a team is, for whoever runs Parley. */
export interface KnowledgeFinding {
  readonly grade: "ok" | "warn" | "fail";
  /** The source, and the team that looks there. */
  readonly thing: string;
  readonly message: string;
}

type Indexed = Awaited<ReturnType<KnowledgeIndex["sources"]>>;

/** Looks at each folder, and tells of what an index holds of each source that could not be read; `indexed`: what the database has, where it is there. */
export async function* lookAtKnowledge(
  { teams }: Pick<Settings, "teams">,
  indexed: () => Promise<Indexed>,
): AsyncGenerator<KnowledgeFinding, void, void> {
  const all = [...teams].flatMap(([team, { knowledge = [] }]) => knowledge.map((settings) => ({ team, settings })));
  if (all.length === 0) return;
  const sources = await indexed().catch((): Indexed => []);
  for (const { team, settings } of all) {
    const thing = `knowledge ${settings.name} of ${team}`;
    const place = slackPlaceOf(settings);
    if (place === undefined) yield* lookAtFolder(thing, settings, sources);
    else {
      const where = "channel" in place ? `the files of ${place.channel}` : `the canvas ${place.canvas}`;
      yield {
        grade: "ok",
        thing,
        message: `${where}, for whom Slack shows them; the app needs the scope files:read, and to be in the channel`,
      };
    }
  }
  for (const { source, unread } of sources.filter(({ source: key }) => !key.startsWith("folder/")))
    yield* unreadIn(`knowledge in Slack (${source.split("/", 2).join("/")})`, unread);
}

async function* lookAtFolder(thing: string, settings: KnowledgeSettings, sources: Indexed): AsyncGenerator<KnowledgeFinding, void, void> {
  const source = await folderOf(settings);
  try {
    const { files, leftOut } = await source.list(new AbortController().signal);
    const known = sources.find((one) => one.source === source.key);
    const already = known ? `; indexed: ${known.documents}, as ${known.passages} passages` : "; the first search indexes them";
    if (files.length === 0) yield { grade: "warn", thing, message: `no file of ${settings.folder} is meant by \`include\`; name some.` };
    else yield { grade: "ok", thing, message: `${files.length} ${files.length === 1 ? "file" : "files"} in ${settings.folder}${already}` };
    for (const message of leftOut) yield { grade: "warn", thing, message };
    yield* unreadIn(thing, known?.unread ?? []);
  } catch (error) {
    if (!(error instanceof SourceTrouble)) throw error;
    yield { grade: "fail", thing, message: `${error.message} It is ${settings.folder}.` };
  }
}

function* unreadIn(thing: string, unread: Indexed[number]["unread"]): Generator<KnowledgeFinding, void, void> {
  for (const { title, problem } of unread)
    yield { grade: "warn", thing, message: `${JSON.stringify(title)} could not be read: ${problem}` };
}
