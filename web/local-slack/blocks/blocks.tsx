import { Component, memo, type ReactNode } from "react";
import { Markdown } from "../../text/markdown.tsx";
import { Element } from "../elements/element.tsx";
import { Picture } from "../messages/picture.tsx";
import { jsonOf, listOf, plainOf, wordsOf, type Json } from "../state/json.ts";
import { Alert } from "./alert.tsx";
import { Card } from "./card.tsx";
import { Container } from "./container.tsx";
import { InputBlock } from "./input.tsx";
import { Plan, TaskCard } from "./plan.tsx";
import { RichText } from "./rich-text.tsx";
import { Section } from "./section.tsx";
import { DataTable } from "./data-table.tsx";
import type { Where } from "./where.ts";

const BLOCKS_MAX = 100; // Slack's own limit for a view; messages have 50.
const DEPTH_MAX = 3;

interface BlocksProps {
  readonly blocks: unknown;
  readonly where: Where;
  readonly depth?: number;
}

/** Block Kit. A block that cannot be read is named rather than dropped, and one broken block does not take the message with it. */
export const Blocks = memo(function Blocks({ blocks, where, depth = 0 }: BlocksProps) {
  return listOf(blocks)
    .slice(0, BLOCKS_MAX)
    .map((block, index) => (
      // The app names its blocks, so that one keeps its state and focus while others come and go above it.
      <Unbreakable key={wordsOf(block["block_id"]) || `#${index}`} type={wordsOf(block["type"])}>
        <Block block={block} where={where} depth={depth} />
      </Unbreakable>
    ));
});

interface BlockProps {
  readonly block: Json;
  readonly where: Where;
  readonly depth: number;
}

function Block({ block, where, depth }: BlockProps) {
  const blockId = wordsOf(block["block_id"]);
  const elements = (className: string, rest = {}) => (
    <div className={className} {...rest}>
      {listOf(block["elements"]).map((element, index) => (
        <Element key={wordsOf(element["action_id"]) || index} element={element} at={{ where, blockId }} />
      ))}
    </div>
  );
  switch (block["type"]) {
    case "markdown":
      return <Markdown source={wordsOf(block["text"])} />;
    case "section":
      return <Section block={block} at={{ where, blockId }} />;
    case "context":
      return (
        <div className="block-context">
          {listOf(block["elements"]).map((element, index) => (
            <span key={index} className="context-item">
              <Element element={element} at={{ where, blockId }} />
            </span>
          ))}
        </div>
      );
    case "actions":
      return elements("block-actions", { role: "group", "aria-label": "Actions" });
    case "context_actions":
      return elements("block-context-actions");
    case "divider":
      return <hr className="block-divider" />;
    case "header":
      return <Header block={block} />;
    case "image":
      return <Picture block={block} />;
    case "rich_text":
      return <RichText block={block} />;
    case "plan":
      return <Plan block={block} />;
    case "task_card":
      return <TaskCard task={block} />;
    case "container":
      if (depth >= DEPTH_MAX) return <Unknown>a container too deep inside others is not shown here</Unknown>;
      return (
        <Container block={block} where={where}>
          <Blocks blocks={block["child_blocks"]} where={where} depth={depth + 1} />
        </Container>
      );
    case "table":
    case "data_table":
      return <DataTable block={block} />;
    case "input":
      return <InputBlock block={block} at={{ where, blockId }} />;
    case "alert":
      return <Alert block={block} />;
    case "card":
      return <Card block={block} at={{ where, blockId }} />;
    case "carousel":
      return (
        <div className="block-carousel">
          {listOf(block["elements"]).map((card, index) => (
            <Card key={index} block={card} at={{ where, blockId }} />
          ))}
        </div>
      );
    default:
      return <Unknown>block type {wordsOf(block["type"]) || "(none)"} is not shown here</Unknown>;
  }
}

const Unknown = ({ children }: { readonly children: ReactNode }) => <div className="unknown">{children}</div>;

function Header({ block }: { readonly block: Json }) {
  const level = [1, 2, 3, 4].find((one) => one === block["level"]) ?? 2;
  return (
    <div className={`block-header header-${level}`} role="heading" aria-level={level + 1} dir="auto">
      {plainOf(jsonOf(block)["text"])}
    </div>
  );
}

class Unbreakable extends Component<{ readonly type: string; readonly children: ReactNode }, { readonly isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError(): { isBroken: boolean } {
    return { isBroken: true };
  }

  override render(): ReactNode {
    return this.state.isBroken ? <Unknown>block type {this.props.type} cannot be read</Unknown> : this.props.children;
  }
}
