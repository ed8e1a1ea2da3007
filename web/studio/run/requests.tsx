import { useEffect, useMemo, useState } from "react";
import { CloseButton, Dialog } from "../../parts/dialog.tsx";
import { clean } from "../../text/clean.ts";
import { CodeBlock } from "../../text/code.tsx";
import { requests as readRequests, type RequestsAnswer, type RunName } from "../state/api.ts";
import { lasted, many, whole } from "../state/words.ts";
import { differences, readableLines, type DiffRow } from "./request-text.ts";

type Request = RequestsAnswer["requests"][number];
const VIEWS = ["Difference", "Readable", "As sent"] as const;

/** The requests behind an event, as they were sent, and what is new in them since the time before. */
export default function Requests({ name, event, close }: { readonly name: RunName; readonly event: number; readonly close: () => void }) {
  const [answer, setAnswer] = useState<RequestsAnswer | string | undefined>();
  const [before, setBefore] = useState<Request | undefined>();
  const [nth, setNth] = useState(0);
  const [view, setView] = useState<(typeof VIEWS)[number]>("Readable");
  const { thread, seq } = name;
  useEffect(() => {
    let isLeft = false;
    const read = async (): Promise<void> => {
      const found = await readRequests({ thread, seq }, event);
      const earlier = found.before === undefined ? undefined : (await readRequests({ thread, seq }, found.before)).requests.at(-1);
      if (isLeft) return;
      setAnswer(found);
      setBefore(earlier);
      if (earlier) setView("Difference");
    };
    read().catch((error: unknown) => !isLeft && setAnswer(error instanceof Error ? error.message : String(error)));
    return () => void (isLeft = true);
  }, [thread, seq, event]);

  const all = typeof answer === "object" ? answer.requests : [];
  const request = all[nth];
  // Of one after another, the one before is what is compared with.
  const other = nth > 0 ? all[nth - 1] : before;
  const trouble = typeof answer === "string" ? answer : (answer?.none ?? (answer && !request ? "There are none." : undefined));
  return (
    <Dialog className="request" aria-label={`Request behind event ${event}`} onClose={close}>
      <header className="request-head">
        <h2>
          Request behind event {event}
          {request?.modelName && (
            <span className="hint">
              {" "}
              to <bdi>{clean(request.modelName)}</bdi>, {request.provider}
            </span>
          )}
        </h2>
        <CloseButton onClick={close} />
      </header>
      {answer === undefined && <p className="hint">Putting it together…</p>}
      {trouble !== undefined && <p className="request-why">{clean(trouble)}</p>}
      {request && (
        <>
          {all.length > 1 && (
            <label className="request-try">
              Try{" "}
              <select value={nth} onChange={({ target }) => setNth(Number(target.value))}>
                {all.map((one, index) => (
                  <option key={index} value={index}>
                    {index + 1} of {all.length}: {clean(one.model)}
                    {one.sent?.failed ? `, ${one.sent.failed}` : ""}
                  </option>
                ))}
              </select>
            </label>
          )}
          <Exactness request={request} />
          {request.body !== "" && (
            <>
              <div className="request-views" role="group" aria-label="How it is shown">
                {VIEWS.map((one) => (
                  <button
                    key={one}
                    type="button"
                    aria-pressed={view === one}
                    disabled={one === "Difference" && !other}
                    onClick={() => setView(one)}
                  >
                    {one}
                  </button>
                ))}
              </div>
              <Body request={request} before={other} view={view} />
            </>
          )}
        </>
      )}
    </Dialog>
  );
}

const EXACT = { same: "Byte for byte what was sent", differs: "Not what was sent", unknown: "Whether this was sent is not known" } as const;

function Exactness({ request: { exact, why, sent, bytes } }: { readonly request: Request }) {
  return (
    <div className="request-exact">
      <p>
        <strong className={`exact exact-${exact}`}>{EXACT[exact]}</strong>{" "}
        <span className="hint">
          {bytes > 0 && `${many(bytes)} bytes`}
          {sent &&
            ` · ${whole(sent.at)} · ${sent.firstMs === undefined ? "" : `first word after ${lasted(sent.firstMs)}, `}${lasted(sent.ms)} in all`}
          {sent && sent.without.length > 0 && ` · put without ${sent.without.join(", ")}`}
        </span>
      </p>
      {why.map((line) => (
        <p key={line} className="request-why" dir="auto">
          {clean(line)}
        </p>
      ))}
    </div>
  );
}

function Body({ request, before, view }: { readonly request: Request; readonly before: Request | undefined; readonly view: string }) {
  const text = useMemo(() => clean(readableLines(request.body)), [request]);
  const rows = useMemo(
    () => (view === "Difference" && before ? differences(clean(readableLines(before.body)), text) : undefined),
    [before, text, view],
  );
  if (view === "As sent") return <CodeBlock code={request.body} language="json" />;
  if (view === "Readable") return <pre className="request-text" tabIndex={0} aria-label="Request">{text}</pre>; // prettier-ignore
  if (!rows) return <p className="hint">The two have too little in common to be compared.</p>;
  if (rows.every(({ kind }) => kind === "alike" || kind === "same")) return <p className="hint">Nothing differs from the time before.</p>;
  return <Difference rows={rows} />;
}

/** Longer ones are read as text. */
const ROWS_MAX = 5_000;
const MARKS = { added: "+", removed: "−", same: " " } as const;

export function Difference({ rows }: { readonly rows: readonly DiffRow[] }) {
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  return (
    <div className="request-text diff" role="region" aria-label="Difference to the time before" tabIndex={0}>
      {rows.slice(0, ROWS_MAX).map((row, index) => {
        if (row.kind === "alike" && opened.has(index)) return <p key={index} className="diff-same">{row.lines.join("\n")}</p>; // prettier-ignore
        if (row.kind === "alike")
          return (
            <button key={index} type="button" className="diff-alike" onClick={() => setOpened(new Set([...opened, index]))}>
              {row.lines.length} lines alike
            </button>
          );
        return (
          <p key={index} className={`diff-${row.kind}`}>
            <span className="diff-mark" aria-hidden="true">
              {MARKS[row.kind]}
            </span>
            {row.kind !== "same" && <span className="visually-hidden">{row.kind}: </span>}
            {row.line}
          </p>
        );
      })}
      {rows.length > ROWS_MAX && <p className="hint">{rows.length - ROWS_MAX} more lines</p>}
    </div>
  );
}
