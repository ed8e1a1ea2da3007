/** What is read of a report in the form that mutation testing tools share (mutation-testing-report-schema). */
export interface MutationReport {
  readonly files: { readonly [file: string]: { readonly mutants: readonly { readonly status: string }[] } };
}

export interface Counts {
  readonly mutants: number;
  readonly killed: number;
  readonly timedOut: number;
  readonly survived: number;
  /** No test comes by. */
  readonly notCovered: number;
  /** Change nothing that can be told, as a comment beside them says. */
  readonly equivalent: number;
}

export function countOf(report: MutationReport): Counts {
  const all = Object.values(report.files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const count = (wanted: string) => all.filter((status) => status === wanted).length;
  const [killed, timedOut, survived, notCovered] = [count("Killed"), count("Timeout"), count("Survived"), count("NoCoverage")];
  return { mutants: killed + timedOut + survived + notCovered, killed, timedOut, survived, notCovered, equivalent: count("Ignored") };
}

/** Of a hundred mutants that could be found, how many were. */
export const scoreOf = ({ mutants, killed, timedOut }: Pick<Counts, "mutants" | "killed" | "timedOut">): number =>
  mutants === 0 ? 100 : ((killed + timedOut) / mutants) * 100;
