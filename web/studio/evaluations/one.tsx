import { lazy, Suspense, useEffect } from "react";
import { ChartFigure } from "../charts/figure.tsx";
import { Legend } from "../charts/legend.tsx";
import type { Estimate } from "../charts/intervals.tsx";
import { colourOf, OTHERS } from "../charts/series.ts";
import { evaluationHref, replaceAddress } from "../state/address.ts";
import { useAnswer } from "../state/answer.ts";
import { evaluation as readEvaluation, evaluations as readEvaluations, type EvaluationAnswer } from "../state/api.ts";
import { whole } from "../state/words.ts";
import { Cases } from "./cases.tsx";

const Intervals = lazy(() => import("../charts/intervals.tsx"));
const Shares = lazy(() => import("../charts/shares.tsx"));

/** What one evaluation came to. Its numbers are those of the report that a terminal shows. */
export default function Evaluation({ id, query }: { readonly id: string; readonly query: URLSearchParams }) {
  const against = query.get("against") ?? "";
  const { answer, failed } = useAnswer(`${id} ${against}`, (signal) => readEvaluation(id, against, signal));
  const all = useAnswer("", readEvaluations).answer?.evaluations ?? [];
  const change = (name: string, value: string): void => {
    const next = new URLSearchParams(query);
    if (value === "") next.delete(name);
    else next.set(name, value);
    replaceAddress(evaluationHref(id, next));
  };
  useEffect(() => {
    document.title = `${id} · Parley studio`;
  }, [id]);
  return (
    <main className="page">
      <div className="page-body" tabIndex={0} role="region" aria-label="Evaluation">
        <p className="crumb">
          <a href="#/evaluations">All evaluations</a>
        </p>
        {failed && (
          <p className="problem" role="alert">
            {failed}
          </p>
        )}
        {answer && (
          <>
            <Head answer={answer} />
            <label className="filter filter-line">
              <span>Compare with an earlier one</span>
              <select value={against} onChange={({ target }) => change("against", target.value)}>
                <option value="">none</option>
                {against !== "" && !all.some((one) => one.id === against) && <option value={against}>{against}</option>}
                {all
                  .filter((one) => one.id !== id)
                  .map((one) => (
                    <option key={one.id} value={one.id}>
                      {one.id}
                    </option>
                  ))}
              </select>
            </label>
            <Charts answer={answer} />
            <Tables answer={answer} />
            <Cases id={id} show={query.get("show") ?? "all"} change={(show) => change("show", show === "all" ? "" : show)} />
          </>
        )}
      </div>
    </main>
  );
}

function Head({ answer: { evaluation, state, cautions } }: { readonly answer: EvaluationAnswer }) {
  const { name, id, cases, casesInAll, repeats, at, seed, file } = evaluation;
  return (
    <>
      <h1 className="page-title">
        <bdi>{name}</bdi> <small className="hint">{id}</small>
      </h1>
      <p className="hint" dir="auto">
        {cases} of {casesInAll} cases, {repeats} {repeats === 1 ? "run" : "runs"} of each, {whole(at)}, seed {seed}, {file}
        {state === "ended" ? "" : `; ${state}`}. Intervals are those of 95 %, over cases.
      </p>
      {cautions.length > 0 && (
        <ul className="cautions">
          {cautions.map((caution) => (
            <li key={caution}>{caution}</li>
          ))}
        </ul>
      )}
    </>
  );
}

/** How runs end, as the report names it. */
const ENDS = ["solved", "wrong", "limit", "failed", "asked"];

function Charts({ answer: { evaluation, solved, ends, differences } }: { readonly answer: EvaluationAnswer }) {
  const kinds = [...new Set([...ENDS, ...ends.flatMap(({ shares }) => Object.keys(shares))])];
  const series = kinds.map((key, nth) => ({ key, name: key, colour: key === "failed" ? OTHERS : colourOf(nth) }));
  const shareOf = ({ shares }: EvaluationAnswer["ends"][number], kind: string): number =>
    (shares as { readonly [end: string]: number | undefined })[kind] ?? 0;
  return (
    <>
      <IntervalFigure
        title="Solved by each team"
        file={`${evaluation.id}-solved`}
        kind="share"
        estimates={solved.map(({ team, ...interval }) => ({ name: team, ...interval }))}
      />
      {differences.length > 0 && (
        <IntervalFigure title="Differences, case by case" file={`${evaluation.id}-differences`} kind="difference" estimates={differences} />
      )}
      <ChartFigure
        title="How runs ended"
        file={`${evaluation.id}-ends`}
        says="Of each team the shares of runs that ended so; the table says the same."
        chart={
          <Suspense fallback={<div className="chart-wait" />}>
            <Shares
              wholes={ends.map((one) => ({ name: one.team, of: Object.fromEntries(kinds.map((kind) => [kind, shareOf(one, kind)])) }))}
              series={series}
            />
          </Suspense>
        }
        columns={[
          { title: "team", shown: ({ team }) => <bdi>{team}</bdi>, kept: ({ team }) => team },
          ...kinds.map((kind) => ({
            title: kind,
            shown: (one: (typeof ends)[number]) => percent(shareOf(one, kind)),
            kept: (one: (typeof ends)[number]) => shareOf(one, kind),
            isNumber: true as const,
          })),
        ]}
        rows={ends}
        keyOf={({ team }) => team}
      >
        <Legend series={series} />
      </ChartFigure>
    </>
  );
}

function IntervalFigure({
  title,
  file,
  kind,
  estimates,
}: {
  readonly title: string;
  readonly file: string;
  readonly kind: "share" | "difference";
  readonly estimates: readonly Estimate[];
}) {
  const number = (name: "value" | "low" | "high") => ({
    title: name,
    shown: (one: Estimate) => percent(one[name]),
    kept: (one: Estimate) => one[name],
    isNumber: true as const,
  });
  return (
    <ChartFigure
      title={title}
      file={file}
      says={`${title}, each with its interval of 95 %; the table says the same.`}
      chart={
        <Suspense fallback={<div className="chart-wait" />}>
          <Intervals estimates={estimates} kind={kind} />
        </Suspense>
      }
      columns={[
        { title: kind === "share" ? "team" : "of", shown: ({ name }) => <bdi>{name}</bdi>, kept: ({ name }) => name },
        number("value"),
        number("low"),
        number("high"),
      ]}
      rows={estimates}
      keyOf={({ name }) => name}
    />
  );
}

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;

/** The report's own tables. */
function Tables({ answer: { evaluation, grids } }: { readonly answer: EvaluationAnswer }) {
  return grids.map(({ title, titles, rows }) => (
    <ChartFigure
      key={title}
      title={title}
      file={`${evaluation.id}-${title}`}
      columns={titles.map((column, nth) => ({
        title: column,
        shown: (row: readonly string[]) => row[nth] ?? "",
        kept: (row: readonly string[]) => row[nth] ?? "",
        ...(nth > 0 ? { isNumber: true as const } : {}),
      }))}
      rows={rows}
      keyOf={(row, index) => `${index} ${row[0] ?? ""}`}
    />
  ));
}
