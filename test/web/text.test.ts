import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { chromiumPath, watchForTrouble } from "../support/browser/chromium.ts";
import { GENERAL, useLocalPage } from "../support/browser/local-page.ts";

const ATTACKS = [
  `<img src=x onerror="document.title='pwned'">`,
  `</script><script>alert(1)</script>`,
  `<svg/onload=alert(1)>`,
  `<style>*{display:none}</style>`,
  `<iframe src="https://evil.example/"></iframe>`,
  `" onmouseover="alert(1)`,
  `{{constructor.constructor('alert(1)')()}}`,
];

describe.skipIf(!chromiumPath())("text on the page", () => {
  const local = useLocalPage();

  /** A page that shows one message, and what went wrong while it did. */
  async function shown(message: object): Promise<{ page: Page; trouble: readonly string[] }> {
    let trouble: readonly string[] = [];
    const page = await local.open("", { watch: (fresh) => (trouble = watchForTrouble(fresh)) });
    await local.api("chat.postMessage", { channel: GENERAL, text: "…", ...message });
    await page.locator("#channel .message").waitFor();
    return { page, trouble };
  }

  const body = (page: Page) => page.locator("#channel .message .body");

  test.each(["markdown", "section", "rich_text", "plan", "plain text", "persona"])(
    "hostile text in a %s stays text, and the security policy is never broken",
    async (place) => {
      const attack = ATTACKS.join("\n");
      const escaped = attack.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
      const messages: { [place: string]: object } = {
        markdown: { blocks: [{ type: "markdown", text: attack }] },
        section: { blocks: [{ type: "section", text: { type: "mrkdwn", text: escaped } }] },
        rich_text: {
          blocks: [{ type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text: attack }] }] }],
        },
        plan: {
          blocks: [
            {
              type: "plan",
              title: ATTACKS[0],
              tasks: ATTACKS.map((title, at) => ({ type: "task_card", task_id: `${at}`, title, status: "error" })),
            },
          ],
        },
        "plain text": { text: attack },
        persona: { text: attack, username: ATTACKS[0], icon_url: "https://evil.example/face.png" },
      };
      const { page, trouble } = await shown(messages[place] ?? {});
      const row = page.locator("#channel .message");
      for (const line of ATTACKS) expect(await row.innerText()).toContain(line);
      expect(await row.locator("script, iframe, style, img, svg:not(.icon, .mark)").count()).toBe(0);
      // What pointing at it might set off.
      await row.hover();
      expect(await page.title()).not.toContain("pwned");
      expect(trouble).toEqual([]);
    },
  );

  test("links go to the web or to mail only; others show where they point", async () => {
    const text = [
      "[a](javascript:alert(1))",
      "[b](data:text/html,x)",
      "[c](//evil.example)",
      "[d](/page/state)",
      "[ok](https://example.com/ok)",
      "<javascript:alert(2)>",
      "[x](JaVaScRiPt:alert(3))",
      "www.example.org",
    ].join("\n\n");
    const { page, trouble } = await shown({
      blocks: [
        { type: "markdown", text },
        { type: "section", text: { type: "mrkdwn", text: "<javascript:alert(4)|press me> <https://example.com/slack|label>" } },
      ],
    });
    const links = body(page).locator("a");
    const hrefs = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href")));
    expect(hrefs).toEqual(["https://example.com/ok", "https://www.example.org/", "https://example.com/slack"]);
    expect(await links.evaluateAll((all) => all.map((link) => `${link.getAttribute("rel")} ${link.getAttribute("target")}`))).toEqual(
      Array(3).fill("noopener noreferrer _blank"),
    );
    expect(await body(page).innerText()).toContain("a (javascript:alert(1))");
    expect(trouble).toEqual([]);
  });

  test("marks that reorder or hide text are made visible, and terminal escapes are taken out", async () => {
    const { page } = await shown({
      blocks: [
        { type: "markdown", text: "invoice\u202Efdp.exe \u001b[31mred\u001b[0m \u001b]0;title\u0007bell\u0008 \u{E0069}\u{E0067}n" },
      ],
    });
    expect(await body(page).innerText()).toBe("invoice⟦RLO⟧fdp.exe red bell ⟦hidden text⟧n");
  });

  test("right-to-left names and texts do not reorder what stands beside them", async () => {
    const { page } = await shown({ text: "שלום עולם", username: "דנה" });
    const [name, badge] = await Promise.all([
      page.locator("#channel .author").boundingBox(),
      page.locator("#channel .badge").boundingBox(),
    ]);
    expect((name?.x ?? 0) < (badge?.x ?? 0)).toBe(true);
    expect(
      await body(page)
        .locator("[dir=auto]")
        .first()
        .evaluate((element) => element.ownerDocument.defaultView?.getComputedStyle(element).direction),
    ).toBe("rtl");
  });

  test("no text rings a bell: broadcasts are words, and what was escaped stays escaped", async () => {
    const { page } = await shown({
      blocks: [
        { type: "markdown", text: "<!channel> and `<!here>`" },
        {
          type: "section",
          text: {
            type: "mrkdwn",
            text: "&lt;!channel&gt; &amp;lt;b&amp;gt; <@U0JONAS> <#C0ENG|engineering> *bold* _it_ ~no~ `*raw*` 2*3*4 :gear:",
          },
        },
      ],
    });
    expect(await body(page).innerText()).toBe(
      "<!channel> and <!here>\n\n<!channel> &lt;b&gt; @Jonas #engineering bold it no *raw* 2*3*4 ⚙️",
    );
    expect(await body(page).locator("strong, em, s").allInnerTexts()).toEqual(["bold", "it", "no"]);
  });

  test("Markdown is shown as GitHub shows it", async () => {
    const text = [
      "# Title *one*",
      "A **bold** and _soft_ ~~gone~~ `co*de*` \\*star\\* snake_case_name 5 * 3 &lt;b&gt;",
      "next line",
      "",
      "1. one",
      "   - nested **x**",
      "     continued",
      "2. two",
      "",
      "- [x] done",
      "- [ ] open",
      "",
      "> quoted",
      "> > deeper",
      "",
      "| a | b \\| c |",
      "|:--|--:|",
      "| `x\\|y` | 2 |",
      "",
      "---",
      "```js",
      "const a = '<b>';",
      "```",
      "~~~",
      "unclosed",
    ].join("\n");
    const { page } = await shown({ blocks: [{ type: "markdown", text }] });
    const md = body(page).locator(".md");
    expect(await md.getByRole("heading").innerText()).toBe("Title one");
    expect(await md.locator("p").first().innerText()).toBe("A bold and soft gone co*de* *star* snake_case_name 5 * 3 <b>\nnext line");
    expect(await md.locator("ol > li").count()).toBe(2);
    expect(await md.locator("ol > li").first().locator("ul li").innerText()).toBe("nested x\ncontinued");
    expect(await md.locator(".task-box").evaluateAll((boxes) => boxes.map((box) => box.getAttribute("aria-label")))).toEqual([
      "done",
      "to do",
    ]);
    expect(await md.locator("blockquote blockquote").innerText()).toBe("deeper");
    expect(await md.locator("th").allInnerTexts()).toEqual(["a", "b | c"]);
    expect(await md.locator("td").allInnerTexts()).toEqual(["x|y", "2"]);
    expect(await md.locator("td.right").innerText()).toBe("2");
    expect(await md.locator("hr").count()).toBe(1);
    expect(await md.locator("pre").allInnerTexts()).toEqual(["const a = '<b>';", "unclosed"]);
    expect(await md.locator(".code-language").first().innerText()).toBe("js");
  });

  test("text made to be slow is shown all the same", async () => {
    const nasty = [
      "*a ".repeat(3000),
      "[".repeat(3000),
      "`".repeat(1500) + "x",
      "> ".repeat(1500),
      "**_".repeat(2000),
      "|-".repeat(2000),
      "- ".repeat(2000),
      "<".repeat(3000),
      "&".repeat(2000),
    ];
    const { page, trouble } = await shown({
      blocks: nasty.map((text) => ({ type: "section", text: { type: "mrkdwn", text: text.slice(0, 2900) } })),
    });
    for (const text of nasty)
      await local.api("chat.postMessage", { channel: GENERAL, text: "slow", blocks: [{ type: "markdown", text: text.slice(0, 11_000) }] });
    await expect.poll(() => page.locator("#channel .message").count()).toBe(nasty.length + 1);
    expect(trouble).toEqual([]);
  });

  test("a block that the page does not know is named, and the others are shown", async () => {
    const page = await local.open();
    const { ts } = await local.api("chat.postMessage", {
      channel: GENERAL,
      text: "…",
      blocks: [
        {
          type: "video",
          video_url: "https://example.com/v",
          thumbnail_url: "https://example.com/t.png",
          alt_text: "v",
          title: { type: "plain_text", text: "v" },
        },
        { type: "header", text: { type: "plain_text", text: "Still here" } },
      ],
    });
    const row = page.locator(`[data-ts="${ts}"]`);
    await row.waitFor();
    expect(await row.locator(".unknown").innerText()).toBe("block type video is not shown here");
    expect(await row.getByRole("heading").innerText()).toBe("Still here");
  });
});
