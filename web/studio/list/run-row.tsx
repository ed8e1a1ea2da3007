import { runHref } from "../state/address.ts";
import type { RunLine } from "../state/api.ts";
import { many, money, placeName, STATES, when, whole } from "../state/words.ts";

/** A run in the list: a line on a desk, a card on a phone. */
export function RunRow({ line }: { readonly line: RunLine }) {
  const { state, task, team, startedBy, place, placeName: called, turns, inputTokens, outputTokens, usd, priced, waitsFor } = line;
  const at = line.endedAt ?? line.startedAt;
  return (
    <a className={`run-row state-${state}`} href={runHref(line)} data-run="">
      <span className="state" title={STATES[state]}>
        <span className="dot" aria-hidden="true" />
        <span className="state-name">{STATES[state]}</span>
      </span>
      <span className="run-task">
        <span className="task-text" dir="auto">
          {task.trim() || "(no words)"}
        </span>
        {waitsFor?.map((question) => (
          <span key={question} className="asked" dir="auto">
            {question}
          </span>
        ))}
      </span>
      <span className="run-team">{team}</span>
      <span className="run-who">
        <bdi>{startedBy.name}</bdi> <span className="run-place">{called ?? placeName(place)}</span>
      </span>
      <span className="run-size" title={`${inputTokens} tokens read, ${outputTokens} written`}>
        {turns} {turns === 1 ? "turn" : "turns"} · {many(inputTokens + outputTokens)}
      </span>
      <span className="run-cost">{money(usd, priced)}</span>
      <time className="run-when" dateTime={at} title={whole(at)}>
        {when(at)}
      </time>
    </a>
  );
}
