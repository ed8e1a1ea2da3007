import { Bar, BarChart, CartesianGrid, ErrorBar, ReferenceLine, ResponsiveContainer, XAxis, YAxis } from "recharts";
import { clean } from "../../text/clean.ts";

export interface Estimate {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Shares, or differences of shares, each with the interval that belongs to it. */
export default function Intervals({ estimates, kind }: { readonly estimates: readonly Estimate[]; readonly kind: "share" | "difference" }) {
  const data = estimates.map(({ name, value, low, high }) => ({
    name: clean(name).slice(0, NAME_CHARS_MAX),
    value,
    error: [value - low, high - value],
  }));
  return (
    <ResponsiveContainer initialDimension={FIRST} width="100%" height={data.length * ROW + AXIS}>
      <BarChart data={data} layout="vertical" margin={MARGIN} accessibilityLayer={false}>
        <CartesianGrid horizontal={false} stroke="var(--line)" />
        <XAxis
          type="number"
          domain={kind === "share" ? [0, 1] : [-1, 1]}
          ticks={kind === "share" ? [0, 0.25, 0.5, 0.75, 1] : [-1, -0.5, 0, 0.5, 1]}
          tickFormatter={percentOf}
          stroke="var(--line-strong)"
          tick={TICK}
          tickLine={false}
        />
        <YAxis type="category" dataKey="name" width={NAMES} interval={0} stroke="none" tick={TICK} />
        <ReferenceLine x={0} stroke="var(--line-strong)" />
        <Bar dataKey="value" fill="var(--series-1)" fillOpacity={0.55} barSize={12} isAnimationActive={false}>
          <ErrorBar dataKey="error" direction="x" width={5} strokeWidth={2} stroke="var(--fg)" isAnimationActive={false} />
        </Bar>
      </BarChart>
    </ResponsiveContainer>
  );
}

const ROW = 32;
const AXIS = 34;
const NAMES = 132;
const NAME_CHARS_MAX = 40;
/** Until it is measured. */
const FIRST = { width: 320, height: 100 };
const MARGIN = { top: 4, right: 16, bottom: 0, left: 0 };
const TICK = { fill: "var(--fg-soft)", fontSize: 11.5 };
const percentOf = (share: number): string => `${Math.round(share * 100)}%`;
