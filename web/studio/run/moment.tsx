import { useState, useSyncExternalStore } from "react";
import type { RunEvent } from "../../../src/engine/events/events.ts";
import { ownerOf } from "../../../src/engine/limits/termination.ts";
import { waits, type RunState } from "../../../src/engine/reading/run-state.ts";
import type { RunLog } from "../state/run-log.ts";
import { budgetsAt } from "./budgets.ts";
import { lasted, many, money } from "../state/words.ts";

/** What was known at this point, read off the log up to there: who had the floor, what people were asked, what had been spent of what. */
export function Moment({ log, known, state }: { readonly log: RunLog; readonly known: readonly RunEvent[]; readonly state: RunState }) {
  const isNarrow = useSyncExternalStore(onWidth, () => NARROW.matches);
  const [isOpen, setOpen] = useState(false);
  const { usage, priced, turns, elapsedMs, openTurns, questions, approvals } = state;
  const limits = { ...log.limits, ...state.raised };
  const bars = [
    { name: "Turns", used: turns, of: limits.turns, shown: String(turns), most: String(limits.turns) },
    { name: "Time", used: elapsedMs / 60_000, of: limits.minutes, shown: lasted(elapsedMs), most: `${limits.minutes} min` },
    {
      name: "Tokens",
      used: usage.inputTokens + usage.outputTokens,
      of: limits.tokens,
      shown: many(usage.inputTokens + usage.outputTokens),
      most: many(limits.tokens ?? 0),
    },
    { name: "Money", used: usage.usd, of: limits.usd, shown: money(usage.usd, priced), most: money(limits.usd ?? 0) },
    // Shared with other runs: as the log said last.
    ...budgetsAt(known).map(({ account, used, of }) => ({
      name: `Today's budget of ${ownerOf(account)}`,
      used,
      of,
      shown: money(used),
      most: money(of),
    })),
  ];
  const cast = log.agents.filter(({ team }) => team === log.run.team).map(({ name }) => name);
  const spoke = known.findLast((event) => event.type === "speaker.selected" && event.within === undefined);
  const how = !state.running ? "Over" : state.pausedBy ? "Paused" : waits(state) ? "Waits for people" : "Going on";
  // There it would take the timeline's room.
  if (isNarrow && !isOpen)
    return (
      <section className="moment moment-shut" aria-label="At this point">
        <Fold isOpen={false} how={`${how} · ${money(usage.usd, priced)}`} toggle={() => setOpen(true)} />
      </section>
    );
  return (
    <section className="moment" aria-label="At this point" tabIndex={0}>
      {isNarrow ? <Fold isOpen how="" toggle={() => setOpen(false)} /> : <h2>At this point</h2>}
      <p className="moment-state">{how}</p>
      <dl>
        <dt>Has the floor</dt>
        <dd>{openTurns.length > 0 ? openTurns.join(", ") : "nobody"}</dd>
        {cast.length > 0 && (
          <>
            <dt>In the team</dt>
            <dd>
              {cast.map((name) => (
                <span key={name} className={spoke?.type === "speaker.selected" && spoke.agent === name ? "cast cast-chosen" : "cast"}>
                  {name}
                </span>
              ))}
            </dd>
          </>
        )}
        {questions.length + approvals.length > 0 && (
          <>
            <dt>Asked of people</dt>
            <dd>
              {questions.map(({ seq, agent, text }) => (
                <span key={seq} className="asked" dir="auto">
                  {agent}: {text}
                </span>
              ))}
              {approvals.map(({ call, participant }) => (
                <span key={call} className="asked">
                  {participant} waits for a yes
                </span>
              ))}
            </dd>
          </>
        )}
      </dl>
      <ul className="bars">
        {bars.map(({ name, used, of, shown, most }) => (
          <li key={name}>
            <span className="bar-label">{name}</span>
            <span className="bar-number">
              {shown}
              {of !== undefined && <span className="bar-most"> of {most}</span>}
            </span>
            {of !== undefined && of > 0 && <meter min={0} max={of} high={of * 0.8} value={Math.min(of, used)} aria-label={name} />}
          </li>
        ))}
      </ul>
      <p className="hint">
        {many(usage.inputTokens)} tokens read, {many(usage.cachedTokens)} of them cached · {many(usage.outputTokens)} written,{" "}
        {many(usage.reasoningTokens)} of them thought · {usage.calls} {usage.calls === 1 ? "call" : "calls"}
      </p>
    </section>
  );
}

/** The heading on a phone. */
function Fold({ isOpen, how, toggle }: { readonly isOpen: boolean; readonly how: string; readonly toggle: () => void }) {
  return (
    <h2>
      <button type="button" className="moment-fold" aria-expanded={isOpen} onClick={toggle}>
        <span>At this point</span>
        <span className="moment-how">{how}</span>
        <span aria-hidden="true">{isOpen ? "▾" : "▴"}</span>
      </button>
    </h2>
  );
}

/** As in the styles. */
const NARROW = matchMedia("(max-width: 720px)");

function onWidth(hear: () => void): () => void {
  NARROW.addEventListener("change", hear);
  return () => NARROW.removeEventListener("change", hear);
}
