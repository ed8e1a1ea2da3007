/**
 * Text from agents, people and programs is hostile. Everything that reaches the page goes through clean(): terminal escapes and control
 * characters are taken out, and characters that reorder or hide text are made visible.
 */

/** A CSI sequence (colours, cursor); bounded so that a long run of digits costs nothing. */
const TERMINAL_SEQUENCE = /(?:\u001b\[|\u009b)[0-?]{0,32}[ -/]{0,8}[@-~]/g;
/** OSC: window titles and terminal hyperlinks; ended by BEL or ST. */
const TERMINAL_COMMAND = /\u001b\][^\u0007\u001b\n]{0,2000}(?:\u0007|\u001b\\)/g;
const ESCAPE = /\u001b/g;
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufeff\ufff9-\ufffb]/g;
/** Embeddings, overrides and isolates: these can show `exe.txt` for `txt.exe`. The weak marks (LRM, RLM, ALM) stay: Arabic and Hebrew need them. */
const BIDI = /[\u202a-\u202e\u2066-\u2069]/g;
const BIDI_NAMES: { readonly [mark: string]: string } = {
  "\u202a": "LRE",
  "\u202b": "RLE",
  "\u202c": "PDF",
  "\u202d": "LRO",
  "\u202e": "RLO",
  "\u2066": "LRI",
  "\u2067": "RLI",
  "\u2068": "FSI",
  "\u2069": "PDI",
};
/** Tag characters spell text that no font shows; only the flags of England, Scotland and Wales use them honestly. */
const TAGS = /(\u{1f3f4}[\u{e0020}-\u{e007f}]{1,8})|[\u{e0000}-\u{e007f}]+/gu;

export function clean(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(TERMINAL_SEQUENCE, "")
    .replace(TERMINAL_COMMAND, "")
    .replace(ESCAPE, "␛")
    .replace(CONTROLS, "")
    .replace(BIDI, (mark) => `⟦${BIDI_NAMES[mark] ?? ""}⟧`)
    .replace(TAGS, (_hidden, flag?: string) => flag ?? "⟦hidden text⟧");
}
