import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { Icon } from "../../parts/icon.tsx";
import { Markdown } from "../../text/markdown.tsx";
import { currentRun } from "../../../src/engine/reading/transcript.ts";
import { usageOf } from "../../../src/engine/reading/spender.ts";
import { ActsHere, PlaceLink } from "../acts/acts-here.tsx";
import { useActs } from "../acts/use-acts.ts";
import { runHref } from "../state/address.ts";
import type { RunName } from "../state/api.ts";
import { useRunLog, type RunLog } from "../state/run-log.ts";
import { clock, money, STATES } from "../state/words.ts";
import { stateNow } from "../run/state-now.ts";
import { pairsOf, stretchesOf, textOf, whoOf, type Pair, type Stretch } from "./aligned.ts";
import type { Entry } from "../run/entries.ts";

/** A run and a fork of it, side by side: what differs is marked, and what both have is folded. */
export default function Forked({ run, fork }: { readonly run: RunName; readonly fork: RunName }) {
  const [left, right] = [useRunLog(run), useRunLog(fork)];
  useEffect(() => {
    document.title = "A run and its fork · Parley studio";
  }, []);
  const failed = left.kind === "failed" ? left : right.kind === "failed" ? right : undefined;
  if (failed)
    return (
      <main className="told">
        <h1>These cannot be shown</h1>
        <p>{failed.message}</p>
        <p>
          <a href="#/">All runs</a>
        </p>
      </main>
    );
  if (left.kind !== "read" || right.kind !== "read") return <p className="loading">Reading both logs…</p>;
  return <Both left={left.log} right={right.log} run={run} fork={fork} />;
}

type Row = { readonly kind: "folded"; readonly count: number } | { readonly kind: "pair"; readonly pair: Pair; readonly index: number };

function Both({
  left,
  right,
  run,
  fork,
}: {
  readonly left: RunLog;
  readonly right: RunLog;
  readonly run: RunName;
  readonly fork: RunName;
}) {
  const started = right.events.find((event) => event.type === "run.started" && event.within === undefined);
  const sharedUpTo = started?.type === "run.started" ? (started.forkedFrom?.seq ?? 0) : 0;
  const pairs = useMemo(() => pairsOf(left.events, right.events, sharedUpTo), [left.events, right.events, sharedUpTo]);
  const [isOpen, setOpen] = useState(false);
  const state = useMemo(() => currentRun({ events: right.events }), [right.events]);
  const acts = useActs(fork, state);
  const rows = useMemo(() => rowsOf(pairs, isOpen), [pairs, isOpen]);
  const differing = useMemo(
    () => rows.flatMap((row, index) => (row.kind === "pair" && row.pair.kind === "differs" ? [index] : [])),
    [rows],
  );
  const scroller = useRef<HTMLDivElement>(null);
  const list = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => 110, overscan: 6 });
  const [at, setAt] = useState(-1);
  const go = (by: 1 | -1): void => {
    const next =
      by === 1 ? (differing.find((index) => index > at) ?? differing[0]) : (differing.findLast((index) => index < at) ?? differing.at(-1));
    if (next === undefined) return;
    setAt(next);
    list.scrollToIndex(next, { align: "start" });
  };
  const going = useRef(go);
  going.current = go;
  useEffect(() => {
    const press = ({ key, altKey, ctrlKey, metaKey, target }: KeyboardEvent): void => {
      const isTyping = target instanceof HTMLElement && target.closest("input, textarea") !== null;
      if (altKey || ctrlKey || metaKey || isTyping) return;
      if (key === "n" || key === "p") going.current(key === "n" ? 1 : -1);
      else if (key === "Escape") location.hash = runHref(run);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [run]);
  return (
    <main className="forked">
      <header className="run-head">
        <a className="icon-button" href={runHref(run)} aria-label="The run" title="The run">
          <Icon name="back" />
        </a>
        <div className="run-title">
          <h1 dir="auto">{left.run.task.split("\n")[0]?.trim() || "(no words)"}</h1>
          <p className="hint">
            Forked behind event {sharedUpTo} ·{" "}
            {differing.length === 0 ? "nothing differs yet" : `${differing.length} ${differing.length === 1 ? "differs" : "differ"}`}{" "}
            <button type="button" className="plain-button" disabled={differing.length === 0} onClick={() => go(-1)}>
              Difference before
            </button>
            <button type="button" className="plain-button" disabled={differing.length === 0} onClick={() => go(1)}>
              Next difference
            </button>
            {pairs.some(({ kind }) => kind === "shared") && (
              <button type="button" className="plain-button" aria-pressed={isOpen} onClick={() => setOpen(!isOpen)}>
                {isOpen ? "Fold what is shared" : "Show what is shared"}
              </button>
            )}
          </p>
        </div>
      </header>
      <div className="forked-heads">
        <Head title="The run" log={left} name={run} behind={sharedUpTo} />
        <Head title="The fork" log={right} name={fork} behind={sharedUpTo} link={<PlaceLink offer={acts} words="its thread in Slack" />} />
      </div>
      <div className="timeline" ref={scroller} tabIndex={0} role="region" aria-label="Both, side by side">
        <div className="virtual" style={{ height: list.getTotalSize() }}>
          {list.getVirtualItems().map(({ index, key, start }) => {
            const row = rows[index];
            return (
              <div
                key={key}
                data-index={index}
                ref={list.measureElement}
                className="virtual-row"
                style={{ transform: `translateY(${start}px)` }}
              >
                {row?.kind === "folded" && (
                  <button type="button" className="forked-folded" onClick={() => setOpen(true)}>
                    {row.count} shared
                  </button>
                )}
                {row?.kind === "pair" && <PairRow pair={row.pair} isCurrent={index === at} />}
              </div>
            );
          })}
        </div>
        {right.drafts.map((draft) => (
          <p key={draft.agent} className="forked-draft hint" dir="auto">
            <bdi>{draft.agent}</bdi> {draft.doing || "is writing"}… {draft.text.slice(-200)}
          </p>
        ))}
      </div>
      <ActsHere name={fork} events={right.events} state={state} offer={acts} />
    </main>
  );
}

function rowsOf(pairs: readonly Pair[], isOpen: boolean): readonly Row[] {
  const rows: Row[] = [];
  let folded = 0;
  const fold = (): void => {
    if (folded > 0) rows.push({ kind: "folded", count: folded });
    folded = 0;
  };
  for (const [index, pair] of pairs.entries()) {
    if (pair.kind === "shared" && !isOpen) folded++;
    else {
      fold();
      rows.push({ kind: "pair", pair, index });
    }
  }
  fold();
  return rows;
}

function Head({
  title,
  log,
  name,
  behind,
  link,
}: {
  readonly link?: ReactNode;
  readonly title: string;
  readonly log: RunLog;
  readonly name: RunName;
  readonly behind: number;
}) {
  const state = useMemo(() => stateNow(log.events), [log.events]);
  const since = log.events.filter(({ seq }) => seq > behind);
  const usd = since.reduce((sum, event) => sum + (usageOf(event)?.usd ?? 0), 0);
  const turns = since.filter(({ type, within }) => type === "speaker.selected" && within === undefined).length;
  return (
    <p className="forked-head">
      <a href={runHref(name)}>{title}</a> · {log.run.team} ·{" "}
      <span className={`state state-${state}`}>
        <span className="dot" aria-hidden="true" />
        {STATES[state]}
      </span>{" "}
      <span className="hint">
        from there on {turns} {turns === 1 ? "turn" : "turns"}, {money(usd, log.run.priced)}
        {link}
      </span>
    </p>
  );
}

function PairRow({ pair, isCurrent }: { readonly pair: Pair; readonly isCurrent: boolean }) {
  const { kind, left, right } = pair;
  const marks = useMemo(
    () => (kind === "differs" && left && right && whoOf(left) === whoOf(right) ? stretchesOf(textOf(left), textOf(right)) : undefined),
    [kind, left, right],
  );
  return (
    <div className={`forked-pair forked-${kind} ${isCurrent ? "current" : ""}`} aria-current={isCurrent ? "step" : undefined}>
      <Side entry={left} what={left && !right ? "only in the run" : kind === "differs" ? "otherwise" : ""} stretches={marks?.left} />
      <Side entry={right} what={right && !left ? "only in the fork" : kind === "differs" ? "otherwise" : ""} stretches={marks?.right} />
    </div>
  );
}

function Side({
  entry,
  what,
  stretches,
}: {
  readonly entry: Entry | undefined;
  readonly what: string;
  readonly stretches: readonly Stretch[] | undefined;
}) {
  if (!entry) return <div className="forked-side forked-none" />;
  const isShort = entry.kind === "fact";
  return (
    <article className="forked-side">
      <p className="entry-head hint">
        <bdi className="entry-name">{whoOf(entry)}</bdi>
        <span>{entry.seq}</span>
        <time dateTime={entry.at}>{clock(entry.at)}</time>
        {what !== "" && <span className="badge">{what}</span>}
      </p>
      {stretches ? (
        <p className="forked-text" dir="auto">
          {stretches.map(({ text, differs }, index) => (differs ? <mark key={index}>{text}</mark> : <span key={index}>{text}</span>))}
        </p>
      ) : isShort || entry.kind === "code" || entry.kind === "tool" ? (
        <p className="forked-text" dir="auto">
          {textOf(entry)}
        </p>
      ) : (
        <Markdown source={textOf(entry)} />
      )}
    </article>
  );
}
