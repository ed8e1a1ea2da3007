// Read by whatever Node the machine has: plain JavaScript, no packages.

/** As `engines` of package.json says; a test holds them together. */
export const NODE_MIN = "22.18";

/** Whether Parley cannot run in this version of Node. */
export function isTooOld(version) {
  const [major, minor] = version.split(".").map(Number);
  const [majorMin, minorMin] = NODE_MIN.split(".").map(Number);
  return major < majorMin || (major === majorMin && minor < minorMin);
}
