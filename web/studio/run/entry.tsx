import { memo, type CSSProperties } from "react";
import type { FileRef } from "../../../src/engine/events/events.ts";
import { hue } from "../../parts/hues.ts";
import { CodeBlock } from "../../text/code.tsx";
import { Markdown } from "../../text/markdown.tsx";
import { filePath, type RunName } from "../state/api.ts";
import { clock, lasted, many, whole } from "../state/words.ts";
import type { Entry } from "./entries.ts";
import { Face } from "./face.tsx";
import { factWords } from "./fact-words.ts";
import { Why } from "./why.tsx";

interface Props {
  readonly entry: Entry;
  readonly name: RunName;
  readonly icons: ReadonlyMap<string, string>;
  readonly isCurrent: boolean;
  readonly goTo: (seq: number) => void;
}

/** One thing of the timeline: what happened on the left, why and for how much on the right. */
export const EntryRow = memo(function EntryRow({ entry, name, icons, isCurrent, goTo }: Props) {
  const { seq, at, events } = entry;
  const last = events.at(-1)?.seq ?? seq;
  return (
    <article className={`entry entry-${entry.kind} ${isCurrent ? "current" : ""}`} aria-current={isCurrent ? "step" : undefined}>
      <button type="button" className="entry-seq" title={`${whole(at)}: go to this point`} onClick={() => goTo(last)}>
        <span className="visually-hidden">Go to event </span>
        {last}
      </button>
      <div className="entry-body">
        <What entry={entry} name={name} icons={icons} />
      </div>
      <Why entry={entry} name={name} />
    </article>
  );
});

function What({ entry, name, icons }: Pick<Props, "entry" | "name" | "icons">) {
  switch (entry.kind) {
    case "words": {
      const { event } = entry;
      const who = "agent" in event ? event.agent : event.person.name;
      return (
        <>
          <Head
            who={who}
            icon={"agent" in event ? (icons.get(who) ?? "") : ""}
            within={event.within}
            at={entry.at}
            isPerson={!("agent" in event)}
          />
          <Markdown source={event.text} />
          {"files" in event && <Files files={event.files ?? []} name={name} />}
        </>
      );
    }
    case "tool": {
      const { call, end } = entry;
      const state = end === undefined ? "called" : end.type === "tool.returned" ? "returned" : "failed";
      return (
        <>
          {call.text && (
            <>
              <Head who={call.agent} icon={icons.get(call.agent) ?? ""} within={call.within} at={entry.at} />
              <Markdown source={call.text} />
            </>
          )}
          <details className="tool">
            <summary>
              <bdi>{call.agent}</bdi> used <code className="code-inline">{call.tool}</code>{" "}
              <span className={`tool-state tool-${state}`}>{state}</span>
            </summary>
            <CodeBlock code={pretty(call.args)} language="json" />
            {end?.type === "tool.returned" && <CodeBlock code={end.output} />}
            {end?.type === "tool.failed" && <p className="problem">{end.error.message}</p>}
          </details>
          {end && <Files files={[...(end.files ?? []), ...(end.images ?? [])]} name={name} />}
        </>
      );
    }
    case "code": {
      const { language, outcome, exitCode, output, elapsedMs, executor, files, agent, changed } = entry.event;
      return (
        <>
          <p className="fact-line">
            <bdi>{agent}</bdi> ran {language}:{" "}
            <strong className={`code-${outcome}`}>{outcome === "ok" ? "ok" : `${outcome}, exit ${exitCode}`}</strong>{" "}
            <span className="hint">
              {lasted(elapsedMs)}, {executor}
            </span>
          </p>
          {changed && <CodeBlock code={changed.code} language={language} />}
          {output !== "" && <CodeBlock code={output} />}
          <Files files={files} name={name} />
        </>
      );
    }
    case "fact": {
      const { line, text } = factWords(entry.event);
      return (
        <>
          <p className="fact-line" dir="auto">
            {line}
          </p>
          {text && (
            <div className="fact-text">
              <Markdown source={text} />
            </div>
          )}
        </>
      );
    }
  }
}

function Head({
  who,
  icon,
  within,
  at,
  isPerson = false,
}: {
  readonly who: string;
  readonly icon: string;
  readonly within: string | undefined;
  readonly at: string;
  readonly isPerson?: boolean;
}) {
  return (
    <p className="entry-head message" style={{ "--hue": hue(who) } as CSSProperties}>
      <Face name={who} icon={icon} />
      <bdi className="entry-name">{who}</bdi>
      {isPerson && <span className="badge">PERSON</span>}
      {within !== undefined && <span className="badge">in {within}</span>}
      <time className="hint" dateTime={at}>
        {clock(at)}
      </time>
    </p>
  );
}

const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

function Files({ files, name }: { readonly files: readonly FileRef[]; readonly name: RunName }) {
  if (files.length === 0) return null;
  return (
    <ul className="files">
      {files.map(({ hash, name: file, mediaType, bytes }, index) => (
        <li key={`${hash}-${index}`}>
          <a href={filePath(name, hash)} target="_blank" rel="noopener noreferrer">
            {PICTURES.includes(mediaType) && <img src={filePath(name, hash)} alt={file} loading="lazy" />}
            <bdi>{file}</bdi> <span className="hint">{many(bytes)} bytes</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function pretty(args: string): string {
  try {
    return JSON.stringify(JSON.parse(args), undefined, 2);
  } catch {
    return args;
  }
}
