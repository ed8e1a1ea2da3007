/** Between the id of a call and that of what it wants a yes for, which together are the id of the approval. */
const MARK = "~wish-";

export const wishId = (call: string, wish: string): string => `${call}${MARK}${wish}`;

/** The call that wants this approval, and what it calls it; nothing for the approval of a call itself, or of code. */
export function wishIn(approval: string): { readonly call: string; readonly wish: string } | undefined {
  const at = approval.lastIndexOf(MARK);
  return at < 0 ? undefined : { call: approval.slice(0, at), wish: approval.slice(at + MARK.length) };
}
