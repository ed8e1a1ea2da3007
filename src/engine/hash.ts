/** FNV-1a, 32 bits: it tells words and names apart where few are compared, and keeps nothing secret. */
export function hashOf(text: string): number {
  let hash = HASH_START;
  for (let at = 0; at < text.length; at++) hash = hashedOn(hash, text.charCodeAt(at));
  return hash;
}

/** That of no text. */
export const HASH_START = 0x811c9dc5;

/** That of a text and the code behind it, given that of the text. */
export const hashedOn = (hash: number, code: number): number => Math.imul(hash ^ code, 0x01000193);
