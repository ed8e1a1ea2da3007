/**
 * Whether words end with this text as one that ends a conversation does: alone on the last line, or behind the last sentence. Marks around it
 * and a stop behind it do not count. Not within a sentence ("reply with TERMINATE"), in a quotation, or in a block of code.
 */
export function endingWith(text: string): (words: string) => boolean {
  const bare = text.trimEnd();
  const isDress = LOOSE.test(bare.at(-1) ?? "") && bare.replace(TRAILING, "") === "";
  const wanted = isDress ? bare : bare.replace(TRAILING, "");
  return (words) => {
    // Most words hold it nowhere: that is seen at once.
    if (!words.includes(wanted)) return false;
    const said = words.trimEnd();
    if (FENCE.test(said)) return false;
    const end = isDress ? said : said.replace(TRAILING, "");
    return end.endsWith(wanted) && SENTENCE_ENDED.test(end.slice(0, -wanted.length));
  };
}

/** The last line closes a block of code. */
const FENCE = /(?:^|\n)[ \t]*(?:`{3,}|~{3,})$/;
const LOOSE = /[\s*_`~"'“”‘’()[\]<>.!?…。！？]/;
/** What may stand behind a stop word and is no more than its dress. */
const TRAILING = new RegExp(`${LOOSE.source}+$`, "u");
/** A line's beginning, a sentence's end, a bracket, an emoji or a dash, and then nothing but dress. */
const SENTENCE_ENDED = /(?:^|[\n.!?…。！？:：;；)\]}）】]|\p{Extended_Pictographic}\uFE0F?|(?:^|\s)[-–—#])[ \t*_`~"'“‘([<]*$/u;
