import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What a licence, or a notice that it wants to be kept, is called in a package. */
const LICENCE_FILE = /^(licen[cs]e|copying|notice)([.-].*)?$/i;

/**
 * The licences of all that Parley brings along: the packages that are installed with it, of whatever system, and those that are built into its
 * pages. Markdown; packages with the same text stand together. `root`: a checkout whose packages are installed.
 */
export function noticesOf(root) {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const found = Object.entries(lock.packages)
    .filter(([path, entry]) => path !== "" && !entry.dev && !entry.devOptional && !entry.peer)
    .map(([path, entry]) => packageAt(root, path, entry));
  const byText = Map.groupBy(found, ({ licence, text }) => `${licence}\n${text}`);
  const parts = [...byText.values()].map((same) => {
    const names = same.map(({ name, version }) => `${name} ${version}`).toSorted();
    return `## ${[...new Set(names)].join(", ")}\n\nLicence: ${same[0].licence}\n${same[0].text === "" ? "" : `\n\`\`\`\`text\n${same[0].text}\n\`\`\`\`\n`}`;
  });
  return `# What Parley brings along\n\nParley itself is under the MIT licence (LICENSE). It comes with the packages below, each under its own.\n\n${parts.toSorted().join("\n")}`;
}

function packageAt(root, path, { version, license }) {
  const folder = join(root, path);
  const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => LICENCE_FILE.test(file)) : [];
  const text = files
    .toSorted()
    .map((file) => readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").trim())
    .join("\n\n");
  return { name, version, licence: license ?? "see below", text };
}
