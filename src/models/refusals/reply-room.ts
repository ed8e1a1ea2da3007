/** What a refusal says of the room that a model has for question and reply together, in tokens. */
export interface Room {
  readonly context?: number;
  /** Of the question, as the server counts. */
  readonly prompt?: number;
}

/** No count of tokens has more digits. */
const NUMBER = String.raw`(\d[\d,_]{0,30})`;
const either = (...patterns: readonly string[]): readonly RegExp[] => patterns.map((pattern) => new RegExp(pattern, "i"));

const SUM = new RegExp(`${NUMBER}\\s*\\+\\s*${NUMBER}\\s*>\\s*${NUMBER}`);
const CONTEXT = either(
  String.raw`(?:maximum|max(?!_(?:new_|completion_|output_)?tokens)|model'?s?|available)[^.\d]{0,40}(?:context|sequence|model|token)[^.\d]{0,40}${NUMBER}`,
  String.raw`context[ _]?(?:length|window|limit|size)[^.\d]{0,40}${NUMBER}`,
  String.raw`must be <=? ?${NUMBER}`,
  String.raw`(?:limit|maximum) of ${NUMBER}`,
);
const PROMPT = either(
  String.raw`${NUMBER} (?:tokens )?(?:in|from|of|for) (?:the |your )?(?:input|messages|prompt)`,
  String.raw`${NUMBER} \`?(?:input|inputs|prompt)\`? tokens`,
  String.raw`(?:prompt|input|messages)[^.\d]{0,30}(?:resulted in|contains?|has|is|of|:)(?: at least)? ${NUMBER}`,
);
const TOGETHER = either(String.raw`(?:requested|total of|in total)[^.\d]{0,30}${NUMBER}`);

/** `asked`: the limit of the reply that was sent along. */
export function roomIn(text: string, asked: number): Room {
  const sum = SUM.exec(text);
  if (sum) return { prompt: number(sum[1]), context: number(sum[3]) };
  const [context, prompt] = [first(CONTEXT, text), first(PROMPT, text)];
  const together = first(TOGETHER, text);
  const told = prompt ?? (together === undefined || together <= asked ? undefined : together - asked);
  return { ...(context === undefined ? {} : { context }), ...(told === undefined ? {} : { prompt: told }) };
}

/** A smaller limit of the reply that a refusal names; `undefined` when it names none. */
export function replyMaxIn(text: string, asked: number): number | undefined {
  if (!REPLY_LIMIT.test(text)) return undefined;
  const smaller = [...text.matchAll(/((?:code|status|http|error)\W{0,8})?(\d[\d,_]*)(\s*\(exclusive\))?/gi)]
    .filter(([, before, digits = ""]) => before === undefined || !/^[45]\d\d$/.test(digits))
    .map(([, , digits, isOver]) => number(digits) - (isOver === undefined ? 0 : 1))
    .filter((count) => count < asked && count >= REPLY_MAX_MIN);
  return smaller.length > 0 ? Math.max(...smaller) : undefined;
}

const REPLY_LIMIT = /max_(?:completion_|output_|new_)?tokens|maxTokens|maxOutputTokens|max_gen_len|maximum tokens|(?:output|completion|generated|response) tokens/i; // prettier-ignore
/** Smaller numbers in such a text are no limits, but positions. */
const REPLY_MAX_MIN = 64;

const first = (patterns: readonly RegExp[], text: string): number | undefined => {
  const found = patterns.map((pattern) => pattern.exec(text)?.[1]).find((digits) => digits !== undefined);
  return found === undefined ? undefined : number(found);
};

const number = (digits: string | undefined): number => Number((digits ?? "").replaceAll(/[,_]/g, ""));
