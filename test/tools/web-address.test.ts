import { describe, expect, test } from "vitest";
import { hostRule, isPublicAddress, readTarget } from "../../src/tools/web-address.ts";

const read = (text: string, base?: URL) => readTarget(text, { ports: [80, 443] }, isPublicAddress, base);

describe("an IP address of the public internet", () => {
  test.each(["8.8.8.8", "1.1.1.1", "93.184.216.34", "100.63.255.255", "172.32.0.1", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e"])(
    "%s is one",
    (ip) => {
      expect(isPublicAddress(ip)).toBe(true);
    },
  );

  test.each([
    ["127.0.0.1", "loopback"],
    ["127.255.255.254", "loopback"],
    ["0.0.0.0", "this machine"],
    ["10.1.2.3", "private"],
    ["172.16.0.1", "private"],
    ["172.31.255.255", "private"],
    ["192.168.1.1", "private"],
    ["100.64.0.1", "CGNAT"],
    ["100.100.100.200", "metadata of Alibaba"],
    ["169.254.169.254", "metadata of most clouds"],
    ["168.63.129.16", "metadata of Azure"],
    ["192.0.0.192", "metadata of Oracle"],
    ["192.0.2.1", "documentation"],
    ["198.18.0.1", "benchmarks"],
    ["198.51.100.1", "documentation"],
    ["203.0.113.1", "documentation"],
    ["224.0.0.1", "multicast"],
    ["239.255.255.250", "multicast"],
    ["240.0.0.1", "reserved"],
    ["255.255.255.255", "broadcast"],
    ["::", "unspecified"],
    ["::1", "loopback"],
    ["::ffff:127.0.0.1", "mapped"],
    ["::ffff:8.8.8.8", "mapped"],
    ["::ffff:0:7f00:1", "translated"],
    ["::127.0.0.1", "compatible"],
    ["64:ff9b::7f00:1", "NAT64"],
    ["64:ff9b:1::1", "local NAT64"],
    ["100::1", "discard"],
    ["2001::1", "Teredo"],
    ["2001:db8::1", "documentation"],
    ["2002:7f00:1::", "6to4 of loopback"],
    ["3fff::1", "documentation"],
    ["5f00::1", "segment routing"],
    ["fc00::1", "unique local"],
    ["fd00:ec2::254", "metadata of AWS"],
    ["fe80::1", "link-local"],
    ["fe80::1%eth0", "link-local with its interface"],
    ["fec0::1", "site-local"],
    ["ff02::1", "multicast"],
    ["example.com", "no IP address"],
    ["", "nothing"],
  ])("%s is none: %s", (ip) => {
    expect(isPublicAddress(ip)).toBe(false);
  });
});

describe("an address that a model wrote", () => {
  test.each([
    ["https://example.com/page?q=1#part", "https://example.com/page?q=1#part"],
    ["http://example.com:80/", "http://example.com/"],
    ["HTTPS://EXAMPLE.COM", "https://example.com/"],
    ["https://bücher.example/", "https://xn--bcher-kva.example/"],
    ["https://8.8.8.8/dns", "https://8.8.8.8/dns"],
    ["https://[2606:4700:4700::1111]/", "https://[2606:4700:4700::1111]/"],
    ["https://localhost.example.com/", "https://localhost.example.com/"],
  ])("%s may be fetched", (text, href) => {
    expect(read(text)).toEqual({ url: new URL(href) });
  });

  test.each([
    ["example.com", "not an address"],
    ["", "not an address"],
    ["http://", "not an address"],
    ["http://exa mple.com/", "not an address"],
    ["http://999.1.1.1/", "not an address"],
    ["file:///etc/passwd", "only http and https"],
    ["ftp://example.com/", "only http and https"],
    ["data:text/html,hello", "only http and https"],
    ["javascript:alert(1)", "only http and https"],
    ["gopher://example.com/", "only http and https"],
    ["http://user:password@example.com/", "user name or password"],
    ["http://user@example.com/", "user name or password"],
    ["http://example.com@8.8.8.8/", "user name or password"],
    ["http://example.com:22/", "port 22 is not one of 80, 443"],
    ["http://example.com:6379/", "port 6379"],
    ["https://example.com:8443/", "port 8443"],
    ["http://localhost/", "private network"],
    ["http://LOCALHOST./", "private network"],
    ["http://app.localhost/", "private network"],
    ["http://printer.local/", "private network"],
    ["http://printer.local./", "private network"],
    ["http://metadata.google.internal/", "private network"],
    ["http://router.lan/", "private network"],
    ["http://nas.home.arpa/", "private network"],
    ["http://intranet/", "private network"],
    ["http://db/", "private network"],
    ["http://hidden.onion/", "private network"],
    ["http://127.0.0.1/", "not on the public internet"],
    ["http://169.254.169.254/latest/meta-data/", "not on the public internet"],
    ["http://[::1]/", "not on the public internet"],
    ["http://[::ffff:127.0.0.1]/", "not on the public internet"],
    ["http://[::ffff:7f00:1]/", "not on the public internet"],
    ["http://[fd00:ec2::254]/", "not on the public internet"],
    ["http://2130706433/", "unusual"],
    ["http://0x7f000001/", "unusual"],
    ["http://0177.0.0.1/", "unusual"],
    ["http://0x7f.1/", "unusual"],
    ["http://127.1/", "unusual"],
    ["http://134744072/", "unusual"],
    ["http://0x08.8.8.8/", "unusual"],
    ["http://010.8.8.8/", "unusual"],
    ["http://8.8.8.8./", "unusual"],
    ["http://8.8.2056/", "unusual"],
    ["http://134744072/?x=//8.8.8.8", "unusual"],
    ["http://①②⑦.⓪.⓪.①/", "unusual"],
    ["http:8.8.8.8/", "unusual"],
  ])("%s is refused: %s", (text, why) => {
    expect(read(text)).toEqual({ refused: expect.stringContaining(why) });
  });
});

describe("an address that a page redirects to", () => {
  const page = new URL("https://example.com/a/b");

  test.each([
    ["c", "https://example.com/a/c"],
    ["/c", "https://example.com/c"],
    ["//example.org/c", "https://example.org/c"],
    ["http://example.com/c", "http://example.com/c"],
  ])("%s may be followed", (text, href) => {
    expect(read(text, page)).toEqual({ url: new URL(href) });
  });

  test("a path stays on a host that is a number", () => {
    expect(read("/c", new URL("https://8.8.8.8/a"))).toEqual({ url: new URL("https://8.8.8.8/c") });
  });

  test.each([
    ["http://127.0.0.1/", "not on the public internet"],
    ["//localhost/", "private network"],
    ["//2130706433/", "unusual"],
    ["\\\\127.0.0.1/", "unusual"],
    ["file:///etc/passwd", "only http"],
    ["//user:x@example.com/", "user name or password"],
    ["http://example.com:8080/", "port 8080"],
  ])("%s is refused: %s", (text, why) => {
    expect(read(text, page)).toEqual({ refused: expect.stringContaining(why) });
  });
});

test.each([
  ["example.org", "example.org"],
  ["EXAMPLE.Org.", "example.org"],
  ["*.example.org", "*.example.org"],
  ["bücher.example", "xn--bcher-kva.example"],
  ["*.Bücher.example.", "*.xn--bcher-kva.example"],
  ["xn--bcher-kva.example", "xn--bcher-kva.example"],
  ["93.184.216.34", "93.184.216.34"],
  ["[2606:4700::1111]", "[2606:4700::1111]"],
])("the host %s is compared as %s", (text, rule) => {
  expect(hostRule(text)).toBe(rule);
});

test.each([
  "",
  "*",
  "*.",
  "*.*.org",
  "ex*.org",
  "example.org:443",
  "example.org:8080",
  "https://example.org",
  "example.org/a",
  "a@example.org",
  "*.1.2.3.4",
  "a b.org",
  ".org",
])("%j is no host alone", (text) => {
  expect(hostRule(text)).toBeUndefined();
});

test.each([
  ["https://example.org/a", true],
  ["https://EXAMPLE.ORG./a", true],
  ["http://example.org:443/a", true],
  ["https://docs.example.net/", true],
  ["https://a.b.example.net./", true],
  ["https://BÜCHER.example/", true],
  ["https://xn--bcher-kva.example/", true],
  ["https://example.net/", false],
  ["https://www.example.org/", false],
  ["https://example.org.evil.com/", false],
  ["https://notexample.org/", false],
  ["https://evilexample.net/", false],
  ["https://example.com/?u=https://example.org/", false],
  ["https://example.com\\\\@example.org/", false],
  ["https://exämple.org/", false],
  ["https://93.184.216.34/", false],
])("of the listed hosts, %s: %j", (text, isListed) => {
  const hosts = ["Example.org", "*.example.net", "bücher.example"];
  const target = readTarget(text, { ports: [80, 443], hosts }, isPublicAddress);
  expect("url" in target).toBe(isListed);
});

test("an address beyond the list is refused with the list and the mend", () => {
  expect(readTarget("https://evil.example/?q=secret", { ports: [443], hosts: ["example.org"] }, isPublicAddress)).toEqual({
    refused:
      "evil.example is not one of the hosts that may be read: example.org. Whoever runs Parley can add it to `hosts` of this tool in the team file",
  });
});
