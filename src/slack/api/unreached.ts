/** Why no answer came, and what to look at: the innermost reason, which says more than "fetch failed". */
export function unreached(error: unknown): string {
  let reason = error;
  for (let depth = 0; depth < DEPTH_MAX && reason instanceof Error; depth++) {
    const inner = "original" in reason ? reason.original : reason.cause;
    if (!(inner instanceof Error)) break;
    reason = inner;
  }
  const words = reason instanceof Error ? reason.message || ("code" in reason ? String(reason.code) : reason.name) : String(reason);
  return `${words}. Look at this machine's network and its way out (a proxy, a firewall), and at SLACK_API_URL where it is set; then start again.`;
}

const DEPTH_MAX = 8;
