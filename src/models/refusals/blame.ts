/** By its place in the request; Google counts declarations inside of the first of its `tools`, and so goes first. */
const PLACES = [
  /\bfunction_?declarations?['"]?(?:\.|\[|\/|(?<=['"]),\s*)(\d{1,4})/i,
  /\b(?:tools|functions)['"]?(?:\.|\[|\/|(?<=['"]),\s*)(\d{1,4})/i,
];
/** By its name, before or behind what is wrong. */
const NAMES = [
  /(?:schema|name|parameters?|definition|description)[^.'"`]{0,40}(?:function|tool)\s*(?::\s*)?['"`]([\w-]{1,64})['"`]/i,
  /(?:function|tool)\s*(?::\s*)?['"`]([\w-]{1,64})['"`][^.]{0,60}(?:schema|parameters|definition)/i,
];
/** A name as tools of servers have, in a sentence about what a tool is made of. */
const SERVERS_TOOL = /(?<![\w-])[\w-]{1,60}__[\w-]{1,60}(?![\w-])/;
const OF_A_TOOL = /schema|parameters|definition|declaration|propert|\bitems\b/i;
/** What was said and called before says nothing of what tools are like. */
const OF_CALLS = /messages?['"]?[.[,]|tool_(?:calls?|use|result|choice)|call_id/i;

/** Whether a refusal is of one tool, and so none of the others. */
export const namesOneTool = (message: string): boolean =>
  [...PLACES, ...NAMES].some((pattern) => pattern.test(message)) ||
  (OF_A_TOOL.test(message) && !OF_CALLS.test(message) && SERVERS_TOOL.test(message));

/** The one of these, which are offered in this order, that the provider's refusal names: Anthropic's, OpenAI's, Google's and those of servers like them. */
export function blamedIn(message: string, names: readonly string[]): string | undefined {
  for (const pattern of PLACES) {
    const place = pattern.exec(message)?.[1];
    if (place !== undefined) return names[Number(place)];
  }
  const said = NAMES.flatMap((pattern) => pattern.exec(message)?.[1] ?? []).find((name) => names.includes(name));
  if (said !== undefined) return said;
  if (!OF_A_TOOL.test(message) || OF_CALLS.test(message)) return undefined;
  const words = new Set(message.match(/[\w-]+/g));
  const quoted = new Set([...message.matchAll(/['"`]([\w-]{1,64})['"`]/g)].map(([, word = ""]) => word));
  // A name such as "search" may be a word of the sentence.
  const found = names.filter((name) => quoted.has(name) || (name.includes("_") && words.has(name)));
  return found.length === 1 ? found[0] : undefined;
}
