import { isDrawn, type Sample } from "./draw.ts";

/** What is read of a report in the form that mutation testing tools share (mutation-testing-report-schema). */
export interface MutationReport {
  readonly files: { readonly [file: string]: { readonly mutants: readonly ReportedMutant[] } };
}

export interface ReportedMutant {
  readonly status: string;
  readonly statusReason?: string;
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly location: { readonly start: Place; readonly end: Place };
}
type Place = { readonly line: number; readonly column: number };

export interface Counts {
  /** That could be found: neither equivalent nor left out. */
  readonly mutants: number;
  readonly killed: number;
  readonly timedOut: number;
  readonly survived: number;
  /** No test comes by. */
  readonly notCovered: number;
  /** Change nothing that can be told, as a comment beside them says. */
  readonly equivalent: number;
}

/** Stands in a report as the reason of a mutant that a sample leaves out. */
export const NOT_DRAWN = "Not of the sample.";

/** The mutants of the files for which `isOf` holds; with a sample, of those that it draws. */
export function countOf(report: MutationReport, isOf: (file: string) => boolean = () => true, sample?: Sample): Counts {
  const all = mutantsOf(report, isOf).filter(({ file, mutant }) => sample === undefined || drawn(sample, file, mutant));
  const count = (wanted: string) => all.filter(({ mutant }) => fateOf(mutant) === wanted).length;
  const [killed, timedOut, survived, notCovered] = [count("Killed"), count("Timeout"), count("Survived"), count("NoCoverage")];
  return { mutants: killed + timedOut + survived + notCovered, killed, timedOut, survived, notCovered, equivalent: count("Ignored") };
}

/** A test that ran into its time limit has failed, and nothing that it expects has: it tells no more than a run without an end, which is shown apart. */
const fateOf = ({ status, statusReason = "" }: ReportedMutant): string =>
  status === "Killed" && statusReason.startsWith("Test timed out in ") ? "Timeout" : status;

/** How many mutants these files have that could be found, whether tried or not. */
export const sizeOf = (report: MutationReport, isOf: (file: string) => boolean): number =>
  mutantsOf(report, isOf).filter(({ mutant: { status } }) => status !== "Ignored").length;

/** The report without those that a sample left out: they are as untried as before it. */
export function triedOnly<Report extends MutationReport>(report: Report): Report {
  const files = Object.entries(report.files).map(([name, { mutants, ...rest }]) => [
    name,
    { ...rest, mutants: mutants.filter(({ statusReason }) => statusReason !== NOT_DRAWN) },
  ]);
  return { ...report, files: Object.fromEntries(files) };
}

/** Of a hundred mutants that could be found, how many were. */
export const scoreOf = ({ mutants, killed, timedOut }: Pick<Counts, "mutants" | "killed" | "timedOut">): number =>
  mutants === 0 ? 100 : ((killed + timedOut) / mutants) * 100;

const mutantsOf = ({ files }: MutationReport, isOf: (file: string) => boolean) =>
  Object.entries(files).flatMap(([file, { mutants }]) => (isOf(file) ? mutants.map((mutant) => ({ file, mutant })) : []));

const drawn = (sample: Sample, file: string, { location, mutatorName, replacement = "" }: ReportedMutant): boolean =>
  isDrawn(sample, { file, ...location, mutatorName, replacement });
