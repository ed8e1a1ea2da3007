import { randomUUID } from "node:crypto";
import { codeBlocks } from "../../engine/code-blocks.ts";
import { asText, readTemplate } from "../cases/template.ts";
import type { ScorerSettings } from "../evaluation-schema.ts";
import { refusedBy } from "./expected.ts";
import { pythonCheck, type PythonCheck } from "./python-check.ts";
import { brief, NotScored, type Scorer } from "./scorer.ts";

/** Runs a program where an agent's code would run. */
export type RunProgram = (program: {
  /** Of whom the sandbox is: a new one for each. */
  readonly thread: string;
  readonly language: string;
  readonly code: string;
  readonly timeoutMs: number;
}) => Promise<{ readonly outcome: string; readonly output: string }>;

/** The answer's code passes a test in the sandbox: `test` is run behind it, and with an entry point `check` is called with that, as in HumanEval. */
export const program = (settings: Extract<ScorerSettings, { readonly kind: "program" }>, runProgram: RunProgram): Omit<Scorer, "name"> => {
  const [prompt, test, entry] = [settings.prompt, settings.test, settings.entryPoint].map((text) => text && readTemplate(text));
  return {
    refuses: ({ fields }) => refusedBy(() => [prompt, test, entry].map((template) => template && template.fill(fields))),
    async score({ answer, case: { fields }, thread }) {
      const filled = (template: ReturnType<typeof readTemplate> | "" | undefined) => (template ? asText(template.fill(fields)) : "");
      const entryPoint = filled(entry);
      const code = candidate(answer, { language: settings.language, entryPoint, prompt: filled(prompt) });
      if (code === undefined) return { passed: false, why: `there is no code in "${brief(answer)}"` };
      const mark = `passed-${randomUUID()}`;
      const { language } = settings;
      const timeoutMs = settings.timeoutSeconds * 1_000;
      const whole = tested({ language, code, test: filled(test), entryPoint, mark });
      const { outcome, output } = await runProgram({ thread, language, code: whole, timeoutMs });
      if (isOfSandbox(outcome)) throw new NotScored(`the sandbox ran no test (${outcome}): ${brief(output)}`);
      const passed = outcome === "ok" && output.trimEnd().endsWith(mark);
      if (passed) return { passed, why: "the test passed" };
      const last = output.trim().split("\n").at(-1) ?? "";
      return { passed, why: outcome === "ok" ? "it ended before its test" : `the test failed (${outcome}): ${brief(last)}` };
    },
  };
};

/**
 * The last block of the language that defines the entry point, else the last one. What defines it stands behind the prompt, whose imports and
 * helpers it may use, and takes its place; what does not goes on from the prompt, as a body does.
 */
function candidate(
  answer: string,
  { language, entryPoint, prompt }: { readonly language: string; readonly entryPoint: string; readonly prompt: string },
): string | undefined {
  const blocks = codeBlocks(answer).filter((block) => block.language === "" || block.language.toLowerCase() === language.toLowerCase());
  const defines = (code: string): boolean =>
    entryPoint !== "" && new RegExp(`^\\s*(?:async\\s+)?(?:def|function)\\s+${literal(entryPoint)}\\b`, "m").test(code);
  const code =
    blocks.findLast((block) => defines(block.code))?.code ?? blocks.at(-1)?.code ?? (defines(answer) || prompt ? answer : undefined);
  if (code === undefined) return undefined;
  if (!prompt) return code;
  return defines(code) ? `${prompt}\n${PASS}\n\n${code}` : prompt + code;
}

/** A field of a case may hold anything. */
const literal = (words: string): string => words.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** A prompt that ends in a signature, or in its docstring, is whole with it. */
const PASS = "    pass";

/** The code with its test behind it, and what prints the mark where that has come to its end. */
const tested = ({ language, ...check }: PythonCheck & { readonly language: string }): string =>
  /^(?:py|python3?)$/i.test(language)
    ? pythonCheck(check)
    : [check.code, check.test, ...(check.entryPoint ? [`check(${check.entryPoint})`] : []), printed(language, check.mark)].join("\n\n");

/** How no code's own doing ends a block. */
const isOfSandbox = (outcome: string): boolean => outcome === "rejected" || outcome === "sandbox_lost" || outcome === "cancelled";

const printed = (language: string, text: string): string =>
  /^(?:js|javascript|ts|typescript|node)$/i.test(language)
    ? `console.log("${text}")`
    : /^(?:bash|sh)$/i.test(language)
      ? `echo "${text}"`
      : `print("${text}")`;
