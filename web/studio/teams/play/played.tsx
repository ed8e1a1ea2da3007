import { useId, useMemo, useState } from "react";
import { runState } from "../../../../src/engine/reading/run-state.ts";
import { toast } from "../../../parts/toasts.tsx";
import { entriesIn, timeline } from "../../run/entries.ts";
import { EntryRow } from "../../run/entry.tsx";
import { createFolded } from "../../run/folded.ts";
import { runHref } from "../../state/address.ts";
import type { RunName } from "../../state/api.ts";
import { useRunLog, type RunLog } from "../../state/run-log.ts";
import { many, money } from "../../state/words.ts";
import { decide, say, stop } from "../teams-api.ts";

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
  return (
    <>
      <p className="hint played-sum" role="status">
        {stopped?.type === "run.stopped"
          ? `${stopped.outcome}: ${stopped.reason}`
          : questions.length + approvals.length > 0
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
      {questions.map(({ seq, agent, text, options }) => (
        <Question key={seq} name={name} seq={seq} agent={agent} text={text} options={options} />
      ))}
      {approvals.map(({ call, participant }) => (
        <Approval key={call} name={name} call={call} who={participant} what={whatOf(log, call)} />
      ))}
      {!stopped && (
        <div className="play-acts">
          <button type="button" className="plain-button" onClick={() => void tried(stop(name.thread))}>
            Stop
          </button>
        </div>
      )}
    </>
  );
}

function Question({
  name,
  seq,
  agent,
  text,
  options,
}: {
  readonly name: RunName;
  readonly seq: number;
  readonly agent: string;
  readonly text: string;
  readonly options: readonly string[];
}) {
  const [answer, setAnswer] = useState("");
  const id = useId();
  const send = (words: string): void => void (words.trim() !== "" && tried(say(name.thread, { text: words, answers: seq })));
  return (
    <form className="asked-form" aria-label={`${agent} asks`} onSubmit={(event) => (event.preventDefault(), send(answer))}>
      <label htmlFor={id} dir="auto">
        {agent}: {text}
      </label>
      {options.length > 0 && (
        <p className="asked-options">
          {options.map((option) => (
            <button key={option} type="button" className="plain-button" onClick={() => send(option)}>
              {option}
            </button>
          ))}
        </p>
      )}
      <input id={id} type="text" value={answer} dir="auto" onChange={({ target }) => setAnswer(target.value)} />
      <button type="submit" className="main-button" disabled={answer.trim() === ""}>
        Answer
      </button>
    </form>
  );
}

function Approval({
  name,
  call,
  who,
  what,
}: {
  readonly name: RunName;
  readonly call: string;
  readonly who: string;
  readonly what: string;
}) {
  const decided = (approved: boolean): void => void tried(decide(name.thread, { call, approved }));
  return (
    <div className="asked-form" role="group" aria-label={`${who} waits for a yes`}>
      <p dir="auto">{who} wants to run this:</p>
      <pre className="request-text" tabIndex={0} aria-label="What is to be run">
        {what}
      </pre>
      <button type="button" className="main-button" onClick={() => decided(true)}>
        Allow
      </button>
      <button type="button" className="plain-button" onClick={() => decided(false)}>
        Deny
      </button>
    </div>
  );
}

function whatOf({ events }: RunLog, call: string): string {
  const asked = events.findLast((event) => event.type === "approval.requested" && event.call === call);
  return asked?.type === "approval.requested" ? asked.what : "";
}

async function tried(doing: Promise<unknown>): Promise<void> {
  try {
    await doing;
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error));
  }
}
