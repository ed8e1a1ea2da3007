import { z } from "zod";
import { isSameMark } from "../../engine/approvals.ts";
import type { Tool } from "../../engine/tool.ts";

/** Small values that are kept, by key; see `editNote`. */
export interface KeptMarks {
  note(key: string): Promise<string | undefined>;
  editNote(key: string, edit: (noted: string | undefined) => string | undefined): Promise<void>;
}

/** What the tools of servers said of themselves when they were last used. */
export interface ToolMarks {
  /** Reads what is kept of a server's tools, so that {@link ToolMarks.hasChanged} knows of it. */
  look(server: string): Promise<void>;
  hasChanged(server: string, tool: Pick<Tool, "name" | "spec">): boolean;
  /** Whether that is so already. */
  isUsed(server: string, tool: Pick<Tool, "name" | "spec">): boolean;
  /** From here on it may say what it says now. */
  used(server: string, tool: Pick<Tool, "name" | "spec">): Promise<void>;
}

/** As many as are kept of a list; a server that gives its tools new names each time fills no store. */
const TOOLS_MAX = 1_000; // A note holds 256 KiB.
const Kept = z.record(z.string(), z.string());

/** Nothing is known of a tool that was never used: its first use, which is allowed as its rule says, is what later ones are held to. */
export function createMarks(kept: KeptMarks | undefined): ToolMarks {
  const known = new Map<string, Map<string, string>>();
  const keyOf = (server: string): string => `tool-marks/${server}`;
  const of = (server: string): Map<string, string> => {
    const marks = known.get(server) ?? new Map<string, string>();
    known.set(server, marks);
    return marks;
  };
  const isUsed: ToolMarks["isUsed"] = (server, { name, spec }) => spec === undefined || of(server).get(name) === spec;
  return {
    async look(server) {
      const noted = await kept?.note(keyOf(server));
      if (noted !== undefined) known.set(server, new Map(Object.entries(read(noted))));
    },
    hasChanged(server, { name, spec }) {
      const mark = of(server).get(name);
      return mark !== undefined && spec !== undefined && !isSameMark(mark, spec);
    },
    isUsed,
    async used(server, tool) {
      const { name, spec } = tool;
      if (spec === undefined || isUsed(server, tool)) return;
      of(server).set(name, spec);
      await kept?.editNote(keyOf(server), (noted) => {
        const { [name]: _before, ...others } = read(noted ?? "{}");
        return JSON.stringify(Object.fromEntries([...Object.entries(others), [name, spec]].slice(-TOOLS_MAX)));
      });
    },
  };
}

const read = (noted: string): { readonly [tool: string]: string } => Kept.parse(JSON.parse(noted));
