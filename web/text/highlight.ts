import type { Root } from "hast";
import { common, createLowlight } from "lowlight";

const HIGHLIGHT_CHARS_MAX = 20_000; // More is printed output rather than code; plain is faster.

const lowlight = createLowlight(common);
lowlight.registerAlias({ python: ["python3"] });

/** Code as a tree of classed spans; `undefined` where its language is not known. */
export function highlight(code: string, language: string): Root | undefined {
  const name = language.toLowerCase();
  return code.length <= HIGHLIGHT_CHARS_MAX && lowlight.registered(name) ? lowlight.highlight(name, code) : undefined;
}
