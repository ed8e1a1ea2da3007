import { useEffect, useMemo, useRef, useState } from "react";
import { check, type Mistake } from "../teams-api.ts";
import { rangeOf, readDraft, type Draft } from "./draft.ts";
import type { Mark } from "./yaml-editor.tsx";

export interface Editing {
  readonly draft: Draft;
  /** What is wrong, by the rules of the team file; of the text as it was when last asked. */
  readonly mistakes: readonly Mistake[];
  readonly marks: readonly Mark[];
  /** Whether the text is the one that was last asked about. */
  readonly isChecked: boolean;
  readonly wrongAt: (path: string) => string | undefined;
  readonly change: (text: string) => void;
}

const TYPED_MS = 200; // Whoever types goes on within this.

/** A team in the making. Text, forms and the graph are read off one text; what is wrong is asked of the studio whenever it rests. */
export function useDraft({
  workspace,
  begins,
  keptAs,
  isSilent,
}: {
  readonly workspace: string;
  readonly begins: string;
  readonly keptAs: string | undefined;
  /** Nothing is asked: it is looked at, and holds as it is. */
  readonly isSilent: (text: string) => boolean;
}): Editing {
  const [text, setText] = useState(begins);
  const [told, setTold] = useState<{ readonly text: string; readonly mistakes: readonly Mistake[] }>({ text: begins, mistakes: [] });
  const silent = useRef(isSilent);
  silent.current = isSilent;
  const draft = useMemo(() => readDraft(text), [text]);
  useEffect(() => {
    if (silent.current(text)) {
      setTold({ text, mistakes: [] });
      return undefined;
    }
    const gone = new AbortController();
    const timer = setTimeout(() => {
      check({ workspace, yaml: text, ...(keptAs === undefined ? {} : { editing: keptAs }) }, gone.signal)
        .then(({ mistakes }) => setTold({ text, mistakes }))
        .catch((error: unknown) => {
          if (!gone.signal.aborted)
            setTold({ text, mistakes: [{ path: "", message: error instanceof Error ? error.message : String(error) }] });
        });
    }, TYPED_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [text, workspace, keptAs]);
  const mistakes = draft.trouble.length > 0 ? draft.trouble : told.mistakes;
  const marks = useMemo(() => mistakes.map((mistake) => markOf(draft, mistake)), [draft, mistakes]);
  return {
    draft,
    mistakes,
    marks,
    isChecked: told.text === text,
    wrongAt: (path) => mistakes.find((one) => one.path === path)?.message,
    change: setText,
  };
}

function markOf(draft: Draft, { path, line, message }: Mistake): Mark {
  const shown = path === "" ? message : `${path}: ${message}`;
  // Without a path there is a line at best.
  if ((path === "" || draft.trouble.length > 0) && line !== undefined) {
    const from = draft.text.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0); // prettier-ignore
    const end = draft.text.indexOf("\n", from);
    return { from: Math.min(from, draft.text.length), to: end < 0 ? draft.text.length : end, message: shown };
  }
  return { ...rangeOf(draft, path), message: shown };
}
