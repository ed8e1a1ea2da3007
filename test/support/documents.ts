import { deflateSync } from "node:zlib";
import { strToU8, zipSync } from "fflate";

/** A PDF of pages of text; `stream` replaces the first page's drawing by what is to be inflated to it. */
export function pdf(pages: readonly string[], stream?: Buffer): Uint8Array {
  const escape = (text: string) => text.replaceAll(/[\\()]/g, "\\$&");
  const drawn = (text: string) => text.split("\n").map((line) => `(${escape(line)}) Tj 0 -14 Td`).join(" "); // prettier-ignore
  const objects: Buffer[] = [
    Buffer.from("<< /Type /Catalog /Pages 2 0 R >>"),
    Buffer.from(`<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, nth) => `${4 + nth * 2} 0 R`).join(" ")}] >>`),
    Buffer.from("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"),
  ];
  for (const [nth, text] of pages.entries()) {
    const content = nth === 0 && stream ? stream : deflateSync(Buffer.from(`BT /F1 12 Tf 72 720 Td ${drawn(text)} ET`));
    const page = `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${5 + nth * 2} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`;
    const head = Buffer.from(`<< /Length ${content.length} /Filter /FlateDecode >>\nstream\n`);
    objects.push(Buffer.from(page), Buffer.concat([head, content, Buffer.from("\nendstream")]));
  }
  const parts: Buffer[] = [Buffer.from("%PDF-1.4\n")];
  const offsets: number[] = [];
  let at = parts[0]?.length ?? 0;
  for (const [nth, object] of objects.entries()) {
    const whole = Buffer.concat([Buffer.from(`${nth + 1} 0 obj\n`), object, Buffer.from("\nendobj\n")]);
    offsets.push(at);
    at += whole.length;
    parts.push(whole);
  }
  const rows = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const size = objects.length + 1;
  parts.push(Buffer.from(`xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${at}\n%%EOF`));
  return Buffer.concat(parts);
}

const WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const relations = (type: string, target: string) =>
  strToU8(
    `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="r1" Type="${OFFICE}/${type}" Target="${target}"/></Relationships>`,
  );
const types = (...parts: readonly [path: string, type: string][]) =>
  strToU8(
    `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${parts.map(([path, type]) => `<Override PartName="${path}" ContentType="application/vnd.openxmlformats-officedocument.${type}+xml"/>`).join("")}</Types>`,
  );

/** A Word document with this body: paragraphs, and tables as rows of cells. */
export function docx(
  body: readonly (string | readonly (readonly string[])[])[],
  more: { readonly [path: string]: Uint8Array } = {},
): Uint8Array {
  const paragraph = (text: string) => `<w:p><w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;
  const table = (rows: readonly (readonly string[])[]) =>
    `<w:tbl>${rows.map((row) => `<w:tr>${row.map((cell) => `<w:tc>${paragraph(cell)}</w:tc>`).join("")}</w:tr>`).join("")}</w:tbl>`;
  const content = body.map((one) => (typeof one === "string" ? paragraph(one) : table(one))).join("");
  return zipSync({
    "[Content_Types].xml": types(["/word/document.xml", "wordprocessingml.document.main"]),
    "_rels/.rels": relations("officeDocument", "word/document.xml"),
    "word/document.xml": strToU8(`<w:document xmlns:w="${WORD}"><w:body>${content}</w:body></w:document>`),
    ...more,
  });
}

/** A workbook of sheets, with text and numbers. */
export function xlsx(sheets: { readonly [name: string]: readonly (readonly (string | number)[])[] }): Uint8Array {
  const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  const names = Object.keys(sheets);
  const column = (nth: number) => String.fromCodePoint(65 + nth);
  const cell = (value: string | number, at: string) =>
    typeof value === "number" ? `<c r="${at}"><v>${value}</v></c>` : `<c r="${at}" t="inlineStr"><is><t>${value}</t></is></c>`;
  const sheet = (rows: readonly (readonly (string | number)[])[]) =>
    `<worksheet xmlns="${main}"><sheetData>${rows.map((row, r) => `<row r="${r + 1}">${row.map((value, c) => cell(value, `${column(c)}${r + 1}`)).join("")}</row>`).join("")}</sheetData></worksheet>`;
  return zipSync({
    "[Content_Types].xml": types(
      ["/xl/workbook.xml", "spreadsheetml.sheet.main"],
      ...names.map((_, nth): [string, string] => [`/xl/worksheets/sheet${nth + 1}.xml`, "spreadsheetml.worksheet"]),
    ),
    "_rels/.rels": relations("officeDocument", "xl/workbook.xml"),
    "xl/workbook.xml": strToU8(
      `<workbook xmlns="${main}" xmlns:r="${OFFICE}"><sheets>${names.map((name, nth) => `<sheet name="${name}" sheetId="${nth + 1}" r:id="r${nth + 1}"/>`).join("")}</sheets></workbook>`,
    ),
    "xl/_rels/workbook.xml.rels": strToU8(
      `<Relationships xmlns="${PACKAGE}/relationships">${names.map((_, nth) => `<Relationship Id="r${nth + 1}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${nth + 1}.xml"/>`).join("")}</Relationships>`,
    ),
    ...Object.fromEntries(names.map((name, nth) => [`xl/worksheets/sheet${nth + 1}.xml`, strToU8(sheet(sheets[name] ?? []))])),
  });
}
