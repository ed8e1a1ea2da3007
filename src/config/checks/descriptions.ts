import type { TeamSettings } from "../schema/team-file.ts";
import type { Report } from "./report.ts";

/** From this share of common words on, a model that chooses by descriptions chooses by chance. */
const ALIKE_FROM = 0.8;

/** A selector, and every agent that may hand over, tells agents apart by these lines alone. */
export function checkDescriptions(team: TeamSettings, report: Report): void {
  const seen: { readonly name: string; readonly words: ReadonlySet<string> }[] = [];
  for (const [index, { name, description }] of team.agents.entries()) {
    const words = new Set(description.toLowerCase().match(/[\p{L}\p{N}]+/gu));
    const alike = seen.map((other) => ({ name: other.name, share: similarity(words, other.words) }));
    const [most] = alike.toSorted((one, other) => other.share - one.share);
    if (most && most.share >= ALIKE_FROM)
      report(
        "warning",
        ["agents", index, "description"],
        `"${name}" and "${most.name}" have ${most.share === 1 ? "the same" : "almost the same"} description; say when to call on which.`,
      );
    seen.push({ name, words });
  }
}

/** The share of all words that both have. */
function similarity(some: ReadonlySet<string>, others: ReadonlySet<string>): number {
  const common = [...some].filter((word) => others.has(word)).length;
  return common / Math.max(1, some.size + others.size - common);
}
