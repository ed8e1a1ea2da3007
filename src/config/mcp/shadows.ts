import { lookalikesOf } from "../../lookalikes.ts";
import { calledAs } from "../tool-names.ts";
import type { ToolSettings } from "../schema/tools.ts";

/** A tool of a server, by the names that models read, and what it says of itself. */
interface Listed {
  readonly name: string;
  readonly description: string;
}

interface Named extends Listed {
  readonly server: string;
  /** Without the server's. */
  readonly own: string;
}

const WARNINGS_MAX = 20; // More are the echo of the first.

/**
 * A sentence about each two tools of different servers that a model could take for one another, and about each that speaks of another's: words by
 * which one server could have agents use its tool in another's place. `lists`: by server.
 */
export function shadowsIn(lists: ReadonlyMap<string, readonly Listed[]>, tools: ReadonlyMap<string, ToolSettings>): readonly string[] {
  const ours = [...tools.keys()].flatMap((key): readonly Named[] => {
    const name = calledAs(key, tools);
    return name === undefined ? [] : [{ server: "", own: name, name, description: "" }];
  });
  const named = [...lists].flatMap(([server, list]) =>
    list.map((tool): Named => ({ ...tool, server, own: tool.name.slice(server.length + 2) })),
  );
  const all = [...ours, ...named];
  const alike = all.flatMap((tool, index) => {
    const looks = lookalikesOf([tool.own]);
    return all
      .slice(index + 1)
      .filter((other) => other.server !== tool.server && looks.has(other.own))
      .map(
        (other) => `${whose(tool)} and ${whose(other)} have names that look the same: an agent that has both may take one for the other`,
      );
  });
  const spokenOf = named.flatMap((tool) => {
    const words = new Set(tool.description.match(/[A-Za-z][A-Za-z0-9_-]{3,}/g));
    return all
      .filter((other) => other.server !== tool.server && (words.has(other.name) || (isNoWord(other.own) && words.has(other.own))))
      .map(
        (other) =>
          `${whose(tool)} speaks of ${whose(other)} in its description: words by which agents may be led to use the one for the other`,
      );
  });
  const warnings = [...alike, ...spokenOf];
  const more = warnings.length - WARNINGS_MAX;
  return more > 0 ? [...warnings.slice(0, WARNINGS_MAX), `and ${more} more of the kind`] : warnings;
}

/** Such as `read_file` or `readFile`: a sentence has it for no other reason. */
const isNoWord = (name: string): boolean => /[_-]|[a-z][A-Z]/.test(name);

const whose = ({ server, own }: Named): string => (server === "" ? `the tool ${own}` : `${own} of ${server}`);
