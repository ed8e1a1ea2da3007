import type { Interval } from "../statistics/resampling.ts";
import type { Change } from "./baseline.ts";
import type { PreferenceShares } from "./pairs.ts";
import type { Report } from "./report.ts";
import type { Tally } from "./tally.ts";

/** Titles and rows, as any surface lays them out; cells are plain text. */
export interface Grid {
  readonly title: string;
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The tables of a report that people read, in their order; empty ones are left out. */
export function gridsOf({ teams, pairs, judges, forecasts }: Report, changes: readonly Change[] = []): readonly Grid[] {
  const repeats = Math.max(0, ...teams.map(({ passAt }) => passAt.length));
  const scorers = [...new Set(teams.flatMap((team) => Object.keys(team.scorers)))];
  return [
    {
      title: "Solved",
      titles: [
        "team",
        "cases",
        "runs",
        "solved",
        ...Array.from({ length: Math.max(0, repeats - 1) }, (_, index) => `pass@${index + 2}`),
        "wrong",
        "limit",
        "failed",
        "asked",
      ],
      rows: teams.map(({ team, cases, runs, solved, passAt, ends }) => [
        team,
        String(cases),
        String(runs),
        withInterval(solved),
        ...Array.from({ length: Math.max(0, repeats - 1) }, (_, index) => withInterval(passAt[index + 1])),
        ...(["wrong", "limit", "failed", "asked"] as const).map((end) => percent(ends[end])),
      ]),
    },
    {
      title: "Cost",
      titles: ["team", "a run", "tokens", "seconds", "turns", "a solved case", "its tokens", "its seconds", "in all", "judging"],
      rows: teams.map((team) => costRow(team)),
    },
    ...(scorers.length > 1
      ? [
          {
            title: "Passed by scorer",
            titles: ["team", ...scorers],
            rows: teams.map((team) => [team.team, ...scorers.map((scorer) => percent(team.scorers[scorer] ?? 0))]),
          },
        ]
      : []),
    {
      title: "Compared, case by case",
      titles: ["teams", "cases", "difference", "by chance", "liked better"],
      rows: pairs.map(({ one, other, cases, difference, p, preferred }) => [
        `${one} − ${other}`,
        String(cases),
        points(difference),
        `p = ${p < 0.001 ? "< 0.001" : p.toFixed(3)}`,
        preferred?.map((one) => likedBy(one, preferred.length)).join("; ") ?? "–",
      ]),
    },
    {
      title: "Judges",
      titles: ["judge", "answers people judged", "agreed", "κ", "liked the first", "the second", "the same both ways", "cost of pairs"],
      rows: judges.map(({ scorer, people, position }) => [
        scorer,
        people ? String(people.answers) : "–",
        people ? percent(people.agreed) : "–",
        people ? (people.kappa === null ? "none" : people.kappa.toFixed(2)) : "–",
        position ? percent(position.first) : "–",
        position ? percent(position.second) : "–",
        position ? percent(position.consistent) : "–",
        position ? money(position.usd, position.priced) : "–",
      ]),
    },
    {
      title: "Forecasts that held (of 80% bands)",
      titles: ["team", "runs", "cost", "time"],
      rows: forecasts.map(({ team, usd, seconds }) => [
        team,
        String(Math.max(usd?.runs ?? 0, seconds?.runs ?? 0)),
        usd ? percent(usd.held) : "–",
        seconds ? percent(seconds.held) : "–",
      ]),
    },
    {
      title: "Against the baseline",
      titles: ["team", "cases", "now − then", "by chance", ""],
      rows: changes.map(({ team, cases, difference, p, isWorse }) => [
        team,
        String(cases),
        points(difference),
        `p = ${p < 0.001 ? "< 0.001" : p.toFixed(3)}`,
        isWorse ? "worse" : "",
      ]),
    },
  ].filter(({ rows }) => rows.length > 0);
}

const likedBy = ({ judge, one, other, undecided }: PreferenceShares, judges: number): string =>
  `${judges > 1 ? `${judge}: ` : ""}${percent(one)} : ${percent(other)} (${percent(undecided)} undecided)`;

const money = (amount: number, priced: boolean): string =>
  priced ? dollars(amount) : amount > 0 ? `${dollars(amount)} or more` : "unknown";

function costRow({ team, perRun, perSolved, usd, judgingUsd, priced }: Tally): readonly string[] {
  return [
    team,
    money(perRun.usd, priced),
    Math.round(perRun.tokens).toString(),
    perRun.seconds.toFixed(1),
    perRun.turns.toFixed(1),
    perSolved
      ? priced
        ? `${dollars(perSolved.usd.value)} (${dollars(perSolved.usd.low)}–${dollars(perSolved.usd.high)})`
        : "unknown"
      : "none solved",
    perSolved ? Math.round(perSolved.tokens).toString() : "–",
    perSolved ? perSolved.seconds.toFixed(1) : "–",
    money(usd, priced),
    judgingUsd > 0 ? dollars(judgingUsd) : "–",
  ];
}

export const dollars = (usd: number): string => `$${usd.toFixed(usd >= 1 ? 2 : 4)}`;
export const percent = (share: number): string => `${(share * 100).toFixed(share === 0 || share === 1 ? 0 : 1)}%`;

const withInterval = (interval: Interval | undefined): string =>
  interval === undefined || Number.isNaN(interval.value)
    ? "–"
    : `${percent(interval.value)} (${percent(interval.low)}–${percent(interval.high)})`;

const points = ({ value, low, high }: Interval): string => `${signed(value)} (${signed(low)} to ${signed(high)}) points`;

const signed = (share: number): string => `${share > 0 ? "+" : share < 0 ? "−" : ""}${Math.abs(share * 100).toFixed(1)}`;
