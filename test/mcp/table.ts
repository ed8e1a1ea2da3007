import type { OthersServer } from "./servers.ts";

/** A server that was tried, as a row of the table in docs/tools.md. */
export type Row = readonly [packageName: string, version: string, from: string, tools: string, called: string];

const HEADINGS = ["Package", "Version", "From", "Tools", "Called"] as const;

/** `tools`: how many it listed. A tool whose picture was seen is marked. */
export const rowOf = ({ package: name, version, from, calls }: OthersServer, tools: number): Row => [
  `\`${name}\``,
  version,
  from,
  String(tools),
  calls.map(({ tool, picture }) => `\`${tool}\`${picture ? " (picture)" : ""}`).join(", "),
];

/** In Markdown, columns as wide as their widest cell. */
export function tableOf(rows: readonly Row[]): string {
  const widths = HEADINGS.map((heading, at) => Math.max(heading.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  return [line(HEADINGS), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
