import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { announce } from "../../parts/announce.ts";
import { listHref, replaceAddress } from "../state/address.ts";
import { followList, runs as readRuns, type RunLine, type RunsAnswer } from "../state/api.ts";
import { Filters } from "./filters.tsx";
import { withFirst, withNext } from "./pages.ts";
import { RunRow } from "./run-row.tsx";

interface Props {
  readonly query: URLSearchParams;
  readonly workspaces: readonly string[];
}

type Row = { readonly kind: "heading"; readonly text: string } | { readonly kind: "run"; readonly line: RunLine };

const TYPED_MS = 120; // Whoever types goes on within this.

/** Every run that fits, what waits for people on top. */
export function Runs({ query, workspaces }: Props) {
  const workspace = query.get("workspace") ?? workspaces[0] ?? "";
  const { rows, older, failed, more } = usePages(query, workspace);
  const search = useRef<HTMLInputElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const change = (name: string, value: string): void => {
    const next = new URLSearchParams(query);
    if (value === "") next.delete(name);
    else next.set(name, value);
    replaceAddress(listHref(next));
  };
  useKeys(search, scroller);
  useEffect(() => {
    document.title = "Runs · Parley studio";
  }, []);

  const list = useVirtualizer({
    count: rows?.length ?? 0,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows?.[index]?.kind === "heading" ? 34 : 38),
    overscan: 12,
  });
  const shown = list.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows && older && last >= rows.length - 20) more();
  }, [rows, older, last, more]);

  return (
    <main className="runs">
      <h1 className="visually-hidden">Runs</h1>
      <div className="search">
        <input
          ref={search}
          type="search"
          aria-label="Search what was said"
          placeholder="Search what was said"
          value={query.get("q") ?? ""}
          onChange={({ target }) => change("q", target.value)}
        />
      </div>
      <Filters query={query} workspaces={workspaces} workspace={workspace} change={change} clear={() => replaceAddress("#/")} />
      {failed && (
        <p className="problem" role="alert">
          {failed}
        </p>
      )}
      <div className="runs-list" ref={scroller} tabIndex={-1}>
        {rows?.length === 0 && (
          <p className="told-line">
            {isNarrowed(query) ? "No run fits." : "There are no runs yet."} A run is listed as soon as it has begun.
          </p>
        )}
        <div className="virtual" style={{ height: list.getTotalSize() }}>
          {shown.map(({ index, key, start }) => {
            const row = rows?.[index];
            return (
              <div
                key={key}
                data-index={index}
                ref={list.measureElement}
                className="virtual-row"
                style={{ transform: `translateY(${start}px)` }}
              >
                {row?.kind === "heading" && <h2 className="runs-heading">{row.text}</h2>}
                {row?.kind === "run" && <RunRow line={row.line} />}
              </div>
            );
          })}
        </div>
      </div>
    </main>
  );
}

const isNarrowed = (query: URLSearchParams): boolean => [...query.keys()].some((key) => key !== "workspace");

interface Pages {
  readonly rows: readonly Row[] | undefined;
  readonly older: string | undefined;
  readonly failed: string | undefined;
  readonly more: () => void;
}

/** The pages of the list so far. The first one is read again when something changes. */
function usePages(query: URLSearchParams, workspace: string): Pages {
  const asked = new URLSearchParams(query);
  asked.set("workspace", workspace);
  const key = asked.toString();
  const [read, setRead] = useState<{ readonly key: string; readonly answer: RunsAnswer }>();
  const [failed, setFailed] = useState<string>();
  const reading = useRef(false);
  const again = useRef(async (): Promise<boolean> => true);

  useEffect(() => {
    const gone = new AbortController();
    /** Whether it was not refused. */
    const readFirst = async (): Promise<boolean> => {
      try {
        const answer = await readRuns(new URLSearchParams(key), gone.signal);
        setRead((before) => ({ key, answer: before?.key === key ? withFirst(before.answer, answer) : answer }));
        setFailed(undefined);
        return true;
      } catch (error) {
        if (!gone.signal.aborted) setFailed(error instanceof Error ? error.message : String(error));
        return gone.signal.aborted;
      }
    };
    const typing = setTimeout(() => void readFirst().then(() => announce("The list is up to date")), TYPED_MS);
    again.current = readFirst;
    return () => {
      clearTimeout(typing);
      gone.abort();
    };
  }, [key]);
  // One for all that is asked while the list is open: whoever types opens none for each letter.
  useEffect(() => followList(() => again.current()), []);

  const older = read?.key === key ? read.answer.older : undefined;
  const more = useCallback(() => {
    if (reading.current || older === undefined) return;
    reading.current = true;
    const next = new URLSearchParams(key);
    next.set("older", older);
    readRuns(next)
      // What is shown by then may be of another question, or go on elsewhere.
      .then((page) => setRead((before) => (before?.key === key ? { key, answer: withNext(before.answer, older, page) } : before)))
      .catch((error: unknown) => setFailed(error instanceof Error ? error.message : String(error)))
      .finally(() => (reading.current = false));
  }, [key, older]);
  const rows = useMemo(() => read && rowsOf(read.answer), [read]);
  return { rows, older, failed, more };
}

function rowsOf({ waiting, going, found }: RunsAnswer): readonly Row[] {
  const part = (text: string, lines: readonly RunLine[]): Row[] =>
    lines.length > 0 ? [{ kind: "heading", text }, ...lines.map((line): Row => ({ kind: "run", line }))] : [];
  return [...part("Waits for you", waiting), ...part("Going on", going), ...part("Over", found)];
}

/** `/` goes to the search, arrows along the runs; Enter is the link's own. */
function useKeys(search: { readonly current: HTMLInputElement | null }, list: { readonly current: HTMLElement | null }): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const { target, key } = event;
      const isTyping = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
      if (key === "/" && !isTyping) {
        event.preventDefault();
        search.current?.focus();
        return;
      }
      if ((key !== "ArrowDown" && key !== "ArrowUp") || (isTyping && target !== search.current)) return;
      const links = [...(list.current?.querySelectorAll<HTMLElement>("[data-run]") ?? [])];
      const at = links.indexOf(document.activeElement as HTMLElement);
      const next = at < 0 ? links[0] : links[at + (key === "ArrowDown" ? 1 : -1)];
      if (!next) return;
      event.preventDefault();
      next.focus();
      next.scrollIntoView({ block: "nearest" });
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [search, list]);
}
