export const PREVIEW_BYTES_MAX = 65_536; // Enough to judge a file; the rest is a download.

/** Reads no more than a preview needs, however large the file is. Throws when it cannot be had. */
export async function readHead(url: string): Promise<{ readonly text: string; readonly isCut: boolean }> {
  const response = await fetch(url);
  const reader = response.body?.getReader();
  if (!response.ok || !reader) throw new Error(String(response.status));
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  while (size < PREVIEW_BYTES_MAX) {
    const { done, value } = await reader.read();
    if (done) return { text, isCut: false };
    text += decoder.decode(value.subarray(0, PREVIEW_BYTES_MAX - size), { stream: true });
    size += value.length;
  }
  await reader.cancel();
  return { text, isCut: true };
}
