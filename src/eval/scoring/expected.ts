import type { Case } from "../cases/read-cases.ts";
import { readTemplate, TemplateError } from "../cases/template.ts";

/** What a scorer holds the answer against: its own template of the case's fields, else what the case expects. Throws {@link TemplateError} where there is neither. */
export function expectedBy({ expected }: { readonly expected?: string | undefined }, of: Case, need?: "optional"): unknown {
  const value = expected === undefined ? of.expected : readTemplate(expected).fill(of.fields);
  if (value === undefined && need !== "optional")
    throw new TemplateError(`case ${of.id} does not say what is expected; name the field: cases: { expected: answer }`);
  return value;
}

/** Why that cannot be had of a case, for {@link Scorer.refuses}. */
export function refusedBy(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
}
