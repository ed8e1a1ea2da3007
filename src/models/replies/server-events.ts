import { createParser } from "eventsource-parser";
import { ServerError } from "../refusals/refusal.ts";
import { isError, isPage, saidBy, saidIn } from "../refusals/said.ts";

/**
 * What a server sends in answer to a request for a stream. `document`: a whole JSON reply in one piece, from a server that does not stream.
 * `done`: it said that nothing more comes.
 */
export type ServerEvent =
  /** `name`: of its `event:` line. */
  | { readonly type: "event"; readonly value: unknown; readonly name?: string }
  | { readonly type: "document"; readonly value: unknown }
  | { readonly type: "done" };

/**
 * Reads a stream of events, however a server frames it: with or without `event:` lines, as lines of JSON, or as one JSON document. Gives what
 * comes in one packet at once: a step for each chunk costs more than the chunk. Throws {@link ServerError} for what is an error in any shape,
 * for a page, and for what cannot be read, saying what came; what came before it has been given by then. In the first packet an error is a
 * refusal, whatever stands before it.
 */
export async function* serverEvents(response: Response): AsyncGenerator<readonly ServerEvent[], void, void> {
  const contentType = response.headers.get("content-type") ?? "no content type";
  let events: ServerEvent[] = [];
  const read = readerOf(contentType, response.headers, (event) => void events.push(event));
  const decoder = new TextDecoder();
  const body = response.body?.getReader();
  let hasGiven = false;
  const taken = (): readonly ServerEvent[] => {
    const batch = events;
    [events, hasGiven] = [[], true];
    return batch;
  };
  try {
    for (let step = await body?.read(); step && !step.done; step = await body?.read()) {
      read.feed(decoder.decode(step.value, { stream: true }));
      if (events.length > 0) yield taken();
    }
    read.end(decoder.decode());
    if (events.length > 0) yield taken();
  } catch (error) {
    if (hasGiven && events.length > 0) yield taken();
    throw error;
  } finally {
    void body?.cancel().catch(() => undefined); // Nobody reads on; the connection may be gone already.
  }
}

type Found = (event: ServerEvent) => void;

interface Reader {
  feed(text: string): void;
  end(rest: string): void;
}

/** As its first character says, for content types lie. */
function readerOf(contentType: string, headers: Headers, found: Found): Reader {
  let begun = "";
  let reader: Reader | undefined;
  return {
    feed(text) {
      if (reader) return reader.feed(text);
      begun += text;
      const start = begun.trimStart();
      if (start === "") return;
      reader =
        /^[[{<"]/.test(start) && !IS_DONE.test(start)
          ? documentReader(contentType, headers, found)
          : streamReader(contentType, headers, found);
      // Blanks and marks of byte order in front, of which some proxies set one more, say nothing.
      reader.feed(start);
    },
    end(rest) {
      if (rest) this.feed(rest);
      if (reader) reader.end("");
      else throw new ServerError({ message: "the server sent nothing", codes: [], isUnreadable: true }, headers);
    },
  };
}

function streamReader(contentType: string, headers: Headers, found: Found): Reader {
  let seen = "";
  let count = 0;
  const parser = createParser({
    maxBufferSize: DOCUMENT_CHARS_MAX,
    onError({ type, line = "", field, value = "" }) {
      if (type === "max-buffer-size-exceeded") throw unreadable("an event that is far too long", headers);
      if (IS_DONE.test(line)) found({ type: "done" });
      // Older servers of llama.cpp name the field so.
      if (field === "error") throw new ServerError(saidIn(value), headers);
    },
    onEvent({ event, data: written }) {
      count++;
      const data = written.startsWith("data:") ? written.replace(/^(?:data:\s*)+/, "") : written;
      const value = event === "error" ? BROKEN : objectIn(data);
      if (value === BROKEN) for (const one of valuesOf(data.trim(), event)) take(event, one);
      else take(event, value);
    },
  });
  function take(event: string | undefined, value: unknown): void {
    if (value === DONE) found({ type: "done" });
    else if (event === "error" || isError(value)) throw new ServerError(saidBy(value), headers);
    else if (isEnd(event, value)) {
      found({ type: "event", value });
      found({ type: "done" });
    } else found(event === undefined ? { type: "event", value } : { type: "event", value, name: event });
  }
  function* valuesOf(data: string, event: string | undefined): Generator<unknown, void, void> {
    if (data === "" || BEATS.test(data)) return;
    if (IS_DONE.test(data)) return yield DONE;
    const whole = looseJsonOf(data);
    if (whole !== BROKEN) return yield whole;
    // Some proxies leave out the empty line between two events, or the end of the line, too.
    if (event === "error") return yield data;
    for (const line of data.split("\n").flatMap(apart)) {
      const value = IS_DONE.test(line) ? DONE : jsonOf(line);
      if (value !== BROKEN) yield value;
      else if (!line.startsWith(":")) throw unreadable(`an event that is no JSON: ${first(line)}`, headers);
    }
  }
  return {
    feed(text) {
      if (seen.length < FIRST_CHARS_MAX) seen += text;
      parser.feed(text);
    },
    end() {
      parser.feed("\n\n"); // The last event may lack its empty line.
      if (count === 0 && !/^(?:\ufeff)?\s*:/.test(seen)) throw plainWords(seen, contentType, headers);
    },
  };
}

/** What nearly every event is: one object of JSON. */
const objectIn = (data: string): unknown => (data.startsWith("{") ? jsonOf(data) : BROKEN);

const DONE = "[DONE]";
const IS_DONE = /^\s*"?(?:\[(?:DONE|EOF)\]|<\|done\|>)"?\s*$/i;

/** Whether an event says by its name that it is the last one. */
const isEnd = (event: string | undefined, value: unknown): boolean =>
  (event === "done" || event === "end") && (typeof value !== "object" || value === null || !("choices" in value || "type" in value));

/** Documents of a line that stand one behind the other; the line itself where it is none. */
function apart(line: string): readonly string[] {
  const text = line.trim();
  if (jsonOf(text) !== BROKEN) return [text];
  const parts = text.split(/(?<=\})\s*(?:data:\s*)?(?=\{"|\[DONE\])/);
  return parts.every((part) => part === DONE || jsonOf(part) !== BROKEN) ? parts : [text];
}
const BROKEN = Symbol("no JSON");
/** What some proxies send as data to keep a connection open. */
const BEATS = /^"?(?:ping|pong|heartbeat|keep-?alive)"?$/i;

function documentReader(contentType: string, headers: Headers, found: Found): Reader {
  let text = "";
  return {
    feed(more) {
      text += more;
      if (text.length > DOCUMENT_CHARS_MAX) throw unreadable("a document that is far too long", headers);
    },
    end() {
      if (isPage(text)) throw new ServerError(saidIn(text), headers);
      const whole = documentIn(text.replace(/^\s*\ufeff/, ""));
      if (whole !== BROKEN) {
        if (isError(whole)) throw new ServerError(saidBy(whole), headers);
        // A list of documents is a stream in one piece.
        if (Array.isArray(whole) && whole.length > 1) for (const value of whole as readonly unknown[]) found({ type: "event", value });
        else found({ type: "document", value: Array.isArray(whole) ? (whole[0] as unknown) : whole });
        return;
      }
      for (const line of text
        .split("\n")
        .flatMap(apart)
        .filter((one) => one !== "")) {
        if (IS_DONE.test(line)) return found({ type: "done" });
        const value = jsonOf(line);
        if (value === BROKEN) throw plainWords(text, contentType, headers);
        if (isError(value)) throw new ServerError(saidBy(value), headers);
        found({ type: "event", value });
      }
    },
  };
}

const DOCUMENT_CHARS_MAX = 4_000_000; // Far above any reply; also guards against a server that never ends.

/** Gateways put a document into a string. */
function documentIn(text: string): unknown {
  const whole = jsonOf(text);
  const inner = typeof whole === "string" ? jsonOf(whole) : whole;
  return typeof inner === "object" && inner !== null ? inner : BROKEN;
}

/** For a document that holds no reply. */
export const noReply = (value: unknown): ServerError =>
  new ServerError({
    message: `in place of a reply came JSON, which begins with: ${first(JSON.stringify(value))}`,
    codes: [],
    isUnreadable: true,
  });

const plainWords = (text: string, contentType: string, headers: Headers): ServerError =>
  unreadable(`${contentType.split(";")[0]}, which begins with: ${first(text)}`, headers);

const unreadable = (what: string, headers: Headers): ServerError =>
  new ServerError({ message: `in place of a reply came ${what}`, codes: [], isUnreadable: true }, headers);

const FIRST_CHARS_MAX = 120;

const first = (text: string): string => JSON.stringify(text.trim().slice(0, FIRST_CHARS_MAX));

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return BROKEN;
  }
}

/** Python writes numbers that JSON has not. */
function looseJsonOf(text: string): unknown {
  const value = jsonOf(text);
  return value === BROKEN && /NaN|Infinity/.test(text)
    ? jsonOf(text.replaceAll(/([:[,]\s*)-?(?:NaN|Infinity)(?=\s*[,}\]])/g, "$1null"))
    : value;
}
