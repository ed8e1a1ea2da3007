import type { DocumentKind } from "./document.ts";

/** What the process in which a document is read is asked; it answers with a `DocumentText`. */
export interface ParserRequest {
  readonly kind: DocumentKind;
  readonly content: Uint8Array;
  readonly charsMax: number;
  readonly memoryBytesMax: number;
}

/** Its exit code when reading takes more memory than that. */
export const OUT_OF_MEMORY = 9;
