import { useEffect, useMemo, useState } from "react";
import { CloseButton, Dialog } from "../../parts/dialog.tsx";
import { Difference } from "../run/requests.tsx";
import { differences } from "../run/request-text.ts";
import { whole } from "../state/words.ts";
import { clean } from "../../text/clean.ts";
import { versions as readVersions, type VersionsAnswer } from "./teams-api.ts";

interface Text {
  readonly name: string;
  readonly text: string;
}

interface Props {
  readonly title: string;
  readonly told?: string;
  /** What is compared with; one of the earlier revisions of `of` when absent. */
  readonly before?: Text;
  readonly of?: { readonly workspace: string; readonly name: string };
  readonly after: Text;
  readonly close: () => void;
  readonly acts?: readonly { readonly label: string; readonly act: () => void }[];
  /** Puts an earlier revision into the editor. */
  readonly take?: (text: string) => void;
}

/** Two texts of a team, and what differs. */
export default function Compare({ title, told, before, of, after, close, acts = [], take }: Props) {
  const [kept, setKept] = useState<VersionsAnswer["versions"] | string | undefined>();
  const [nth, setNth] = useState(1);
  useEffect(() => {
    if (!of) return;
    readVersions(of.workspace, of.name).then(
      ({ versions }) => setKept(versions),
      (error: unknown) => setKept(error instanceof Error ? error.message : String(error)),
    );
  }, [of?.workspace, of?.name]);
  const all = typeof kept === "object" ? kept : [];
  const version = all[Math.min(nth, all.length - 1)];
  const other = before ?? (version?.yaml === undefined ? undefined : { name: `revision ${version.revision}`, text: version.yaml });
  const rows = useMemo(() => other && differences(clean(other.text.trimEnd()), clean(after.text.trimEnd())), [other?.text, after.text]);
  return (
    <Dialog className="request compare" aria-label={title} onClose={close}>
      <header className="request-head">
        <h2>{title}</h2>
        <CloseButton onClick={close} />
      </header>
      {told !== undefined && <p className="request-why">{told}</p>}
      {of && kept === undefined && <p className="hint">Reading…</p>}
      {typeof kept === "string" && <p className="problem">{kept}</p>}
      {of && typeof kept === "object" && all.length === 0 && <p className="hint">No earlier revision is kept.</p>}
      {all.length > 0 && (
        <label className="request-try">
          Revision{" "}
          <select value={Math.min(nth, all.length - 1)} onChange={({ target }) => setNth(Number(target.value))}>
            {all.map(({ revision, at, yaml }, index) => (
              <option key={index} value={index}>
                {revision}
                {yaml === undefined ? " (deleted)" : ""}, {whole(at)}
              </option>
            ))}
          </select>
        </label>
      )}
      {other && (
        <p className="hint">
          − {other.name}, + {after.name}
        </p>
      )}
      {other && !rows && <p className="hint">The two have too little in common to be compared.</p>}
      {rows?.every(({ kind }) => kind === "alike" || kind === "same") && <p className="hint">Nothing differs.</p>}
      {rows?.some(({ kind }) => kind === "added" || kind === "removed") && <Difference rows={rows} />}
      <footer className="compare-acts">
        {acts.map(({ label, act }) => (
          <button key={label} type="button" className="main-button" onClick={act}>
            {label}
          </button>
        ))}
        {take && other && (
          <button type="button" className="main-button" onClick={() => take(other.text)}>
            Take {other.name} back
          </button>
        )}
      </footer>
    </Dialog>
  );
}
