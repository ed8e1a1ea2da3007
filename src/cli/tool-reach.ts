import type { ToolSettings } from "../config/schema/tools.ts";
import { searchedBy } from "../config/server-facts.ts";

/** How far agents reach by this tool, for people; nothing of one that says it elsewhere. */
export function reachOf(tool: ToolSettings): string | undefined {
  switch (tool.kind) {
    case "web-fetch":
      return `reads ${tool.hosts ? tool.hosts.join(", ") : "every public host (`hosts` in the team file holds it to some)"}${asked(tool, "each page")}`;
    case "web-search":
      return `searches the web by ${searchedBy(tool)}${asked(tool, "each time")}`;
    case "slack-search":
      return `searches Slack in the name of who asks, for what every reader of the thread may see${asked(tool, "each time")}; the app needs the scope search:read.public`;
    default:
      return undefined;
  }
}

const asked = ({ approval }: { readonly approval: string }, what: string): string =>
  approval === "always" ? `, ${what} after a person's yes` : "";
