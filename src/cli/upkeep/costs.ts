import type { ThreadSpending } from "../../parley.ts";
import { readArguments, readDay } from "../arguments.ts";
import { print, UsageError, type Io } from "../command.ts";
import { tokensOf, type Spent } from "../../engine/limits/usage.ts";
import { moneyOf, percent } from "../cost.ts";
import { table } from "../table.ts";
import { readHere } from "../own-stores.ts";
import { harmless } from "../terminal.ts";

export const help = `parley costs [--by day|channel|person|run|agent|team|model] [--day DAY] [--since DAY] [--channel ID] [--db PATH] [--json]

Says what the models' calls took: tokens, how many of them providers had in their caches, and money. A cost is unknown when a model has no
price; parley doctor names those. "about" stands where a server counted nothing, and tokens were estimated.

  --by WHAT     one line for each day (default), channel, person who started the run, run, agent (the selector is one,
                too), team, or model (its name in the team file)
  --day DAY     of that day alone, such as 2026-11-23, or today; days begin and end in UTC
  --since DAY   of that day and later
  --channel ID  of that Slack channel alone, such as C0123ABCD; terminal stands for runs in a terminal
  --db PATH     the database; PARLEY_DB, then the team file's, when absent
  --json        one line as JSON each, and no total

Exit codes: 0 told; 1 the database cannot be read; 2 bad usage or settings.`;

const BY = ["day", "channel", "person", "run", "agent", "team", "model"] as const;
type By = (typeof BY)[number];

export async function run(args: readonly string[], io: Io): Promise<number> {
  const text = { type: "string" } as const;
  const { values } = readArguments(args, {
    options: { by: text, day: text, since: text, channel: text, db: text, json: { type: "boolean" } },
  });
  const by = BY.find((one) => one === (values.by ?? "day"));
  if (!by) throw new UsageError(`--by is one of ${BY.join(", ")}, not "${values.by}".`);
  const day = readDay("--day", values.day);
  const since = day ?? readDay("--since", values.since);
  const { channelOf: inChannel, readSpending, totalOf } = await import("../../parley.ts");
  const channelOf = (thread: string): string => inChannel(thread)?.channel ?? NO_CHANNEL;
  const groups = new Map<string, { readonly name: string; readonly parts: Spent[] }>();
  const store = await readHere(io, values.db);
  try {
    const apart = [
      by === "channel" ? "place" : by,
      ...(day === undefined ? [] : ["day" as const]),
      ...(values.channel === undefined ? [] : ["place" as const]),
    ] as const;
    for await (const spending of readSpending(store, { since, by: apart })) {
      if (day !== undefined && spending.day !== day) continue;
      const channel = channelOf(spending.thread);
      if (values.channel !== undefined && channel !== values.channel) continue;
      const { key, name } = groupOf(by, spending, channel);
      const group = groups.get(key) ?? { name, parts: [] };
      group.parts.push(spending);
      groups.set(key, group);
    }
  } finally {
    await store.close();
  }
  const totals = [...groups].map(([key, { name, parts }]) => ({ key, name, ...totalOf(parts) })).toSorted(by === "day" ? byName : byCost);
  if (values.json) {
    for (const total of totals) await print(io.stdout, JSON.stringify(asJson(by, total)));
  } else if (totals.length === 0) await print(io.stdout, "Nothing was spent.");
  else await print(io.stdout, tableOf(by, [...totals, { name: "total", ...totalOf(totals) }]));
  return 0;
}

/** Where a thread is that is in no channel. */
const NO_CHANNEL = "terminal";

/** People are told apart by their id, and read by their name. */
function groupOf(
  by: By,
  { day, run: id, agent, person, team, model }: ThreadSpending,
  channel: string,
): { readonly key: string; readonly name: string } {
  const name = { day, channel, person: person.name, run: id, agent, team, model: model || "not recorded" }[by];
  return { key: by === "person" ? person.id : name, name };
}

type Total = Spent & { readonly name: string };

const byName = (one: Total, other: Total): number => (one.name < other.name ? -1 : 1);
const byCost = (one: Total, other: Total): number =>
  other.usage.usd - one.usage.usd || tokensOf(other.usage) - tokensOf(one.usage) || byName(one, other);

function asJson(by: By, { key, name, usage, priced }: Total & { readonly key: string }): object {
  const { usd, ...counts } = usage;
  return { by, key, ...(name === key ? {} : { name }), ...counts, ...(priced || usd > 0 ? { usd } : {}), priced };
}

/** What a server counted, or what was estimated where it counted nothing. */
const told = (tokens: number, { estimated }: Spent["usage"]): string => `${estimated ? "about " : ""}${tokens}`;

function tableOf(by: By, totals: readonly Total[]): string {
  const head = [by, "calls", "tokens in", "cached", "tokens out", "reasoning", "cost"];
  const rows = totals.map(({ name, usage, priced }) => [
    harmless(name),
    String(usage.calls),
    told(usage.inputTokens, usage),
    percent(usage),
    told(usage.outputTokens, usage),
    String(usage.reasoningTokens),
    moneyOf({ usage, priced }),
  ]);
  return table(head, rows, (column) => column > 0 && column < head.length - 1);
}
