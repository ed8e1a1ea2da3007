import type { Clock } from "../../engine/clock.ts";

/** A file of Slack's that was posted, has changed, or is gone. `channels`: where; absent where Slack does not say. */
export interface FileChange {
  readonly file: string;
  readonly channels?: readonly string[] | undefined;
}

/** What Slack tells of files, workspace by workspace, looked at a little later and together: files come in several. */
export interface Changes {
  heard(team: string, change: FileChange): void;
}

/** From the first word of a change on. */
export const CHANGES_MS_WAITED = 5_000;
/** Of one workspace, in that time; of more, the latest. */
const CHANGES_MAX = 500;

/** `look` does not reject. */
export function createChanges(
  clock: Clock,
  closed: AbortSignal,
  look: (team: string, changes: readonly FileChange[]) => Promise<void>,
): Changes {
  const waiting = new Map<string, FileChange[]>();
  return {
    heard(team, change) {
      const known = waiting.get(team);
      const changes = known ?? [];
      changes.push(change);
      if (changes.length > CHANGES_MAX) changes.shift();
      if (known || closed.aborted) return;
      waiting.set(team, changes);
      void clock.sleep(CHANGES_MS_WAITED, closed).then(async () => {
        waiting.delete(team);
        if (!closed.aborted) await look(team, changes);
      });
    },
  };
}
