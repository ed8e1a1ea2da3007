import { BlockList, isIP } from "node:net";

/** Where a fetch may go: an address that was looked at, or why it is refused, in words that end a sentence about it. */
export type Target = { readonly url: URL } | { readonly refused: string };

/**
 * Reads an address that a model wrote or a page redirects to. `base` is the page it was found on. What a name stands for is looked at later,
 * with each connection; here it is all that can be told from the text.
 */
export function readTarget(
  text: string,
  { ports, hosts }: { readonly ports: readonly number[]; readonly hosts?: readonly string[] | undefined },
  mayReach: (ip: string) => boolean,
  base?: URL,
): Target {
  const url = URL.parse(text, base?.href);
  if (!url) return { refused: "it is not an address such as https://example.com/page" };
  if (url.protocol !== "http:" && url.protocol !== "https:") return { refused: "only http and https can be fetched" };
  if (url.username || url.password) return { refused: "it carries a user name or password" };
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  if (!ports.includes(port)) return { refused: `port ${port} is not one of ${ports.join(", ")}` };
  if (hosts && !isListedHost(url.hostname, hosts))
    return {
      refused: `${url.hostname.slice(0, HOST_CHARS_MAX)} is not one of the hosts that may be read: ${hosts.join(", ")}. Whoever runs Parley can add it to \`hosts\` of this tool in the team file`,
    };
  const ip = ipOf(url);
  if (ip === undefined) return isLocalName(url.hostname) ? { refused: "the name is one of a private network" } : { url };
  if (isIP(ip) === 4 && url.host !== base?.host && !isWrittenOut(text, url))
    return { refused: "the number of its host is written in an unusual way" };
  return mayReach(ip) ? { url } : { refused: "it is not on the public internet" };
}

const HOST_CHARS_MAX = 253; // What DNS takes.

/** How the host is compared: small letters, international names as DNS has them, without the dot that a full name may end on. */
const comparable = (hostname: string): string => hostname.toLowerCase().replace(/\.$/, "");

/**
 * A host as a list names it, such as `example.org` or `*.example.org`, in the form in which addresses have it; nothing for what is no host alone:
 * a port, a path, a star elsewhere.
 */
export function hostRule(text: string): string | undefined {
  const bare = text.startsWith("*.") ? text.slice(2) : text;
  if (/[*\s/\\?#@%]/.test(bare) || bare.startsWith(".")) return undefined;
  const url = URL.parse(`https://${bare}/`);
  // 443 would vanish behind https.
  if (!url || url.port !== "" || /:\d*$/.test(bare) || url.hostname === "") return undefined;
  const host = comparable(url.hostname);
  if (text === bare) return host;
  return ipOf(url) === undefined ? `*.${host}` : undefined;
}

/** `*.example.org`: every name below it, and not itself. */
function isListedHost(hostname: string, hosts: readonly string[]): boolean {
  const host = comparable(hostname);
  return hosts
    .flatMap((text) => hostRule(text) ?? [])
    .some((rule) => (rule.startsWith("*.") ? host.endsWith(rule.slice(1)) : host === rule));
}

/** Whether an IP address is one of the public internet, by IANA's registries of special-purpose addresses. */
export function isPublicAddress(ip: string): boolean {
  if (ip.includes("%")) return false; // A link-local address with its interface.
  switch (isIP(ip)) {
    case 4:
      return !NOT_PUBLIC.check(ip, "ipv4");
    case 6:
      return GLOBAL_UNICAST.check(ip, "ipv6") && !NOT_PUBLIC.check(ip, "ipv6");
    default:
      return false;
  }
}

/** The host when it is a number; the resolver is never asked for one. */
function ipOf({ hostname }: URL): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, "");
  return isIP(bare) ? bare : undefined;
}

/** URL takes 2130706433, 0x7f.1 and 0177.0.0.1 for 127.0.0.1; people and other checks do not. */
function isWrittenOut(text: string, { hostname }: URL): boolean {
  const from = text.indexOf(`//${hostname}`);
  return from >= 0 && from === text.indexOf("//") && /^([:/?#]|$)/.test(text.slice(from + 2 + hostname.length));
}

function isLocalName(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.$/, "");
  // A name without a dot is completed by the machine's own search list.
  return !name.includes(".") || LOCAL_ENDINGS.some((ending) => name.endsWith(ending));
}

const LOCAL_ENDINGS = [".localhost", ".local", ".localdomain", ".internal", ".intranet", ".lan", ".home", ".corp", ".home.arpa", ".onion"];

const NOT_PUBLIC = new BlockList();
const V4: readonly (readonly [network: string, prefix: number])[] = [
  ["0.0.0.0", 8], // this network
  ["10.0.0.0", 8], // private
  ["100.64.0.0", 10], // shared by the customers of a provider (CGNAT); Alibaba's metadata
  ["127.0.0.0", 8], // loopback
  ["168.63.129.16", 32], // Azure's own, of the look of a public one
  ["169.254.0.0", 16], // link-local; the metadata of most clouds
  ["172.16.0.0", 12], // private
  ["192.0.0.0", 24], // protocol assignments; Oracle's metadata
  ["192.0.2.0", 24], // documentation
  ["192.88.99.0", 24], // 6to4 relays
  ["192.168.0.0", 16], // private
  ["198.18.0.0", 15], // benchmarks
  ["198.51.100.0", 24], // documentation
  ["203.0.113.0", 24], // documentation
  ["224.0.0.0", 4], // multicast
  ["240.0.0.0", 4], // reserved, and broadcast
];
for (const [network, prefix] of V4) NOT_PUBLIC.addSubnet(network, prefix, "ipv4");

/** Everything else of IPv6 is local, mapped, translated (NAT64) or not given out. */
const GLOBAL_UNICAST = new BlockList();
GLOBAL_UNICAST.addSubnet("2000::", 3, "ipv6");
const V6: readonly (readonly [network: string, prefix: number])[] = [
  ["2001::", 23], // protocol assignments; Teredo, which holds an IPv4 address
  ["2001:db8::", 32], // documentation
  ["2002::", 16], // 6to4, which holds an IPv4 address
  ["3fff::", 20], // documentation
];
for (const [network, prefix] of V6) NOT_PUBLIC.addSubnet(network, prefix, "ipv6");
