const NEWLINE = 0x0a;
/** What is held for the next line keeps no more room than this once a longer line is over. */
const KEPT_BYTES_MAX = 65_536;

/** Puts the lines of a stream together again that comes in pieces. What one piece has whole is not copied. */
export class Lines {
  readonly #bytesMax: number;
  /** The beginning of a line, and room for more of it. */
  #held = Buffer.alloc(0);
  #heldBytes = 0;

  /** `bytesMax`: of one line. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /**
   * The lines that end in this piece, without their ends; what is no UTF-8 in them is U+FFFD.
   * @throws RangeError for a line that is longer than it may be.
   */
  take(piece: Buffer): readonly string[] {
    const lines: string[] = [];
    let begin = 0;
    for (let end = piece.indexOf(NEWLINE); end !== -1; end = piece.indexOf(NEWLINE, begin)) {
      if (this.#heldBytes === 0 && end - begin <= this.#bytesMax) lines.push(piece.toString("utf8", begin, end));
      else lines.push(this.#whole(piece.subarray(begin, end)));
      begin = end + 1;
    }
    if (begin < piece.length) this.#hold(piece.subarray(begin));
    return lines;
  }

  clear(): void {
    this.#heldBytes = 0;
    if (this.#held.length > KEPT_BYTES_MAX) this.#held = Buffer.alloc(0);
  }

  #whole(rest: Buffer): string {
    this.#hold(rest);
    const line = this.#held.toString("utf8", 0, this.#heldBytes);
    this.clear();
    return line;
  }

  #hold(part: Buffer): void {
    const bytes = this.#heldBytes + part.length;
    if (bytes > this.#bytesMax) {
      this.clear();
      throw new RangeError(`a line has more than ${this.#bytesMax} bytes`);
    }
    if (bytes > this.#held.length) {
      // Twice as much each time: a line in many small pieces is not copied anew for each of them.
      const more = Buffer.allocUnsafe(Math.min(this.#bytesMax, Math.max(bytes, 2 * this.#held.length)));
      this.#held.copy(more, 0, 0, this.#heldBytes);
      this.#held = more;
    }
    part.copy(this.#held, this.#heldBytes);
    this.#heldBytes = bytes;
  }
}
