/** What of files can be read as words: by their content, and where that leaves it open by what they are said to be. */

/** Said of files whose content is text in whatever encoding. */
const TEXT_TYPE = /^text\/|[/+](?:json|xml|yaml|x-yaml|toml|csv|javascript|typescript|sql|x-sh|x-httpd-php|x-ndjson)\b/i;

/** The text of a file; `undefined` of one that is none, such as an image or an archive. */
export function textIn({ mediaType, content }: { readonly mediaType: string; readonly content: Uint8Array }): string | undefined {
  const [first, second] = content;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(content);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(content);
  if (!content.includes(0)) {
    const text = utf8(content);
    if (text !== undefined) return text;
  }
  // Every byte is a character there: nothing is passed over because of one that does not fit.
  return TEXT_TYPE.test(mediaType) ? new TextDecoder("windows-1252").decode(content) : undefined;
}

function utf8(content: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return undefined;
  }
}

/** A text that was changed is UTF-8 from then on. */
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
