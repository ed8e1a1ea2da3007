import { lazy, Suspense, useState } from "react";
import type { RunEvent, SentRequest, Usage } from "../../../src/engine/events/events.ts";
import { requesterOf } from "../../../src/engine/reading/spender.ts";
import { CodeBlock } from "../../text/code.tsx";
import type { RunName } from "../state/api.ts";
import { lasted, many, money } from "../state/words.ts";
import type { Entry } from "./entries.ts";

/** Who chose, and why; what it took, how long, what went otherwise. */
export function Why({ entry, name }: { readonly entry: Entry; readonly name: RunName }) {
  const { chosen, usage, tookMs, events } = entry;
  const asked = events.filter((event) => requesterOf(event) !== undefined);
  const notices = events.flatMap((event) => ("notices" in event && event.notices ? event.notices : []));
  const model = events.findLast((event) => "model" in event && event.model !== undefined);
  const [open, setOpen] = useState(false);
  return (
    <aside className="entry-why">
      {chosen && (
        <p>
          {BY[chosen.by] ?? chosen.by}
          {chosen.leader ? ` (${chosen.leader})` : ""}
          {chosen.reason ? ": " : ""}
          <span dir="auto">{chosen.reason}</span>
        </p>
      )}
      {chosen?.instruction && (
        <p className="asked" dir="auto">
          Asked of it: {chosen.instruction}
        </p>
      )}
      {chosen && (
        <p className="hint" dir="auto">
          {candidatesWords(chosen)}
        </p>
      )}
      {chosen?.usage && <p className="hint">choosing: {spentWords(chosen.usage)}</p>}
      {usage && usage !== chosen?.usage && <p className="spent">{spentWords(usage)}</p>}
      {usage?.sent && <Tries sent={usage.sent} />}
      <p className="hint">
        {tookMs > 0 && `after ${lasted(tookMs)}`}
        {model && "model" in model && ` · ${model.model}`}
      </p>
      {notices.map((notice) => (
        <p key={notice} className="notice-line" dir="auto">
          {notice}
        </p>
      ))}
      <button type="button" className="plain-button" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? "Hide the log" : "As logged"}
      </button>
      {asked.map((event) => (
        <RequestButton key={event.seq} event={event} name={name} />
      ))}
      {open && <CodeBlock code={JSON.stringify(events.length === 1 ? events[0] : events, undefined, 2)} language="json" />}
    </aside>
  );
}

/** Who could be chosen, and whether the answer was one at once: that is all that is known of how sure it was. */
function candidatesWords({ by, candidates, usage }: NonNullable<Entry["chosen"]>): string {
  if (by !== "selector" && by !== "fallback") return "";
  const among = candidates ? `of ${candidates.join(", ")}` : "of whom: not recorded";
  const calls = usage?.calls ?? 1;
  return `${among} · ${calls > 1 ? `asked ${calls} times` : "chosen at the first asking"}`;
}

/** How long the requests took, and which brought nothing. */
function Tries({ sent }: { readonly sent: readonly SentRequest[] }) {
  const last = sent.at(-1);
  const lost = sent.filter(({ failed }) => failed !== undefined);
  return (
    <>
      {last && (
        <p className="hint">
          {last.firstMs === undefined ? "" : `first word after ${lasted(last.firstMs)} · `}whole after {lasted(last.ms)}
        </p>
      )}
      {lost.map(({ at, model, failed, ms, without }, index) => (
        <p key={`${at}-${index}`} className="notice-line" dir="auto">
          {model}: {failed} after {lasted(ms)}
          {without && without.length > 0 ? ` (without ${without.join(", ")})` : ""}
        </p>
      ))}
    </>
  );
}

/** Loaded when it is opened: it brings what finds differences. */
const Requests = lazy(() => import("./requests.tsx"));

function RequestButton({ event, name }: { readonly event: RunEvent; readonly name: RunName }) {
  const [open, setOpen] = useState(false);
  const what = event.type === "speaker.selected" ? "Request of the choice" : "Request";
  return (
    <>
      <button type="button" className="plain-button" onClick={() => setOpen(true)}>
        {what}
        <span className="visually-hidden"> behind event {event.seq}</span>
      </button>
      {open && (
        <Suspense>
          <Requests name={name} event={event.seq} close={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}

const BY: { readonly [by: string]: string } = {
  policy: "By rule",
  selector: "Chosen by the selector",
  only: "Nobody else could speak",
  fallback: "The selector named nobody usable",
  person: "A person asked for it",
};

function spentWords({ inputTokens, outputTokens, cachedTokens = 0, reasoningTokens = 0, usd, calls = 1, estimated }: Usage): string {
  const read = `${many(inputTokens)} in${cachedTokens > 0 ? ` (${many(cachedTokens)} cached)` : ""}`;
  const written = `${many(outputTokens)} out${reasoningTokens > 0 ? ` (${many(reasoningTokens)} thought)` : ""}`;
  const also = [calls > 1 ? `${calls} calls` : "", estimated ? "estimated" : ""].filter(Boolean).join(", ");
  return `${read} · ${written}${usd === undefined ? "" : ` · ${money(usd)}`}${also ? ` · ${also}` : ""}`;
}
