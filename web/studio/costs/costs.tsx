import { lazy, Suspense, useEffect } from "react";
import { COSTS_BY_NAMES, type CostsBy } from "./by.ts";
import { DaysFields } from "../charts/days-fields.tsx";
import { ChartFigure } from "../charts/figure.tsx";
import { Legend } from "../charts/legend.tsx";
import { colourOf, OTHERS } from "../charts/series.ts";
import type { Day, Series } from "../charts/stacked-days.tsx";
import { pageHref, replaceAddress } from "../state/address.ts";
import { useAnswer } from "../state/answer.ts";
import { costs as readCosts, type CostsAnswer } from "../state/api.ts";
import { many, money, placeName } from "../state/words.ts";
import { cachedShare, spentColumns } from "./spent-columns.tsx";

/** Loaded with the page that shows one: it brings the library of charts. */
const StackedDays = lazy(() => import("../charts/stacked-days.tsx"));

interface Props {
  readonly query: URLSearchParams;
  readonly workspaces: readonly string[];
}

/** What was spent: by day, and by what it was spent for. */
export default function Costs({ query, workspaces }: Props) {
  const workspace = query.get("workspace") ?? workspaces[0] ?? "";
  const by = byIn(query);
  const measure = query.get("of") === "tokens" ? "tokens" : "usd";
  const asked = new URLSearchParams({ workspace, by });
  for (const name of ["from", "to"]) if (query.get(name)) asked.set(name, query.get(name) ?? "");
  const { answer, failed, isReading } = useAnswer(asked.toString(), (signal) => readCosts(asked, signal));
  const change = (more: { readonly [name: string]: string }): void => {
    const next = new URLSearchParams(query);
    for (const [name, value] of Object.entries(more)) {
      if (value === "") next.delete(name);
      else next.set(name, value);
    }
    replaceAddress(pageHref("costs", next));
  };
  useEffect(() => {
    document.title = "Costs · Parley studio";
  }, []);
  return (
    <main className="page" aria-busy={isReading}>
      <h1 className="visually-hidden">Costs</h1>
      <div className="filters">
        <DaysFields query={query} days={answer} workspaces={workspaces} workspace={workspace} change={change} />
        <label className="filter">
          <span>By</span>
          <select value={by} onChange={({ target }) => change({ by: target.value })}>
            {Object.entries(COSTS_BY_NAMES).map(([one, name]) => (
              <option key={one} value={one}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label className="filter">
          <span>Chart of</span>
          <select value={measure} onChange={({ target }) => change({ of: target.value })}>
            <option value="usd">money</option>
            <option value="tokens">tokens</option>
          </select>
        </label>
      </div>
      {failed && (
        <p className="problem" role="alert">
          {failed}
        </p>
      )}
      <div className="page-body" tabIndex={0} role="region" aria-label="Costs">
        {answer && <Told answer={answer} by={by} measure={measure} />}
      </div>
    </main>
  );
}

function Told({ answer, by, measure }: { readonly answer: CostsAnswer; readonly by: CostsBy; readonly measure: "usd" | "tokens" }) {
  const { total, groups, days, more, from, to } = answer;
  if (total.calls === 0) return <p className="told-line">Nothing was spent on these days, in what you may see.</p>;
  const nameOf = ({ key, name }: { readonly key: string; readonly name?: string | undefined }): string =>
    name ?? (by === "place" ? placeName(key) : key === "" ? "(not recorded)" : key);
  const series: Series[] = groups
    .slice(0, SERIES_MAX)
    .map((group, nth) => ({ key: group.key, name: nameOf(group), colour: colourOf(nth) }));
  const isMore = days.some(({ parts }) => parts.some(({ key }) => key === undefined));
  const shown = isMore ? [...series, { key: OTHERS_KEY, name: "others", colour: OTHERS }] : series;
  const what = COSTS_BY_NAMES[by];
  return (
    <>
      <dl className="totals">
        <Total name="Money" value={`${total.estimated ? "about " : ""}${money(total.usd, total.priced)}`} />
        <Total name="Tokens read" value={many(total.inputTokens)} also={`${cachedShare(total)} cached`} />
        <Total name="Tokens written" value={many(total.outputTokens)} also={`${many(total.reasoningTokens)} thought`} />
        <Total name="Calls" value={many(total.calls)} />
      </dl>
      <ChartFigure
        title={`By day and ${what}`}
        file={`costs-by-day-${from}-${to}`}
        says={`${measure === "usd" ? "Money" : "Tokens"} by day from ${from} to ${to}, divided by ${what}; the table says the same.`}
        chart={
          <Suspense fallback={<div className="chart-wait" />}>
            <StackedDays
              days={chartDays(answer, measure)}
              series={shown}
              shown={measure === "usd" ? (value) => money(value) : (value) => many(Math.round(value))}
            />
          </Suspense>
        }
        columns={[{ title: "day", shown: ({ day }) => day, kept: ({ day }) => day }, ...spentColumns()]}
        rows={days}
        keyOf={({ day }) => day}
      >
        <Legend series={shown} />
      </ChartFigure>
      <ChartFigure
        title={`By ${what}`}
        file={`costs-by-${what}-${from}-${to}`}
        columns={[
          { title: what, shown: (group) => <bdi>{nameOf(group)}</bdi>, kept: nameOf },
          {
            title: "share",
            shown: ({ usd, inputTokens, outputTokens }) => (
              <meter
                min={0}
                max={1}
                value={total.usd > 0 ? usd / total.usd : (inputTokens + outputTokens) / Math.max(1, total.inputTokens + total.outputTokens)}
                aria-label="Share of all"
              />
            ),
            kept: ({ usd }) => (total.usd > 0 ? usd / total.usd : 0),
          },
          ...spentColumns(),
        ]}
        rows={groups}
        keyOf={({ key }) => key}
      />
      {more > 0 && <p className="hint">{more} more are left out.</p>}
      <p className="hint page-note">
        Days begin and end in UTC. What is not priced is not in the money; “≥” stands where that is so. Only what you may see is added up.
      </p>
    </>
  );
}

function Total({ name, value, also = "" }: { readonly name: string; readonly value: string; readonly also?: string }) {
  return (
    <div className="total">
      <dt>{name}</dt>
      <dd>
        {value} <span className="hint">{also}</span>
      </dd>
    </div>
  );
}

const SERIES_MAX = 6;
const OTHERS_KEY = "\n";
const DAY_MS = 86_400_000;
/** Of more days only those are shown on which something was spent. */
const DAYS_FILLED_MAX = 800;

/** Each day of the span, be it empty. */
function chartDays({ days, from, to }: CostsAnswer, measure: "usd" | "tokens"): readonly Day[] {
  const known = new Map(
    days.map(({ day, parts }) => [day, Object.fromEntries(parts.map((part) => [part.key ?? OTHERS_KEY, part[measure]]))]),
  );
  const [first, last] = [Date.parse(from), Date.parse(to)];
  const count = Math.round((last - first) / DAY_MS) + 1;
  if (count > DAYS_FILLED_MAX) return [...known].map(([day, of]) => ({ day, of }));
  return Array.from({ length: count }, (_, nth) => {
    const day = new Date(first + nth * DAY_MS).toISOString().slice(0, 10);
    return { day, of: known.get(day) ?? {} };
  });
}

function byIn(query: URLSearchParams): CostsBy {
  const wanted = query.get("by") ?? "";
  return wanted in COSTS_BY_NAMES ? (wanted as CostsBy) : "team";
}
