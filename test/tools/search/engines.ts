import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { IDLE_STAYS } from "../../support/idle-connections.ts";

/** A server that answers as a search engine does. */
export interface Engine {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** How the next requests are answered: each of these once, the last one from then on. */
  answers(...answers: readonly Answer[]): void;
  close(): Promise<void>;
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: { readonly [name: string]: string };
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

export type Answer =
  | { readonly status?: number; readonly headers?: { readonly [name: string]: string }; readonly json?: unknown; readonly text?: string }
  | ((response: ServerResponse) => void);

export async function startEngine(): Promise<Engine> {
  const asked: Asked[] = [];
  let next: readonly Answer[] = [{ json: {} }];
  const server = createServer(IDLE_STAYS, (request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { pathname, searchParams } = new URL(request.url ?? "/", "http://engine.test");
      const body = Buffer.concat(parts).toString();
      asked.push({
        method: request.method ?? "",
        path: pathname,
        query: Object.fromEntries(searchParams),
        headers: request.headers,
        body: body === "" ? undefined : JSON.parse(body),
      });
      const [answer = {}, ...rest] = next;
      if (rest.length > 0) next = rest;
      if (typeof answer === "function") return answer(response);
      const { status = 200, headers = {}, json, text = JSON.stringify(json ?? {}) } = answer;
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(text);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answers: (...answers) => void (next = answers),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Three pages in the form of each: where it is from is said in src/tools/search. */
export const FOUND = {
  brave: {
    type: "search",
    query: { original: "pears", more_results_available: true },
    web: {
      type: "search",
      results: [
        {
          title: "Pears &amp; how they ripen",
          url: "https://pears.example/ripen",
          description: "They ripen <strong>off</strong> the tree: it&#x27;s best to pick them green.",
          age: "April 12, 2023",
          page_age: "2023-04-12T14:22:41",
          language: "en",
          family_friendly: true,
          meta_url: { scheme: "https", netloc: "pears.example", hostname: "pears.example", path: "› ripen" },
          extra_snippets: ["Kept cold, they wait."],
        },
        { title: "Sorts", url: "https://sorts.example/", description: "Conference, Williams." },
        { title: "No date", url: "https://undated.example/a?b=1&c=2", description: "Juice." },
      ],
    },
    mixed: { type: "mixed", main: [{ type: "web", index: 0, all: false }], top: [], side: [] },
  },
  tavily: {
    query: "pears",
    answer: null,
    follow_up_questions: null,
    images: [],
    results: [
      {
        title: "Pears & how they ripen",
        url: "https://pears.example/ripen",
        content: "They ripen off the tree: it's best to pick them green.",
        score: 0.81,
        raw_content: null,
        published_date: "Wed, 12 Apr 2023 14:22:41 GMT",
      },
      { title: "Sorts", url: "https://sorts.example/", content: "Conference, Williams.", score: 0.7, raw_content: null },
      { title: "No date", url: "https://undated.example/a?b=1&c=2", content: "Juice.", score: 0.2, raw_content: null },
    ],
    response_time: 1.67,
    request_id: "123e4567-e89b-12d3-a456-426614174111",
  },
  exa: {
    requestId: "b5947044c4b78efa9552a7c89b306d95",
    resolvedSearchType: "neural",
    results: [
      {
        id: "https://pears.example/ripen",
        title: "Pears & how they ripen",
        url: "https://pears.example/ripen",
        publishedDate: "2023-04-12T14:22:41.000Z",
        author: null,
        highlights: ["They ripen off the tree: it's best to pick them green."],
        highlightScores: [0.4],
      },
      { id: "2", title: "Sorts", url: "https://sorts.example/", text: "Conference, Williams." },
      { id: "3", title: "No date", url: "https://undated.example/a?b=1&c=2", summary: "Juice.", publishedDate: null },
    ],
    costDollars: { total: 0.005 },
  },
  searxng: {
    query: "pears",
    number_of_results: 0,
    results: [
      {
        url: "https://pears.example/ripen",
        title: "Pears & how they ripen",
        content: "They ripen off the tree: it's best to pick them green.",
        publishedDate: "2023-04-12T14:22:41",
        engine: "mojeek",
        engines: ["mojeek", "qwant"],
        template: "default.html",
        parsed_url: ["https", "pears.example", "/ripen", "", "", ""],
        score: 2,
        category: "general",
      },
      { url: "https://sorts.example/", title: "Sorts", content: "Conference, Williams.", engine: "qwant" },
      { url: "https://undated.example/a?b=1&c=2", title: "No date", content: "Juice.", publishedDate: null, engine: "qwant" },
    ],
    answers: [],
    corrections: [],
    infoboxes: [],
    suggestions: [],
    unresponsive_engines: [["brave", "too many requests"]],
  },
} as const;

/** An answer of each in which nothing was found. */
export const NOTHING = {
  brave: { type: "search", query: { original: "pears" } },
  tavily: { query: "pears", results: [], images: [], response_time: 1 },
  exa: { requestId: "b5", results: [] },
  searxng: { query: "pears", results: [], unresponsive_engines: [] },
} as const;
