import { Lexer } from "yaml";

/** How deep maps and lists may be nested; the format itself needs about ten. */
export const DEPTH_MAX = 30;
/** A team file of a hundred teams has about as many; what is written to keep a parser busy needs many more. */
const TOKENS_MAX = 50_000;

/**
 * Whether reading this text as YAML would take long, told from its tokens alone, and no further than to the one that is too many: a parser
 * needs seconds for a nest of a million brackets, and as long for a million anchors.
 */
export function burdenOf(text: string): "too deep" | "too much" | undefined {
  let tokens = 0;
  let brackets = 0;
  let onLine = 0;
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    if (++tokens > TOKENS_MAX) return "too much";
    // What follows this mark is a text, whatever it looks like.
    if (isScalar) isScalar = false;
    else if (token === SCALAR) isScalar = true;
    else if (token === "[" || token === "{") brackets++;
    else if (token === "]" || token === "}") brackets = Math.max(0, brackets - 1);
    else if (token.startsWith("\n")) onLine = 0;
    // Outside of brackets each of these begins a list or a map inside the one before it on the line.
    else if ((token === "-" || token === "?" || token === ":") && brackets === 0) onLine++;
    if (brackets > DEPTH_MAX || onLine > DEPTH_MAX) return "too deep";
  }
  return undefined;
}

const SCALAR = "\u001F";
