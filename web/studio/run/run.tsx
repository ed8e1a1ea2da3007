import { useVirtualizer } from "@tanstack/react-virtual";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { runState } from "../../../src/engine/reading/run-state.ts";
import { Icon } from "../../parts/icon.tsx";
import { ActsHere, PlaceLink } from "../acts/acts-here.tsx";
import { useActs } from "../acts/use-acts.ts";
import { forkedHref, isAtRun, newTeamHref, replaceAddress, runHref } from "../state/address.ts";
import type { RunName } from "../state/api.ts";
import { useRunLog, type RunLog } from "../state/run-log.ts";
import { placeName, STATES, whole } from "../state/words.ts";
import { entriesIn, timeline } from "./entries.ts";
import { DraftRow } from "./draft.tsx";
import { EntryRow } from "./entry.tsx";
import { createFolded } from "./folded.ts";
import { Moment } from "./moment.tsx";
import { MoneyButton } from "./money.tsx";
import { Scrubber } from "./scrubber.tsx";
import { stateNow } from "./state-now.ts";

/** A run: its timeline, and the log folded to the point that is looked at. */
export function Run({ name, at }: { readonly name: RunName; readonly at: number | undefined }) {
  const reading = useRunLog(name);
  switch (reading.kind) {
    case "reading":
      return <p className="loading">Reading the log…</p>;
    case "failed":
      return (
        <main className="told">
          <h1>This run cannot be shown</h1>
          <p>{reading.message}</p>
          <p>
            <a href="#/">All runs</a>
          </p>
        </main>
      );
    case "read":
      return <Opened log={reading.log} name={name} at={at} />;
  }
}

const NONE: RunLog["drafts"] = [];
const NEAR_PX = 120; // About an entry.
const ADDRESS_MS = 150; // A slider moves faster than an address is worth writing.

function Opened({ log, name, at: asked }: { readonly log: RunLog; readonly name: RunName; readonly at: number | undefined }) {
  const { events, drafts } = log;
  // At the end it stays there while the run goes on.
  const [point, setPoint] = useState<number | "end">(() => {
    const index = asked === undefined ? -1 : events.findLastIndex(({ seq }) => seq <= asked);
    return index < 0 ? "end" : index;
  });
  const at = point === "end" ? events.length - 1 : Math.min(point, events.length - 1);
  const known = useMemo(() => events.slice(0, at + 1), [events, at]);
  // The log only grows: what was folded of it holds.
  const [entriesAt] = useState(() => createFolded(timeline));
  const [stateAt] = useState(() => createFolded(STATES_OF_RUN));
  const entries = useMemo(() => entriesIn(entriesAt(events, at + 1)), [entriesAt, events, at]);
  const stateThen = useMemo(() => stateAt(events, at + 1), [stateAt, events, at]);
  const move = useCallback((index: number) => setPoint(index >= events.length - 1 ? "end" : index), [events.length]);
  const goTo = useCallback((seq: number) => move(events.findIndex((event) => event.seq === seq)), [events, move]);
  const icons = useMemo(() => new Map(log.agents.map(({ name: agent, icon }) => [agent, icon])), [log.agents]);

  useEffect(() => {
    const seq = point === "end" ? undefined : events[point]?.seq;
    // Who has gone on meanwhile to a page that is still being read is not led back.
    const timer = setTimeout(() => isAtRun(name) && replaceAddress(runHref(name, seq)), ADDRESS_MS);
    return () => clearTimeout(timer);
  }, [point, events, name]);
  useEffect(() => {
    document.title = `${log.run.task.slice(0, 60) || log.run.team} · Parley studio`;
  }, [log.run]);

  const scroller = useRef<HTMLDivElement>(null);
  // At the end, what is being said stands below.
  const growing = point === "end" ? drafts : NONE;
  const rows = entries.length + growing.length;
  const list = useVirtualizer({ count: rows, getScrollElement: () => scroller.current, estimateSize: () => 96, overscan: 6 });
  const isFirst = useRef(true);
  /** Whether the end is in sight. */
  const isAtEnd = useRef(true);
  const pointBefore = useRef(point);
  const look = (): void => {
    const box = scroller.current;
    if (box) isAtEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
  };
  useEffect(look, []);
  useEffect(() => {
    const hasGrown = pointBefore.current === "end" && point === "end";
    pointBefore.current = point;
    // A run opens at its beginning; whoever moves along it sees where they are, and whoever reads further up stays there while it goes on.
    if (isFirst.current && asked === undefined) isFirst.current = false;
    else if (!hasGrown || isAtEnd.current) list.scrollToIndex(rows - 1, { align: "end" });
  }, [at, point, rows, growing, list, asked]);

  const stateAtEnd = useMemo(() => stateAt(events, events.length), [events, stateAt]);
  const state = useMemo(() => stateNow(events, stateAtEnd), [events, stateAtEnd]);
  const acts = useActs(name, stateAtEnd);
  const [isForking, setForking] = useState(false);
  const forked = useMemo(() => forkedFrom(events), [events]);
  return (
    <main className="run">
      <header className="run-head">
        <a className="icon-button" href="#/" aria-label="All runs" title="All runs (Esc)">
          <Icon name="back" />
        </a>
        <div className="run-title">
          <h1 dir="auto">{log.run.task.split("\n")[0]?.trim() || "(no words)"}</h1>
          <p className="hint">
            <span className={`state state-${state}`}>
              <span className="dot" aria-hidden="true" />
              {STATES[state]}
            </span>{" "}
            · {log.run.team} · <bdi>{log.run.startedBy.name}</bdi> · {log.run.placeName ?? placeName(log.run.place)} ·{" "}
            {whole(log.run.startedAt)} · <a href={newTeamHref(workspaceOf(name.thread), `run:${name.thread}#${name.seq}`)}>its team</a>
            {forked && (
              <>
                {" · "}
                <a href={forkedHref(forked, name)}>fork of another, side by side</a>
              </>
            )}
            <PlaceLink offer={acts} words="its thread in Slack" />
          </p>
        </div>
        <MoneyButton events={known} goTo={goTo} />
        <button
          type="button"
          className="run-fork"
          disabled={!stateThen.running}
          title={
            stateThen.running ? "Let it go on from this point otherwise" : "The run had ended here: go back to a point at which it went on"
          }
          onClick={() => setForking(true)}
        >
          Fork here
        </button>
        {isForking && (
          <Suspense>
            <ForkDialog name={name} known={known} close={() => setForking(false)} />
          </Suspense>
        )}
      </header>
      <Scrubber events={events} at={at} move={move} />
      <div className="run-panes">
        <div className="timeline" ref={scroller} tabIndex={0} role="region" aria-label="Timeline" onScroll={look}>
          <div className="virtual" style={{ height: list.getTotalSize() }}>
            {list.getVirtualItems().map(({ index, key, start }) => {
              const entry = entries[index];
              const draft = growing[index - entries.length];
              return (
                <div
                  key={key}
                  data-index={index}
                  ref={list.measureElement}
                  className="virtual-row"
                  style={{ transform: `translateY(${start}px)` }}
                >
                  {entry && (
                    <EntryRow
                      entry={entry}
                      name={name}
                      icons={icons}
                      isCurrent={index === entries.length - 1 && point !== "end"}
                      goTo={goTo}
                    />
                  )}
                  {draft && <DraftRow draft={draft} icon={icons.get(draft.agent) ?? ""} />}
                </div>
              );
            })}
          </div>
        </div>
        <Moment log={log} known={known} state={stateThen} />
      </div>
      <ActsHere name={name} events={events} state={stateAtEnd} offer={acts} />
    </main>
  );
}

/** Comes with the first fork, as the page of two does. */
const ForkDialog = lazy(() => import("../fork/fork-dialog.tsx"));

/** The run that it is a fork of, whose id names its thread and where it began. */
function forkedFrom(events: RunLog["events"]): RunName | undefined {
  const started = events.find((event) => event.type === "run.started" && event.within === undefined);
  const [, thread, at] = /^(.+)#(\d{1,9})$/.exec(started?.type === "run.started" ? (started.forkedFrom?.run ?? "") : "") ?? [];
  return thread === undefined ? undefined : { thread, seq: Number(at) };
}

/** Its states are never changed. */
const STATES_OF_RUN = { ...runState, copy: (state: Folded) => state };
type Folded = ReturnType<typeof runState.initial>;

/** Threads of a terminal are in no other. */
const workspaceOf = (thread: string): string => (thread.includes("/") ? (thread.split("/")[0] ?? "") : "terminal");
