import { saidBy, type Said } from "./said.ts";

/** An error of a provider's SDK, of the network or of a stream, read in one way. */
export interface Refusal {
  /** The HTTP status, or the one that the body names; `undefined` for an error on the network, or in a stream that names none. */
  readonly status?: number;
  readonly said: Said;
  readonly headers?: Headers;
  /** What it said, and the codes of the causes below it. For people, and for looking for words in it. */
  readonly text: string;
}

/** What a server has put into a stream, or in place of one. */
export class ServerError extends Error {
  override readonly name = "ServerError";
  readonly said: Said;
  readonly headers: Headers | undefined;

  constructor(said: Said, headers?: Headers) {
    super(said.message || "the server gave no reason");
    this.said = said;
    this.headers = headers;
  }
}

export function refusalOf(error: unknown): Refusal {
  const kept = error instanceof ServerError ? error.said : keptBy(error);
  const said = kept ?? saidBy(field(error, "error"));
  const status = field(error, "status");
  const headers = field(error, "headers");
  const found = typeof status === "number" ? status : said.status;
  return {
    said,
    text: said.message ? [said.message, ...said.codes.filter((code) => !said.message.includes(code) && !/^\d+$/.test(code)).slice(0, 1)].join(": ") : kept ? noReason(error, said) : wordsOf(error), // prettier-ignore
    ...(found === undefined ? {} : { status: found }),
    ...(headers instanceof Headers ? { headers } : {}),
  };
}

function noReason(error: unknown, { codes, status }: Said): string {
  const own = field(error, "status");
  const number = typeof own === "number" ? own : status;
  return [`status ${number ?? "unknown"}, and no reason that can be read`, ...codes.slice(0, 1)].join(": ");
}

/** OpenAI's SDK puts the error itself into `error`, Anthropic's the body around it. */
function keptBy(error: unknown): Said | undefined {
  const body = field(error, "error");
  return (field(body, "said") ?? field(field(body, "error"), "said")) as Said | undefined;
}

/** The messages and codes of an error and of its causes. */
function wordsOf(error: unknown): string {
  const words: string[] = [];
  let at: unknown = error;
  for (let depth = 0; depth < CAUSES_MAX && at !== undefined && at !== null; depth++) {
    const [message, code] = [field(at, "message"), field(at, "code")];
    if (typeof message === "string" && message && !words.includes(message)) words.push(message);
    if (typeof code === "string" && !words.join(" ").includes(code)) words.push(code);
    at = field(at, "cause");
  }
  return words.join(": ") || String(error);
}

const CAUSES_MAX = 5; // A chain of causes may close on itself.

const field = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? (value as { readonly [key: string]: unknown })[key] : undefined;
