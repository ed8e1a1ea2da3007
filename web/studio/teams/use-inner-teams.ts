import { useCallback, useMemo, useState } from "react";
import { toast } from "../../parts/toasts.tsx";
import { readDraft } from "./edit/draft.ts";
import { team as readTeam } from "./teams-api.ts";

/** Teams inside, as they are read when they are opened. */
export function useInnerTeams(workspace: string) {
  const [known, setKnown] = useState<ReadonlyMap<string, unknown>>(new Map());
  const read = useCallback(
    (name: string) =>
      void readTeam(workspace, name).then(
        ({ yaml }) => setKnown((before) => new Map([...before, [name, readDraft(yaml).team]])),
        (error: unknown) => toast(error instanceof Error ? error.message : String(error)),
      ),
    [workspace],
  );
  const teamOf = useCallback((name: string) => known.get(name), [known]);
  return useMemo(() => ({ read, teamOf }), [read, teamOf]);
}
