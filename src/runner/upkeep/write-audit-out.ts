import type { Clock } from "../../engine/clock.ts";
import { createLeader } from "../leader.ts";
import { auditFileId, openAuditFile } from "../../store/audit-file.ts";
import type { Audit } from "../../store/audit.ts";
import type { Store } from "../../store/store.ts";

/**
 * Writes the audit log out to a file, as {@link openAuditFile} does. Of several processes that name one file, one writes, and the next one goes on where it
 * ended.
 * @throws when the file cannot be opened, or its end is no line of an audit log.
 */
export function writeAuditOut(parts: {
  readonly path: string;
  readonly store: Pick<Store, "exclusively" | "stillHere" | "standsBack">;
  readonly audit: Pick<Audit, "after" | "follow">;
  readonly clock: Clock;
  readonly log: (problem: string, error?: unknown) => void;
}): { close(): Promise<void> } {
  const { path, store, audit, clock, log } = parts;
  const onTrouble = (error: unknown) => log("the audit log could not be written out; it is with its next entry", error);
  const open = () => openAuditFile({ path, audit, onTrouble });
  // One process alone has the store.
  if (!store.stillHere) return open();
  const create = () => {
    let file: ReturnType<typeof open> | undefined;
    return { start: () => void (file = open()), close: async () => file?.close() };
  };
  const leader = createLeader({ store, key: `audit file/${auditFileId(path)}`, create, clock, log });
  leader.start();
  return leader;
}
