import { z } from "zod";
import type { SearchProvider, Since } from "./provider.ts";

/**
 * Brave Search API, web search. Sources, read in November 2026: https://api-dashboard.search.brave.com/documentation/quickstart (keys),
 * github.com/brave/brave-search-skills, skills/web-search/SKILL.md (address, header, parameters with their limits, fields of results),
 * https://api.search.brave.com/app/documentation/web-search/response-headers (limits), and for the form of failures the API's own
 * answers: a key that it does not know is HTTP 422 with the code SUBSCRIPTION_TOKEN_INVALID.
 */
export const brave: SearchProvider = {
  name: "Brave Search",
  url: "https://api.search.brave.com",
  key: { env: "BRAVE_API_KEY", from: "https://api-dashboard.search.brave.com/app/keys" },
  request({ query, count, since }, { url, key = "" }) {
    const parameters = new URLSearchParams({
      q: query,
      count: String(count),
      country: "ALL",
      result_filter: "web",
      text_decorations: "false",
      ...(since === undefined ? {} : { freshness: FRESHNESS[since] }),
    });
    return { url: `${url}/res/v1/web/search?${parameters.toString()}`, headers: { "x-subscription-token": key } };
  },
  async read(answer) {
    const found = Answer.safeParse(answer).data;
    if (!found) return undefined;
    // Here, so that who searches with another does not load it.
    const { htmlToText } = await import("../../documents/html-text.ts");
    /** Its words are HTML. */
    const words = (html: string | null | undefined): string => htmlToText(html ?? "", new URL("about:blank"));
    return {
      pages: (found.web?.results ?? []).flatMap((result) => {
        const page = Result.safeParse(result).data;
        if (!page) return [];
        const { title, url, description, page_age } = page;
        return [{ title: words(title), url, snippet: words(description), published: page_age ?? undefined }];
      }),
    };
  },
  meaning: (status, answer) =>
    status === 422 && Failure.safeParse(answer).data?.error.code.startsWith("SUBSCRIPTION_TOKEN_") ? "key" : undefined,
};

const FRESHNESS: { readonly [Time in Since]: string } = { day: "pd", week: "pw", month: "pm", year: "py" };

/** Without results there is no `web` in it. */
const Answer = z.object({ type: z.literal("search"), web: z.object({ results: z.array(z.unknown()) }).nullish() });
const Result = z.object({
  title: z.string(),
  url: z.string(),
  description: z.string().nullish(),
  page_age: z.string().nullish(),
});
const Failure = z.object({ error: z.object({ code: z.string() }) });
