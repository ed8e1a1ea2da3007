import { lazy, Suspense, useEffect } from "react";
import { DaysFields } from "../charts/days-fields.tsx";
import { ChartFigure, type Column } from "../charts/figure.tsx";
import { pageHref, replaceAddress } from "../state/address.ts";
import { useAnswer } from "../state/answer.ts";
import { quality as readQuality, type QualityAnswer } from "../state/api.ts";

const Intervals = lazy(() => import("../charts/intervals.tsx"));

type Team = QualityAnswer["teams"][number];
type Share = Team["helpfulShare"];

/** What people and agents thought of what teams came to. */
export default function Quality({ query, workspaces }: { readonly query: URLSearchParams; readonly workspaces: readonly string[] }) {
  const workspace = query.get("workspace") ?? workspaces[0] ?? "";
  const asked = new URLSearchParams({ workspace });
  for (const name of ["from", "to"]) if (query.get(name)) asked.set(name, query.get(name) ?? "");
  const { answer, failed, isReading } = useAnswer(asked.toString(), (signal) => readQuality(asked, signal));
  const change = (more: { readonly [name: string]: string }): void => {
    const next = new URLSearchParams(query);
    for (const [name, value] of Object.entries(more)) next.set(name, value);
    replaceAddress(pageHref("quality", next));
  };
  useEffect(() => {
    document.title = "Quality · Parley studio";
  }, []);
  return (
    <main className="page" aria-busy={isReading}>
      <h1 className="visually-hidden">Quality</h1>
      <div className="filters">
        <DaysFields query={query} days={answer} workspaces={workspaces} workspace={workspace} change={change} />
      </div>
      {failed && (
        <p className="problem" role="alert">
          {failed}
        </p>
      )}
      <div className="page-body" tabIndex={0} role="region" aria-label="Quality">
        {answer && <Told answer={answer} />}
      </div>
    </main>
  );
}

function Told({ answer: { teams, few, from, to } }: { readonly answer: QualityAnswer }) {
  if (teams.length === 0) return <p className="told-line">No run ended on these days, in what you may see.</p>;
  const days = `${from}-${to}`;
  const team: Column<Team> = { title: "team", shown: (one) => <bdi>{one.team}</bdi>, kept: (one) => one.team };
  const number = (title: string, of: (one: Team) => number): Column<Team> => ({ title, shown: of, kept: of, isNumber: true });
  const shares = (of: (one: Team) => Share, all: (one: Team) => number): readonly Column<Team>[] => [
    { title: "share (95 %)", shown: (one) => shareWords(of(one), all(one), few), kept: (one) => of(one)?.value ?? "", isNumber: true },
    ...(["low", "high"] as const).map((end): Column<Team> => ({
      title: end,
      shown: (one) => percent(of(one)?.[end]),
      kept: (one) => of(one)?.[end] ?? "",
      isNumber: true,
    })),
  ];
  const chart = (of: (one: Team) => Share) => {
    const estimates = teams.flatMap((one) => {
      const share = of(one);
      return share ? [{ name: one.team, ...share }] : [];
    });
    return estimates.length === 0
      ? {}
      : { chart: <Suspense fallback={<div className="chart-wait" />}>{<Intervals estimates={estimates} kind="share" />}</Suspense> };
  };
  return (
    <>
      <ChartFigure
        title="Found helpful"
        file={`feedback-${days}`}
        says="Of each team the share of what people said that was a thumb up, with its interval; the table says the same."
        {...chart((one) => one.helpfulShare)}
        isOpen
        columns={[
          team,
          number("runs", ({ runs }) => runs),
          number("helpful", ({ helpful }) => helpful),
          number("not helpful", ({ unhelpful }) => unhelpful),
          ...shares(
            (one) => one.helpfulShare,
            (one) => one.helpful + one.unhelpful,
          ),
        ]}
        rows={teams}
        keyOf={(one) => one.team}
      />
      <ChartFigure
        title="Ended with dissent"
        file={`dissent-${days}`}
        says="Of each team the share of runs in which an agent did not agree with the answer, with its interval; the table says the same."
        {...chart((one) => one.dissentShare)}
        isOpen
        columns={[
          team,
          number("runs", ({ runs }) => runs),
          number("asked", ({ asked }) => asked),
          number("with dissent", ({ dissent }) => dissent),
          ...shares(
            (one) => one.dissentShare,
            (one) => one.asked,
          ),
        ]}
        rows={teams}
        keyOf={(one) => one.team}
      />
      <p className="hint page-note">
        A thumb is of one person and one run; the last one counts. Agents are asked where their team is set so. Of fewer than {few} no share
        is told. Intervals that overlap say of no team that it is better, and those who press a thumb are not all who read.
      </p>
    </>
  );
}

const percent = (share: number | undefined): string => (share === undefined ? "–" : `${Math.round(share * 100)}%`);

const shareWords = (share: Share, of: number, few: number): string =>
  share ? percent(share.value) : of === 0 ? "–" : `too few (${of} of ${few})`;
