import type { FetchFunction } from "@slack/web-api";
import { httpCall, WholeAnswer, type CallSettings } from "./http-call.ts";

type Answer = Awaited<ReturnType<FetchFunction>>;

/** HTTP 200, and a body that Slack's API never sends: empty, cut off, a page of some proxy's. What was asked for may be done. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";

  constructor(body: string) {
    super(`what came with status 200 is no answer of Slack's: ${body === "" ? "it is empty" : JSON.stringify(body.slice(0, SHOWN_CHARS))}`);
  }
}

const SHOWN_CHARS = 100;

/** What Slack says, with status 200: read once, for all who want it. */
export class SlackAnswer implements Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly headers: Answer["headers"];
  readonly answer: object;
  readonly #words: string;

  constructor({ ok, status, statusText, url, headers }: Answer, words: string) {
    const answer = answerIn(words);
    if (answer === undefined) throw new NoAnswerError(words);
    this.ok = ok;
    this.status = status;
    this.statusText = statusText;
    this.url = url;
    this.headers = headers;
    this.answer = answer;
    this.#words = words;
  }

  async text(): Promise<string> {
    return this.#words;
  }

  async json(): Promise<unknown> {
    return this.answer;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return new TextEncoder().encode(this.#words).buffer;
  }
}

/**
 * `fetch` for the SDK's clients. The SDK takes whatever text it is sent for the code of an error, and so for a no of Slack's: a message that
 * was posted would pass for one that was refused. Here it is a call that did not come back, as with a connection that broke.
 */
export function answersBy(settings: CallSettings = {}): FetchFunction {
  const call = httpCall(settings);
  return (url, request) => call(url, request).then(readIn);
}

/** By `fetch`, what was read cannot be read again, and a second Response with the same words takes longer than to look at them. */
function readIn(response: Answer): Answer | Promise<Answer> {
  if (response.status !== 200) return response;
  if (response instanceof WholeAnswer) return new SlackAnswer(response, response.words);
  return response.text().then((words) => new SlackAnswer(response, words));
}

function answerIn(text: string): object | undefined {
  try {
    const answer = Object(JSON.parse(text)) as { readonly ok?: unknown; readonly error?: unknown };
    const { ok, error } = answer;
    return ok === true || (ok === false && typeof error === "string" && error !== "") ? answer : undefined;
  } catch {
    return undefined;
  }
}
