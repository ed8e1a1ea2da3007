import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";

export interface Series {
  readonly key: string;
  readonly name: string;
  readonly colour: string;
}

/** A day, with what each series had of it: by the key. */
export interface Day {
  readonly day: string;
  readonly of: { readonly [key: string]: number };
}

/** Bars by day, each series upon the one before. */
export default function StackedDays({
  days,
  series,
  shown,
}: {
  readonly days: readonly Day[];
  readonly series: readonly Series[];
  readonly shown: (value: number) => string;
}) {
  return (
    <ResponsiveContainer initialDimension={FIRST} width="100%" height={HEIGHT}>
      <BarChart data={[...days]} margin={MARGIN} accessibilityLayer={false} barCategoryGap="12%">
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis dataKey="day" tickFormatter={short} minTickGap={24} stroke="var(--line-strong)" tick={TICK} tickLine={false} />
        <YAxis width={64} tickFormatter={shown} stroke="none" tick={TICK} />
        <Tooltip
          isAnimationActive={false}
          cursor={{ fill: "var(--line)", opacity: 0.5 }}
          content={({ active, payload, label }) =>
            active && payload.length > 0 ? (
              <div className="chart-tip">
                <p>{String(label)}</p>
                {payload
                  .filter(({ value }) => Number(value) > 0)
                  .toReversed()
                  .map(({ name, value, color }) => (
                    <p key={String(name)}>
                      <span className="swatch" style={{ background: color }} aria-hidden="true" />
                      <bdi>{String(name)}</bdi> {shown(Number(value))}
                    </p>
                  ))}
              </div>
            ) : null
          }
        />
        {series.map(({ key, name, colour }) => (
          <Bar key={key} dataKey={({ of }: Day) => of[key] ?? 0} name={name} stackId="all" fill={colour} isAnimationActive={false} />
        ))}
      </BarChart>
    </ResponsiveContainer>
  );
}

const HEIGHT = 220;
/** Until it is measured. */
const FIRST = { width: 320, height: 100 };
const MARGIN = { top: 8, right: 8, bottom: 0, left: 0 };
const TICK = { fill: "var(--fg-soft)", fontSize: 11.5 };

const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
const short = (day: string): string => DAY.format(new Date(`${day}T00:00:00Z`));
