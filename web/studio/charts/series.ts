/** As styles/charts.css names them: apart from each other also for most who see colours otherwise, on light and on dark. */
const COLOURS = ["var(--series-1)", "var(--series-2)", "var(--series-3)", "var(--series-4)", "var(--series-5)", "var(--series-6)"];
export const OTHERS = "var(--series-others)";

/** Of the nth, from 0. */
export const colourOf = (nth: number): string => COLOURS[nth] ?? OTHERS;
