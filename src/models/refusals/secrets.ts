/** Replaces keys: those that are known, and whatever looks like one. A provider quotes a wrong key in its answer. */
export function redact(text: string, secrets: readonly string[]): string {
  const known = secrets
    .filter((secret) => secret.length >= SECRET_LENGTH_MIN)
    .reduce((clean, secret) => clean.replaceAll(secret, REDACTED), text);
  return known
    .replaceAll(/\b(?:(?:sk|pk|rk|gsk|xai|xox[a-z]|xapp|ghp)[-_]|AIza)[A-Za-z0-9*._-]{4,}/g, REDACTED)
    .replaceAll(/\b(Bearer|Basic)\s+[^\s"',;)]+/gi, `$1 ${REDACTED}`)
    .replaceAll(/((?:x-)?api[-_ ]?key(?:["']?\s*[:=]\s*["']?| provided: ))[^\s"',;)]+/gi, `$1${REDACTED}`)
    .replaceAll(/(:\/\/)[^\s/@]+@/g, `$1${REDACTED}@`);
}

const REDACTED = "[redacted]";
const SECRET_LENGTH_MIN = 4; // Shorter ones, such as `none`-like placeholders, would blank out ordinary words.
