import type { Settings } from "./config/settings.ts";
import type { LookUp } from "./config/build/parts.ts";
import type { KnowledgeSettings } from "./config/schema/knowledge.ts";
import type { Clock } from "./engine/clock.ts";
import { folderSource } from "./knowledge/folder.ts";
import { createLibrary } from "./knowledge/library.ts";
import { SourceTrouble, type DocumentSource } from "./knowledge/source.ts";
import type { KnowledgeIndex } from "./store/knowledge/knowledge-index.ts";
import type { Store } from "./store/store.ts";

/** What the teams of a process look things up in. */
export interface OpenKnowledge {
  readonly lookUp: LookUp;
  close(): Promise<void>;
}

export function openKnowledge(parts: {
  readonly knowledge: KnowledgeIndex;
  readonly store: Pick<Store, "exclusively">;
  readonly clock: Clock;
  readonly log: (what: string, error?: unknown) => void;
}): OpenKnowledge {
  const library = createLibrary({ ...parts, index: parts.knowledge });
  return {
    lookUp: (sources) => library.of(sources.map((one) => ({ ...sourceOf(one), description: one.description }))),
    close: () => library.close(),
  };
}

const sourceOf = (settings: KnowledgeSettings): DocumentSource => folderSource(settings);

/** How a source of a team is, for whoever runs Parley. */
export interface KnowledgeFinding {
  readonly grade: "ok" | "warn" | "fail";
  /** The teams that look there. */
  readonly thing: string;
  readonly message: string;
}

/** Looks at each folder, and tells of what an index holds of it that could not be read; `indexed`: what the database has, where it is there. */
export async function* lookAtKnowledge(
  { teams }: Pick<Settings, "teams">,
  indexed: () => Promise<Awaited<ReturnType<KnowledgeIndex["sources"]>>>,
): AsyncGenerator<KnowledgeFinding, void, void> {
  const all = [...teams].flatMap(([team, { knowledge = [] }]) => knowledge.map((settings) => ({ team, settings })));
  if (all.length === 0) return;
  const sources = await indexed().catch(() => []);
  for (const { team, settings } of all) {
    const thing = `knowledge ${settings.name} of ${team}`;
    const source = sourceOf(settings);
    try {
      const { files, leftOut } = await source.list(new AbortController().signal);
      const known = sources.find((one) => one.source === source.key);
      const already = known ? `; ${known.documents} are indexed, in ${known.passages} passages` : "; the first search indexes them";
      if (files.length === 0) yield { grade: "warn", thing, message: `no file of ${settings.folder} is meant by \`include\`; name some.` };
      else yield { grade: "ok", thing, message: `${files.length} files in ${settings.folder}${already}` };
      for (const message of leftOut) yield { grade: "warn", thing, message };
      for (const { title, problem } of known?.unread ?? [])
        yield { grade: "warn", thing, message: `${JSON.stringify(title)} could not be read: ${problem}` };
    } catch (error) {
      if (!(error instanceof SourceTrouble)) throw error;
      yield { grade: "fail", thing, message: `${error.message} It is ${settings.folder}.` };
    }
  }
}
