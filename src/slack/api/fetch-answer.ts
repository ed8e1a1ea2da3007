import type { FetchFunction } from "@slack/web-api";
import { httpCall, type CallSettings } from "./http-call.ts";

/** HTTP 200, and a body that Slack's API never sends: empty, cut off, a page of some proxy's. What was asked for may be done. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";

  constructor(body: string) {
    super(`what came with status 200 is no answer of Slack's: ${body === "" ? "it is empty" : JSON.stringify(body.slice(0, SHOWN_CHARS))}`);
  }
}

const SHOWN_CHARS = 100;

/**
 * `fetch` for the SDK's clients. The SDK takes whatever text it is sent for the code of an error, and so for a no of Slack's: a message that
 * was posted would pass for one that was refused. Here it is a call that did not come back, as with a connection that broke.
 */
export function answersBy(settings: CallSettings = {}): FetchFunction {
  const call = httpCall(settings);
  return async (url, request) => {
    const response = await call(url, request);
    if (response.status !== 200) return response;
    const text = await response.text();
    const answer = answerIn(text);
    if (answer === undefined) throw new NoAnswerError(text);
    // By `fetch`, what was read cannot be read again, and a second Response with the same words takes longer than to look at them.
    const { ok, status, statusText, url: from, headers } = response;
    const arrayBuffer = async () => new TextEncoder().encode(text).buffer;
    return { ok, status, statusText, url: from, headers, text: async () => text, json: async () => answer, arrayBuffer };
  };
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
