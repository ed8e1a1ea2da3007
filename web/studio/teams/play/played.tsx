import { useMemo, useState } from "react";
import { isHalted } from "../../../../src/engine/events/limits-fold.ts";
import { runState } from "../../../../src/engine/reading/run-state.ts";
import { ActsHere } from "../../acts/acts-here.tsx";
import { useActs } from "../../acts/use-acts.ts";
import { entriesIn, timeline } from "../../run/entries.ts";
import { EntryRow } from "../../run/entry.tsx";
import { createFolded } from "../../run/folded.ts";
import { runHref } from "../../state/address.ts";
import type { RunName } from "../../state/api.ts";
import { useRunLog, type RunLog } from "../../state/run-log.ts";
import { many, money } from "../../state/words.ts";

/** One run of the playground, as it goes; its questions are answered here. */
export function Played({ label, name }: { readonly label: string; readonly name: RunName }) {
  const reading = useRunLog(name);
  return (
    <section className="played-run" aria-label={label}>
      <h2>
        {label}{" "}
        <a className="hint" href={runHref(name)}>
          open the run
        </a>
      </h2>
      {reading.kind === "reading" && <p className="hint">Beginning…</p>}
      {reading.kind === "failed" && <p className="problem">{reading.message}</p>}
      {reading.kind === "read" && <Going log={reading.log} name={name} label={label} />}
    </section>
  );
}

/** Its states are never changed. */
const STATES = { ...runState, copy: (state: ReturnType<typeof runState.initial>) => state };

function Going({ log, name, label }: { readonly log: RunLog; readonly name: RunName; readonly label: string }) {
  const { events } = log;
  const [entriesAt] = useState(() => createFolded(timeline));
  const [stateAt] = useState(() => createFolded(STATES));
  const entries = useMemo(() => entriesIn(entriesAt(events, events.length)), [entriesAt, events]);
  const state = useMemo(() => stateAt(events, events.length), [stateAt, events]);
  const icons = useMemo(() => new Map(log.agents.map(({ name: agent, icon }) => [agent, icon])), [log.agents]);
  const stopped = events.findLast((event) => event.type === "run.stopped" && event.within === undefined);
  const { usage, priced, turns, questions, approvals } = state;
  const acts = useActs(name, state);
  return (
    <>
      <p className="hint played-sum" role="status">
        {stopped?.type === "run.stopped"
          ? `${stopped.outcome}: ${stopped.reason}`
          : questions.length + approvals.length > 0 || isHalted(state)
            ? "Waits for you"
            : "Going on"}{" "}
        · {turns} {turns === 1 ? "turn" : "turns"} · {many(usage.inputTokens + usage.outputTokens)} tokens · {money(usage.usd, priced)}
      </p>
      <div className="played-entries" tabIndex={0} role="region" aria-label={`${label}: what happened`}>
        {entries.map((entry) => (
          <EntryRow
            key={entry.seq}
            entry={entry}
            name={name}
            icons={icons}
            isCurrent={false}
            goTo={() => (location.hash = runHref(name))}
          />
        ))}
      </div>
      <ActsHere name={name} events={events} state={state} offer={acts} />
    </>
  );
}
