import { memo, type CSSProperties } from "react";
import { hue } from "../../parts/hues.ts";
import { Markdown } from "../../text/markdown.tsx";
import type { Draft } from "../state/drafts.ts";
import { Face } from "./face.tsx";

/** What an agent is saying just now: it stands in the log when it has said it. */
export const DraftRow = memo(function DraftRow({ draft, icon }: { readonly draft: Draft; readonly icon: string }) {
  const { agent, text, thought, doing } = draft;
  return (
    <article className="entry entry-draft" aria-busy="true" aria-label={`${agent} is at it`}>
      <span className="entry-seq draft-mark" aria-hidden="true">
        …
      </span>
      <div className="entry-body">
        <p className="entry-head message" style={{ "--hue": hue(agent) } as CSSProperties}>
          <Face name={agent} icon={icon} />
          <bdi className="entry-name">{agent}</bdi>
          <span className="hint" dir="auto">
            {doing || (text ? "is writing" : thought ? "is thinking" : "is at it")}
          </span>
        </p>
        {thought && (
          <details className="tool">
            <summary>Thoughts so far</summary>
            <p className="draft-thought" dir="auto">
              {thought}
            </p>
          </details>
        )}
        {text && <Markdown source={text} />}
      </div>
      <aside className="entry-why">
        <p className="hint">Not recorded yet</p>
      </aside>
    </article>
  );
});
