import { isWithin } from "../../engine/limits/forecast.ts";
import type { Result } from "../result.ts";

/** How often what was said of a team's runs before they began came true, of those for which something was said; it should be of 80 %. */
export interface ForecastReport {
  readonly team: string;
  readonly usd?: Held;
  readonly seconds?: Held;
}

interface Held {
  readonly runs: number;
  /** From 0 to 1. */
  readonly held: number;
}

/** Of runs that came to their end or to a limit, as those are by which it is said. A team of which nothing was said is left out. */
export function forecastsOf(teams: readonly string[], results: readonly Result[]): readonly ForecastReport[] {
  return teams.flatMap((team) => {
    const told = results.filter((result) => result.team === team && result.end !== "failed" && result.end !== "asked" && result.forecast);
    const usd = heldOf(
      told.flatMap(({ forecast, usd: spent, priced }) => (forecast?.usd && priced ? [isWithin(spent, forecast.usd)] : [])),
    );
    const seconds = heldOf(told.flatMap(({ forecast, ms }) => (forecast ? [isWithin(ms, forecast.ms)] : [])));
    return usd || seconds ? [{ team, ...(usd ? { usd } : {}), ...(seconds ? { seconds } : {}) }] : [];
  });
}

const heldOf = (all: readonly boolean[]): Held | undefined =>
  all.length === 0 ? undefined : { runs: all.length, held: all.filter(Boolean).length / all.length };
