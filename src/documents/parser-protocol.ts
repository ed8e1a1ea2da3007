import type { DocumentKind, DocumentText } from "./document.ts";

/** What the process in which a document is read is asked. */
export interface ParserRequest {
  readonly kind: DocumentKind | "text";
  readonly content: Uint8Array;
  readonly charsMax: number;
  readonly memoryBytesMax: number;
}

/** What it answers. */
export type ParserAnswer = DocumentText | { readonly kind: "no text" };

/** Its exit code when reading takes more memory than that. */
export const OUT_OF_MEMORY = 9;
