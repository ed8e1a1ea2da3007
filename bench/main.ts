import { readdirSync } from "node:fs";
import { basename } from "node:path";

/** `npm run bench -- [NAME]`: runs one benchmark of this folder, or says which there are. Each prints ratios of one run. */
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".ts") && file !== basename(import.meta.filename))
  .map((file) => basename(file, ".ts"));
const [name, ...rest] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  console.error(`usage: npm run bench -- NAME\nThere are: ${names.join(", ")}.`);
  process.exit(2);
}
process.argv.splice(2, process.argv.length - 2, ...rest);
await import(`./${name}.ts`);
