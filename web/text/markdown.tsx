import type { Element } from "hast";
import { toJsxRuntime, type Components } from "hast-util-to-jsx-runtime";
import { memo, type ComponentProps, type ReactNode } from "react";
import { Fragment, jsx, jsxs } from "../jsx/runtime.ts";
import { clean } from "./clean.ts";
import { CodeBlock } from "./code.tsx";
import { markdownTree } from "./markdown-tree.ts";
import { Outside } from "./outside.tsx";
import { TableBox } from "./table-box.tsx";

const CHARS_MAX = 60_000; // Five times what Slack takes in one markdown block.

/** Markdown that agents wrote. */
export const Markdown = memo(function Markdown({ source }: { readonly source: string }) {
  const text = clean(source);
  const shown = text.slice(0, CHARS_MAX);
  const tree = markdownTree(shown);
  return (
    <div className="md" dir="auto">
      {tree ? toJsxRuntime(tree, { Fragment, jsx, jsxs, components: COMPONENTS, passNode: true }) : <p className="as-written">{shown}</p>}
      {text.length > CHARS_MAX && <p className="cut">… {text.length - CHARS_MAX} more characters are not shown.</p>}
    </div>
  );
});

type Props = { readonly node?: Element | undefined; readonly children?: ReactNode };

const COMPONENTS: Partial<Components> = {
  a: ({ href, children }: ComponentProps<"a">) => <Outside href={href ?? ""}>{children}</Outside>,
  p: ({ children }: Props) => <p dir="auto">{children}</p>,
  blockquote: ({ children }: Props) => <blockquote dir="auto">{children}</blockquote>,
  code: ({ children }: Props) => <code className="code-inline">{children}</code>,
  del: ({ children }: Props) => <s>{children}</s>,
  h1: heading(1),
  h2: heading(2),
  h3: heading(3),
  h4: heading(4),
  h5: heading(5),
  h6: heading(6),
  input: ({ checked }: ComponentProps<"input">) => (
    <span className={`task-box ${checked ? "done" : ""}`} role="img" aria-label={checked ? "done" : "to do"} />
  ),
  li: ({ node, children }: Props) => (
    <li className={node?.properties["className"] ? "task-item" : ""} dir="auto">
      <div className="li">{children}</div>
    </li>
  ),
  ol: ({ node, start, children }: Props & ComponentProps<"ol">) => (
    <ol className={spread(node)} start={start}>
      {children}
    </ol>
  ),
  ul: ({ node, children }: Props) => <ul className={spread(node)}>{children}</ul>,
  pre: ({ node }: Props) => <CodeBlock {...codeOf(node)} />,
  table: ({ children }: Props) => <TableBox>{children}</TableBox>,
  td: ({ node, children }: Props) => (
    <td className={alignOf(node)} dir="auto">
      {children}
    </td>
  ),
  th: ({ node, children }: Props) => (
    <th className={alignOf(node)} dir="auto">
      {children}
    </th>
  ),
};

/** Headings of a message sit under the page's own, so that the outline screen readers show stays true. */
function heading(level: number) {
  return function Heading({ children }: Props) {
    return (
      <div className={`md-h md-h${level}`} role="heading" aria-level={level + 2}>
        {children}
      </div>
    );
  };
}

const alignOf = (node: Element | undefined): string => String(node?.properties["align"] ?? "");

/** Items with paragraphs in them stand apart. */
const spread = (list: Element | undefined): string =>
  list?.children.some((item) => item.type === "element" && item.children.some((part) => part.type === "element" && part.tagName === "p"))
    ? "loose"
    : "tight";

function codeOf(pre: Element | undefined): { readonly code: string; readonly language: string } {
  const code = pre?.children.find((child) => child.type === "element");
  const [text] = code?.children ?? [];
  const className = [code?.properties["className"]].flat()[0];
  return {
    code: text?.type === "text" ? text.value : "",
    language: typeof className === "string" ? className.replace(/^language-/, "") : "",
  };
}
