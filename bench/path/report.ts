import { median } from "../support/figures.ts";
import { verdict } from "../support/verdict.ts";
import type { Cell, Figures, Sample } from "./sample.ts";

const TARGETS = { oneTurn: 2.5, team: 2.2, chunks: 2.2, cold: 3, flushes: 2, blocking: 0, bytes: 4, posts: 2, calls: 7 };

const TITLES: { readonly [cell in Cell]: string } = {
  cold: "cold and quiet, one at a time",
  at10: "one turn, 10 at once",
  at50: "one turn, 50 at once",
  chunks: "200 chunks, 10 at once",
  team: "selector team, a turn of ten, 10 at once",
  flushes: "",
};

/** By program: one sample a round. */
export function report(samples: ReadonlyMap<string, readonly Sample[]>): void {
  const of = (program: string, cell: Cell, number: (figures: Figures) => number): number =>
    median((samples.get(program) ?? []).flatMap((sample) => (sample[cell] ? [number(sample[cell])] : [])));
  const cpu = (program: string, cell: Cell) => of(program, cell, ({ cpuMs }) => cpuMs);
  const flushes = (program: string) => of(program, "flushes", (figures) => figures.flushes?.all ?? Number.NaN);
  const kb = (program: string) => of(program, "at10", ({ diskKb }) => diskKb);

  console.log("ms of CPU for each turn:");
  const shown = (value: number) => (Number.isNaN(value) ? "" : round(value));
  const columns = ["earlier", "parley", "bolt-full", "bolt-sqlite"] as const;
  const rows: Record<string, object> = {};
  for (const cell of ["cold", "at10", "at50", "chunks"] as const)
    rows[TITLES[cell]] = Object.fromEntries(columns.map((program) => [program, shown(cpu(program, cell))]));
  rows[TITLES.team] = {
    earlier: round(cpu("earlier-team", "team")),
    parley: round(cpu("parley-team", "team")),
    "bolt-full": round(cpu("bolt-teamfull", "team")),
  };
  console.table(rows);
  console.log("for each answer; flushes and bytes 10 at once, posts and calls one at a time:");
  const answer = (program: string) => ({
    "flushes to the disk": round(flushes(program)),
    "of these blocking": round(of(program, "flushes", (figures) => figures.flushes?.blocking ?? Number.NaN)),
    "KB to the disk": round(kb(program)),
    posts: shown(of(program, "cold", ({ posts }) => posts)),
    "Slack calls": shown(of(program, "cold", ({ calls }) => calls)),
  });
  console.table(Object.fromEntries(columns.map((program) => [program, answer(program)])));

  for (const cell of ["at10", "at50"] as const)
    for (const peer of ["bolt-sqlite", "bolt-full"])
      verdict(`${TITLES[cell]}: CPU ÷ ${peer}`, cpu("parley", cell) / cpu(peer, cell), TARGETS.oneTurn);
  verdict(`${TITLES.team}: CPU ÷ bolt-teamfull`, cpu("parley-team", "team") / cpu("bolt-teamfull", "team"), TARGETS.team);
  verdict(`${TITLES.chunks}: CPU ÷ bolt-full`, cpu("parley", "chunks") / cpu("bolt-full", "chunks"), TARGETS.chunks);
  verdict(`${TITLES.cold}: CPU ÷ bolt-full`, cpu("parley", "cold") / cpu("bolt-full", "cold"), TARGETS.cold);
  verdict("flushes an answer ÷ bolt-sqlite", flushes("parley") / flushes("bolt-sqlite"), TARGETS.flushes);
  verdict("flushes an answer for which the event loop waits", answer("parley")["of these blocking"], TARGETS.blocking);
  verdict("KB to the disk an answer ÷ bolt-sqlite", kb("parley") / kb("bolt-sqlite"), TARGETS.bytes);
  verdict(
    "posts an answer",
    of("parley", "cold", ({ posts }) => posts),
    TARGETS.posts,
  );
  verdict(
    "Slack calls an answer",
    of("parley", "cold", ({ calls }) => calls),
    TARGETS.calls,
  );
}

const round = (value: number): number => Math.round(value * 100) / 100;
