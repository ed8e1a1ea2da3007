import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { announce } from "../../parts/announce.ts";
import { Icon } from "../../parts/icon.tsx";
import { MenuButton } from "../../parts/menu.tsx";
import { toast } from "../../parts/toasts.tsx";
import { newTeamHref, teamHref, teamsHref } from "../state/address.ts";
import { Refused } from "../state/api.ts";
import type { Draft } from "./edit/draft.ts";
import type { History } from "./edit/use-history.ts";
import type { Opened } from "./opened.ts";
import { remove, save, team as readTeam, type Mistake, type TeamsAnswer } from "./teams-api.ts";

const Compare = lazy(() => import("./compare.tsx"));

interface Props {
  readonly workspace: string;
  readonly base: Opened;
  readonly draft: Draft;
  readonly mistakes: readonly Mistake[];
  readonly isChecked: boolean;
  readonly offers: TeamsAnswer;
  readonly history: History;
  /** It is this by now, on the shelf or in the editor. */
  readonly taken: (next: Opened) => void;
  readonly change: (text: string) => void;
}

/** Somebody was faster: what they say, and theirs. */
interface Conflict {
  readonly message: string;
  readonly theirs: { readonly yaml: string; readonly revision: number };
}

/** What the team is called, whether it is kept, and what can be done with it as a whole. */
export function TeamHead({ workspace, base, draft, mistakes, isChecked, offers, history, taken, change }: Props) {
  const [conflict, setConflict] = useState<Conflict | undefined>();
  const [shows, setShows] = useState<"versions" | "kept" | undefined>();
  const [isSaving, setSaving] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const isChanged = draft.text !== base.yaml || (base.keptAs === undefined && !base.isFile);
  const why =
    offers.mayNotEdit ??
    (mistakes.length > 0 ? "Something is wrong with it: see what is marked." : !isChanged ? "Nothing was changed." : undefined);

  const put = async (revision: number): Promise<void> => {
    if (isSaving) return;
    setSaving(true);
    const from = location.hash;
    try {
      const name = base.keptAs ?? draft.name;
      const answer = await save(workspace, name, { yaml: draft.text, revision });
      if (answer.revision === undefined) {
        toast(answer.mistakes.map(({ path, message }) => `${path}: ${message}`).join("\n") || "It was not kept.");
        return;
      }
      setConflict(undefined);
      taken({ yaml: draft.text, isFile: false, revision: answer.revision, mistakes: [], keptAs: name });
      announce(`Saved as revision ${answer.revision}`);
      toast(`Saved as revision ${answer.revision}`, "info");
      // Whoever has left meanwhile stays where they are.
      if (base.keptAs === undefined && location.hash === from) nowAt(teamHref(workspace, name));
    } catch (error) {
      const theirs = error instanceof Refused && error.status === 409 ? await readTeam(workspace, base.keptAs ?? draft.name).catch(() => undefined) : undefined; // prettier-ignore
      const message = error instanceof Error ? error.message : String(error);
      if (theirs) setConflict({ message, theirs });
      else toast(message);
    } finally {
      setSaving(false);
    }
  };
  const putNow = useRef<() => void>(() => undefined);
  putNow.current = () => (why === undefined ? void put(base.revision) : toast(why, "info"));
  const undoing = useRef(history);
  undoing.current = history;
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      const key = event.key.toLowerCase();
      if (key === "s") {
        event.preventDefault();
        putNow.current();
        return;
      }
      // Fields and the editor have histories of their own.
      const isTyping = event.target instanceof HTMLElement && event.target.closest("input, textarea, .yaml") !== null;
      if (key !== "z" || isTyping) return;
      event.preventDefault();
      if (event.shiftKey) undoing.current.redo();
      else undoing.current.undo();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);

  const imported = async (): Promise<void> => {
    const [chosen] = file.current?.files ?? [];
    if (!chosen) return;
    if (file.current) file.current.value = "";
    if (chosen.size > FILE_BYTES_MAX) toast(`The file has more than ${FILE_BYTES_MAX / 1024} KiB: no team is so large.`);
    else change(await chosen.text());
  };
  const removed = async (): Promise<void> => {
    if (base.keptAs === undefined || !confirm(`Take the team ${base.keptAs} off the shelf? Runs that go on keep it.`)) return;
    try {
      await remove(workspace, base.keptAs, base.revision);
      location.hash = teamsHref(workspace);
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error));
    }
  };
  const keptAs = base.keptAs;
  const items = [
    { label: "Export as a file", choose: () => download(`${draft.name || "team"}.yml`, draft.text) },
    { label: "Import a file", detail: "in this one's place", choose: () => file.current?.click() },
    ...(base.isFile || keptAs !== undefined
      ? [{ label: "Copy", detail: "a new team that begins as this one", choose: () => (location.hash = newTeamHref(workspace, `team:${keptAs ?? draft.name}`)) }] // prettier-ignore
      : []),
    ...(keptAs === undefined
      ? []
      : [
          { label: "Earlier revisions", detail: "compare, and take back", choose: () => setShows("versions") },
          ...(offers.mayNotEdit === undefined ? [{ label: "Delete", choose: () => void removed() }] : []),
        ]),
  ];
  return (
    <header className="team-head">
      <a className="icon-button" href={teamsHref(workspace)} aria-label="All teams" title="All teams">
        <Icon name="back" />
      </a>
      <div className="team-title">
        <h1>
          <bdi>{draft.name || base.keptAs || "(no name)"}</bdi>
        </h1>
        <p className="hint">
          {keptAs === undefined
            ? base.isFile
              ? "Of the team file; saved under another name it is yours"
              : "Not kept yet"
            : `Revision ${base.revision}`}
          {isChanged && keptAs !== undefined && " · changed"}
          {mistakes.length > 0 && ` · ${mistakes.length === 1 ? "1 mistake" : `${mistakes.length} mistakes`}`}
          {!isChecked && " · checking…"}
        </p>
      </div>
      <div className="team-acts">
        <button type="button" className="plain-button" disabled={!history.canUndo} onClick={history.undo}>
          Undo
        </button>
        <button type="button" className="plain-button" disabled={!history.canRedo} onClick={history.redo}>
          Redo
        </button>
        {draft.text !== base.yaml && (
          <button type="button" className="plain-button" onClick={() => setShows("kept")}>
            Compare
          </button>
        )}
        <MenuButton className="plain-button" menuLabel="More" items={() => items}>
          More
        </MenuButton>
        <button
          type="button"
          className="main-button"
          disabled={why !== undefined || isSaving || !isChecked}
          title={why ?? "Ctrl+S"}
          onClick={() => void put(base.revision)}
        >
          Save
        </button>
        <input ref={file} type="file" accept=".yml,.yaml,text/yaml" hidden aria-label="A team as a file" onChange={() => void imported()} />
      </div>
      {conflict && (
        <Suspense fallback={null}>
          <Compare
            title="Somebody was faster"
            told={conflict.message}
            before={{ name: "theirs", text: conflict.theirs.yaml }}
            after={{ name: "yours", text: draft.text }}
            close={() => setConflict(undefined)}
            acts={[
              { label: "Save mine over theirs", act: () => void put(conflict.theirs.revision) },
              {
                label: "Take theirs",
                act: () => {
                  setConflict(undefined);
                  taken({ yaml: conflict.theirs.yaml, isFile: false, revision: conflict.theirs.revision, mistakes: [], ...(keptAs ? { keptAs } : {}) }); // prettier-ignore
                },
              },
            ]}
          />
        </Suspense>
      )}
      {shows === "kept" && (
        <Suspense fallback={null}>
          <Compare
            title="What you have changed"
            before={{ name: "as opened", text: base.yaml }}
            after={{ name: "now", text: draft.text }}
            close={() => setShows(undefined)}
            acts={[{ label: "Take it all back", act: () => (change(base.yaml), setShows(undefined)) }]}
          />
        </Suspense>
      )}
      {shows === "versions" && keptAs !== undefined && (
        <Suspense fallback={null}>
          <Compare
            title={`Earlier revisions of ${keptAs}`}
            of={{ workspace, name: keptAs }}
            after={{ name: "now", text: draft.text }}
            close={() => setShows(undefined)}
            take={(text) => (change(text), setShows(undefined), announce("The earlier revision is in the editor; save it to keep it"))}
          />
        </Suspense>
      )}
    </header>
  );
}

/** A team has at most 128 KiB. */
const FILE_BYTES_MAX = 256 * 1024;

/** Its address is the kept team's from now on, without reading it anew. */
function nowAt(href: string): void {
  history.replaceState(null, "", href);
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/yaml" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name.replaceAll(/[^\w.-]/g, "_");
  link.click();
  URL.revokeObjectURL(url);
}
