import { z } from "zod";
import type { SearchProvider, Since } from "./provider.ts";

/**
 * Exa. Sources, read in November 2026: https://exa.ai/docs/reference/search (address, header, parameters, fields),
 * https://exa.ai/docs/reference/error-codes (401 for the key, 402 for what is used up, 429 for the rate).
 */
export const exa: SearchProvider = {
  name: "Exa",
  url: "https://api.exa.ai",
  key: { env: "EXA_API_KEY", from: "https://dashboard.exa.ai/api-keys" },
  request: ({ query, count, since, nowMs }, { url, key = "" }) => ({
    url: `${url}/search`,
    headers: { "x-api-key": key },
    body: {
      query,
      numResults: count,
      type: "auto",
      contents: { highlights: true },
      ...(since === undefined ? {} : { startPublishedDate: new Date(nowMs - DAYS[since] * DAY_MS).toISOString() }),
    },
  }),
  read(answer) {
    const found = Answer.safeParse(answer).data;
    return (
      found && {
        pages: found.results.flatMap((result) => {
          const page = Result.safeParse(result).data;
          if (!page) return [];
          const snippet = page.highlights?.length ? page.highlights.join(" … ") : (page.summary ?? page.text ?? "");
          return [{ title: page.title ?? "", url: page.url, snippet, published: page.publishedDate ?? undefined }];
        }),
      }
    );
  },
};

const DAY_MS = 86_400_000;
const DAYS: { readonly [Time in Since]: number } = { day: 1, week: 7, month: 31, year: 365 };

const Answer = z.object({ results: z.array(z.unknown()) });
const Result = z.object({
  title: z.string().nullish(),
  url: z.string(),
  publishedDate: z.string().nullish(),
  highlights: z.array(z.string()).nullish(),
  summary: z.string().nullish(),
  text: z.string().nullish(),
});
