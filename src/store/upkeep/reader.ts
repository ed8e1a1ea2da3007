import type { Memory } from "../../engine/memory.ts";
import type { Audit } from "../audit.ts";
import type { Forgetter } from "../forgetting.ts";
import type { Installation } from "../installations.ts";
import { createKeyRing, type KeyRing } from "../key-ring.ts";
import type { KnowledgeIndex } from "../knowledge/knowledge-index.ts";
import type { Opened } from "../own-store.ts";
import type { Settings } from "../settings.ts";
import type { SpendingWanted, ThreadSpending } from "../spending.ts";
import type { Store } from "../store.ts";

/** What can be read of a store without being one of those that work on it. */
export interface StoreReader extends Pick<
  Store,
  "load" | "spentOn" | "unhandled" | "duePosts" | "receipt" | "note" | "file" | "unfinished" | "recent" | "close"
> {
  readonly memory: Pick<Memory, "recall" | "list" | "scopes">;
  readonly knowledge: Pick<KnowledgeIndex, "sources">;
  readonly settings: Pick<Settings, "get" | "list" | "decisions" | "workspaces">;
  readonly audit: Pick<Audit, "check">;
  /** See `readSpending`; where it is absent, the logs are read. */
  readonly spending?: (wanted: SpendingWanted) => Promise<readonly ThreadSpending[]>;
  readonly forgetter: Pick<Forgetter, "find" | "underWay">;
  /** What is installed, and whether one of these keys opens its tokens. */
  installations(keys: readonly Uint8Array[]): Promise<(Installation & { readonly opens: boolean })[]>;
}

/** To look at alone: of the ports, what changes nothing. */
export function readerOf({
  store,
  installations,
  ...ports
}: Pick<Opened, "memory" | "knowledge" | "settings" | "installations"> & {
  readonly store: Omit<StoreReader, "memory" | "knowledge" | "settings" | "audit" | "forgetter" | "installations">;
  readonly audit: StoreReader["audit"];
  readonly forgetter: StoreReader["forgetter"];
}): StoreReader {
  return {
    ...store,
    ...ports,
    async installations(keys) {
      const { list, tokens } = installations(keys.length > 0 ? createKeyRing(keys) : NO_KEYS);
      return Promise.all((await list()).map(async (one) => ({ ...one, opens: (await tokens(one.id)) !== undefined })));
    },
  };
}

const NO_KEYS: KeyRing = {
  seal: () => {
    throw new Error("nothing is sealed by who only reads");
  },
  open: () => undefined,
};
