import { withinMs, type Clock } from "../../engine/clock.ts";
import type { Forecast } from "../../engine/events/events.ts";
import { forecastOf, RUNS_FOR_FORECAST, type Took } from "../../engine/limits/forecast.ts";
import type { FinishedRuns, TakenRun } from "../../store/runs/finished-runs.ts";
import { StoreError, type Store } from "../../store/store.ts";
import type { Teams } from "../runnable-team.ts";

/** What a run will probably take, by what such runs took: of the same team, with the same models, about tasks in like words. */
export interface Forecasts {
  /**
   * `undefined` where too few such runs are known, where that is not known soon, and in a rush: whoever waits for a run is not kept by it. Never
   * rejects.
   */
  of(asked: Asked): Promise<Forecast | undefined>;
  /** Takes a few more of the runs that are over into account, where nobody else sees to it. Whether there are more. */
  learn(workspace: string): Promise<boolean>;
}

interface Asked {
  readonly workspace: string;
  readonly team: string;
  /** Empty where it is not known yet: then it is what runs of the team take. */
  readonly task: string;
  /** All that the settings say of the team, where it is not the one that there is under this name. */
  readonly snapshot?: string | undefined;
}

export interface ForecastParts {
  readonly runs: Pick<FinishedRuns, "alike" | "enter">;
  readonly store: Pick<Store, "file"> & { readonly leisure: Pick<Store["leisure"], "sinceRushMs"> };
  readonly teams: Pick<Teams, "snapshot" | "modelsIn" | "of">;
  readonly clock: Pick<Clock, "sleep">;
  readonly log: (problem: string, error?: unknown) => void;
}

const WAIT_MS_MAX = 100; // Of the second in which a person sees that somebody is on it.
/** Each is compared with each: twice as many take four times as long, and the farther ones hardly count. */
const RUNS_READ_MAX = 50;
/** Some of those that are found may have had other models. */
const RUNS_FOUND_MAX = 80;
const SETTINGS_KNOWN_MAX = 200;
/** They are long texts. */
const SNAPSHOTS_KNOWN_MAX = 20;
/** So long behind a rush the processor has answers to make, and the card that would tell it waits for them. */
const RUSH_OVER_MS = 2_000;

export function createForecasts({ runs, store, teams, clock, log }: ForecastParts): Forecasts {
  /** By the hash of a team's settings, which never change. */
  const modelsBy = new Map<string, string | undefined>();
  /** By the settings themselves. */
  const modelsNow = new Map<string, string | undefined>();

  async function of({ workspace, team, task, snapshot: given }: Asked): Promise<Forecast | undefined> {
    if (store.leisure.sinceRushMs() < RUSH_OVER_MS) return undefined;
    const found = await runs.alike({ workspace, team, task, limit: RUNS_FOUND_MAX });
    if (found.length < RUNS_FOR_FORECAST) return undefined;
    const snapshot = given ?? ((await teams.of?.(workspace)) ?? teams).snapshot?.(team);
    const now = snapshot === undefined ? undefined : modelsIn(snapshot);
    const alike: Took[] = [];
    for (const run of found)
      if (alike.length < RUNS_READ_MAX && (now === undefined || (await hadModels(run.teamHash)) === now)) alike.push(tookOf(run));
    return forecastOf(task, alike);
  }

  function modelsIn(snapshot: string): string | undefined {
    if (!modelsNow.has(snapshot)) keep(modelsNow, snapshot, teams.modelsIn?.(snapshot), SNAPSHOTS_KNOWN_MAX);
    return modelsNow.get(snapshot);
  }

  /** Which models a team of these settings spoke with; `undefined` where they are not kept. */
  async function hadModels(hash: string | undefined): Promise<string | undefined> {
    if (hash === undefined || modelsBy.has(hash)) return hash === undefined ? undefined : modelsBy.get(hash);
    const kept = await store.file(hash);
    const models = kept && teams.modelsIn?.(Buffer.from(kept).toString("utf8"));
    keep(modelsBy, hash, models, SETTINGS_KNOWN_MAX);
    return models;
  }

  return {
    of: (asked) =>
      withinMs(
        clock,
        WAIT_MS_MAX,
        of(asked).catch((error: unknown) => {
          // A run begins without it. Trouble with the store is told where the run meets it.
          if (!(error instanceof StoreError)) log(`what a run of ${asked.team} will take could not be said`, error);
          return undefined;
        }),
      ),
    learn: (workspace) => runs.enter(workspace),
  };
}

function keep<Value>(known: Map<string, Value>, key: string, value: Value, max: number): void {
  const [oldest] = known.keys();
  if (oldest !== undefined && known.size >= max) known.delete(oldest);
  known.set(key, value);
}

/** A store may give the same run again, and its words need not be read again. */
const tookBy = new WeakMap<TakenRun, Took>();

function tookOf(run: TakenRun): Took {
  const known = tookBy.get(run);
  if (known) return known;
  const { task, usage, priced, startedAt, endedAt, elapsedMs } = run;
  const took = { task, usd: priced ? usage.usd : undefined, ms: elapsedMs ?? Date.parse(endedAt) - Date.parse(startedAt) };
  tookBy.set(run, took);
  return took;
}
