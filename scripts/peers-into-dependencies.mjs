// Makes the optional peers plain dependencies of the package.json in this folder, at the versions that are developed with: so that an image
// that installs without development's packages has them.
import { readFileSync, writeFileSync } from "node:fs";

const { dependencies, devDependencies, peerDependencies, ...rest } = JSON.parse(readFileSync("package.json", "utf8"));
const moved = Object.keys(peerDependencies).map((name) => {
  if (!devDependencies[name])
    throw new Error(`${name} is an optional peer and no devDependency: add it there, so that its version is locked`);
  return [name, devDependencies[name]];
});
const kept = Object.entries(devDependencies).filter(([name]) => !(name in peerDependencies));
const changed = {
  ...rest,
  dependencies: { ...dependencies, ...Object.fromEntries(moved) },
  devDependencies: Object.fromEntries(kept),
};
writeFileSync("package.json", `${JSON.stringify(changed, null, 2)}\n`);
