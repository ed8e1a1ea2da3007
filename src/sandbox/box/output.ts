/**
 * Keeps what a program prints, up to a cap: the head and the tail, with a line between them that says what was cut. Goes on counting
 * after the cap, so that a program which never stops printing costs no memory.
 */
export class CappedOutput {
  /** True once more has come than is kept: the run is to be ended. */
  get overflowed(): boolean {
    return this.#seenBytes > this.#bytesMax;
  }

  readonly #bytesMax: number;
  readonly #onText: ((text: string) => void) | undefined;
  // Bytes that are no UTF-8 become U+FFFD; a letter split over two chunks is put together. One decoder a stream.
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  readonly #head: Piece[] = [];
  readonly #tail: Piece[] = [];
  #headBytes = 0;
  #tailBytes = 0;
  #seenBytes = 0;

  /** @param onText called with what is shown at once, cleaned, up to the cap. */
  constructor(bytesMax: number, onText?: (text: string) => void) {
    this.#bytesMax = bytesMax;
    this.#onText = onText;
  }

  write(stream: StreamName, bytes: Uint8Array): void {
    this.#add(stream, this.#decoders[stream].decode(bytes, { stream: true }));
  }

  /** What was kept. Call it once, at the end. */
  read(): { output: string; stdout: string; stderr: string; outputBytesCut: number } {
    for (const stream of ["stdout", "stderr"] as const) this.#add(stream, this.#decoders[stream].decode());
    const outputBytesCut = this.#seenBytes - this.#headBytes - this.#tailBytes;
    const text = (wanted?: StreamName): string => {
      const [head, tail] = [join(this.#head, wanted), join(this.#tail, wanted)];
      // A stream of which nothing was near the cut is whole, or lies wholly in the head.
      if (outputBytesCut === 0 || (wanted && tail === "")) return cleanText(head + tail);
      return `${cleanText(head)}\n[… ${outputBytesCut} bytes of output cut …]\n${cleanText(tail)}`;
    };
    return { output: text(), stdout: text("stdout"), stderr: text("stderr"), outputBytesCut };
  }

  #add(stream: StreamName, text: string): void {
    if (text === "") return;
    const bytes = Buffer.from(text);
    if (!this.overflowed) this.#onText?.(cleanText(text));
    this.#seenBytes += bytes.length;

    const headRoom = Math.ceil(this.#bytesMax / 2) - this.#headBytes;
    // Once something went to the tail, the head is closed, or a short line would jump ahead of a long one.
    const forHead = this.#tail.length > 0 ? 0 : wholeLetters(bytes, Math.max(0, headRoom));
    if (forHead > 0) this.#head.push({ stream, bytes: bytes.subarray(0, forHead) });
    this.#headBytes += forHead;
    if (forHead < bytes.length) this.#addToTail({ stream, bytes: bytes.subarray(forHead) });
  }

  #addToTail(piece: Piece): void {
    this.#tail.push(piece);
    this.#tailBytes += piece.bytes.length;
    let over = this.#tailBytes - Math.floor(this.#bytesMax / 2);
    while (over > 0) {
      const first = this.#tail[0] as Piece;
      const drop = over >= first.bytes.length ? first.bytes.length : nextLetter(first.bytes, over);
      if (drop >= first.bytes.length) this.#tail.shift();
      else this.#tail[0] = { stream: first.stream, bytes: first.bytes.subarray(drop) };
      this.#tailBytes -= drop;
      over -= drop;
    }
  }
}

export type StreamName = "stdout" | "stderr";

interface Piece {
  readonly stream: StreamName;
  readonly bytes: Buffer;
}

function join(pieces: readonly Piece[], wanted: StreamName | undefined): string {
  return Buffer.concat(pieces.filter((piece) => !wanted || piece.stream === wanted).map((piece) => piece.bytes)).toString();
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

function wholeLetters(bytes: Buffer, upTo: number): number {
  if (upTo >= bytes.length) return bytes.length;
  let end = upTo;
  while (end > 0 && isContinuation(bytes[end])) end--;
  return end;
}

function nextLetter(bytes: Buffer, from: number): number {
  let start = from;
  while (start < bytes.length && isContinuation(bytes[start])) start++;
  return start;
}

// Terminal sequences (colours, cursor moves, window titles), which mean nothing outside a terminal.
const ANSI = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[@-Z\\-_]/g;
// Control marks other than line feed and tab, and the marks that turn the reading direction.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text for people: no terminal sequences, no control marks, no marks that turn the reading direction. */
export function cleanText(text: string): string {
  return text.replace(ANSI, "").replace(/\r\n?/g, "\n").replace(UNSEEN, "");
}
