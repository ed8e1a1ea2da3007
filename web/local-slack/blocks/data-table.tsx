import { TableBox } from "../../text/table-box.tsx";
import { jsonOf, listOf, wordsOf, type Json } from "../state/json.ts";
import { RichText } from "./rich-text.tsx";

/** A table block: its first row is the head. */
export function DataTable({ block }: { readonly block: Json }) {
  const settings = listOf(block["column_settings"]);
  const [head, ...rows] = Array.isArray(block["rows"]) ? block["rows"].map(listOf) : [];
  if (!head) return undefined;
  return (
    <TableBox>
      {block["caption"] !== undefined && <caption>{wordsOf(block["caption"])}</caption>}
      <thead>
        <tr>
          {head.map((cell, column) => (
            <th key={column} className={classOf(settings[column], cell)} dir="auto">
              <Cell cell={cell} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index}>
            {row.map((cell, column) => (
              <td key={column} className={classOf(settings[column], cell)} dir="auto">
                <Cell cell={cell} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </TableBox>
  );
}

function Cell({ cell }: { readonly cell: Json }) {
  return cell["type"] === "rich_text" ? <RichText block={cell} /> : <>{wordsOf(cell["text"]) || wordsOf(cell["value"])}</>;
}

function classOf(settings: Json = {}, cell: Json): string {
  const align = ["left", "center", "right"].find((one) => one === settings["align"]) ?? (cell["type"] === "raw_number" ? "right" : "");
  return `${align} ${jsonOf(settings)["is_wrapped"] === false ? "nowrap" : ""}`;
}
