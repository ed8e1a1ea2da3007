import { z } from "zod";
import type { SearchProvider } from "./provider.ts";

/**
 * Tavily Search. Sources, read in November 2026: https://docs.tavily.com/documentation/api-reference/endpoint/search (address, header, at most 20 results,
 * fields), github.com/tavily-ai/tavily-js, src/search.ts (`published_date`), https://help.tavily.com/articles/8645538886-understanding-http-errors
 * (432: the plan is used up; 433: so is what is paid as it goes).
 */
export const tavily: SearchProvider = {
  name: "Tavily",
  url: "https://api.tavily.com",
  key: { env: "TAVILY_API_KEY", from: "https://app.tavily.com" },
  request: ({ query, count, since }, { url, key = "" }) => ({
    url: `${url}/search`,
    headers: { authorization: `Bearer ${key}` },
    body: { query, max_results: count, search_depth: "basic", ...(since === undefined ? {} : { time_range: since }) },
  }),
  read(answer) {
    const found = Answer.safeParse(answer).data;
    return (
      found && {
        pages: found.results.flatMap((result) => {
          const page = Result.safeParse(result).data;
          return page
            ? [{ title: page.title ?? "", url: page.url, snippet: page.content ?? "", published: page.published_date ?? undefined }]
            : [];
        }),
      }
    );
  },
  meaning: (status) => (status === 432 || status === 433 ? "spent" : undefined),
};

const Answer = z.object({ results: z.array(z.unknown()) });
const Result = z.object({
  title: z.string().nullish(),
  url: z.string(),
  content: z.string().nullish(),
  published_date: z.string().nullish(),
});
