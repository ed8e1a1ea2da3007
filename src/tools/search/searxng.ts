import { z } from "zod";
import type { SearchProvider } from "./provider.ts";

/**
 * SearXNG, which everybody runs by themselves. Sources, read in November 2026: https://docs.searxng.org/dev/search_api (address, parameters; 403 for a
 * format that is not switched on), https://docs.searxng.org/admin/settings/settings_search.html (only `html` is, at first), github.com/searxng/searxng,
 * searx/webapp.py (what begins with !! is sent on to another site) and searx/webadapter.py (`week` is taken).
 */
export const searxng: SearchProvider = {
  name: "SearXNG",
  request({ query, since }, { url }) {
    const parameters = new URLSearchParams({
      q: query.replaceAll(/(?<!\S)!!\S*/g, "").trim(),
      format: "json",
      ...(since === undefined ? {} : { time_range: since }),
    });
    return { url: `${url}/search?${parameters.toString()}`, headers: {} };
  },
  read(answer) {
    const found = Answer.safeParse(answer).data;
    if (!found) return undefined;
    const pages = found.results.flatMap((result) => {
      const page = Result.safeParse(result).data;
      return page
        ? [{ title: page.title ?? "", url: page.url, snippet: page.content ?? "", published: page.publishedDate ?? undefined }]
        : [];
    });
    // Some engine is away nearly always; that says something only where no other has found anything.
    const silent = (found.unresponsive_engines ?? []).map((engine) => (Array.isArray(engine) ? engine.join(": ") : String(engine)));
    return pages.length > 0 || silent.length === 0 ? { pages } : { pages, trouble: `its engines did not answer: ${silent.join(", ")}` };
  },
  mends: {
    key: (at, status) =>
      status === 401
        ? `wants a login (HTTP 401), and there is none to give. Whoever runs it can let this machine in without one (${at})`
        : `does not answer in JSON (HTTP ${status}). Whoever runs it can switch that on: add \`json\` to \`search.formats\` in its settings.yml, and start it anew (${at})`,
    busy: (at) =>
      `takes this program for a robot, or is asked too often (HTTP 429). Whoever runs it can let this machine pass, in its limiter.toml (${at})`,
  },
};

const Answer = z.object({ results: z.array(z.unknown()), unresponsive_engines: z.array(z.unknown()).nullish() });
const Result = z.object({
  title: z.string().nullish(),
  url: z.string(),
  content: z.string().nullish(),
  publishedDate: z.string().nullish(),
});
