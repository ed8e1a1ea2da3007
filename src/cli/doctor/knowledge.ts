import type { Settings } from "../../config/load.ts";
import type { Finding } from "./finding.ts";

/** What teams look things up in: whether it is there, and what of it could not be read when it was indexed. */
export async function* checkKnowledge(settings: Settings): AsyncGenerator<Finding, void, void> {
  if (![...settings.teams.values()].some(({ knowledge }) => knowledge !== undefined)) return;
  const { isStoreThere, lookAtKnowledge, readStore } = await import("../../parley.ts");
  yield* lookAtKnowledge(settings, async () => {
    if (settings.database === ":memory:" || !(await isStoreThere(settings.database))) return [];
    const store = await readStore(settings.database, { own: settings.registry.store });
    try {
      return await store.knowledge.sources();
    } finally {
      await store.close();
    }
  });
}
