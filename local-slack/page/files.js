import { codeBlock } from "./code.js";
import { closeButton, plain, showDialog } from "./dialog.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { bytes, safeImage, sameOrigin } from "./text.js";

const RASTER = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
const TEXT_TYPES = /^(?:text\/|application\/(?:json|xml|yaml|x-yaml|toml|javascript|x-sh|x-python))/;
const TEXT_NAMES = /\.(?:txt|md|csv|tsv|json|ya?ml|toml|log|py|js|ts|sh|sql|html|css|xml|c|h|cpp|go|rs|java)$/i;
const PREVIEW_BYTES_MAX = 65_536; // Enough to judge a file; the rest is a download.

/** A file of a message: a picture, a text that can be looked into, or a card. */
export function fileCard(file) {
  const url = sameOrigin(file.url);
  if (RASTER.has(file.mimetype) && url) return figure(url, file.title || file.name, `${file.name} · ${bytes(file.size)}`);
  const isText = TEXT_TYPES.test(file.mimetype) || TEXT_NAMES.test(file.name);
  const download =
    url &&
    h(
      "a",
      { class: "icon-button", href: url, download: file.name, "aria-label": `Download ${file.name}`, title: "Download" },
      icon("download"),
    );
  const head = h(
    "div",
    { class: "file-head" },
    h(
      "span",
      { class: `file-icon ${isText ? "file-text" : ""}`, "aria-hidden": "true" },
      extension(file.name)?.toUpperCase() ?? icon("file"),
    ),
    h(
      "span",
      { class: "file-name" },
      h("bdi", {}, file.title || file.name),
      h("span", { class: "hint" }, `${isText ? "Text" : "File"} · ${bytes(file.size)}`),
    ),
    url &&
      isText &&
      h(
        "button",
        {
          type: "button",
          class: "icon-button",
          "aria-label": `Preview ${file.name}`,
          title: "Preview",
          "aria-expanded": "false",
          "data-key": `preview-${file.id}`,
          onclick: (event) => togglePreview(event.currentTarget, url, file),
        },
        icon("eye"),
      ),
    download,
  );
  return h("div", { class: "file" }, head);
}

function extension(fileName) {
  const found = /\.([a-z0-9]{1,4})$/i.exec(fileName);
  return found?.[1].toLowerCase();
}

async function togglePreview(button, url, file) {
  const card = button.closest(".file");
  const shown = card.querySelector(".file-preview");
  button.setAttribute("aria-expanded", String(!shown));
  if (shown) return shown.remove();
  const box = h("div", { class: "file-preview" }, "Reading…");
  card.append(box);
  try {
    const { text, cut } = await head(url);
    box.replaceChildren(codeBlock(text, extension(file.name)));
    if (cut) box.append(h("p", { class: "hint" }, `The first ${bytes(PREVIEW_BYTES_MAX)}. Download the file to see the rest.`));
  } catch {
    box.textContent = "The file could not be read.";
  }
  return undefined;
}

/** Reads no more than the preview needs, however large the file is. */
async function head(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(String(response.status));
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  while (size < PREVIEW_BYTES_MAX) {
    const { done, value } = await reader.read();
    if (done) return { text, cut: false };
    text += decoder.decode(value.subarray(0, PREVIEW_BYTES_MAX - size), { stream: true });
    size += value.length;
  }
  await reader.cancel();
  return { text, cut: true };
}

/** An image block or element: its address, or the file it names. */
export function picture(block, app, size = "") {
  const fileId = block?.slack_file?.id;
  const file = fileId && app.store.file(String(fileId));
  const url = safeImage(block?.image_url ?? block?.slack_file?.url ?? file?.url);
  const alt = String(block?.alt_text ?? file?.title ?? "Image");
  if (!url) return h("span", { class: "image-refused" }, icon("info"), `Image not loaded: ${alt}`);
  if (size) return h("img", { class: size, src: url, alt, loading: "lazy" });
  return figure(url, alt, plain(block.title));
}

function figure(url, alt, caption) {
  const image = h("img", { src: url, alt, loading: "lazy" });
  image.addEventListener("error", () => image.closest("figure")?.classList.add("broken"), { once: true });
  return h(
    "figure",
    { class: "picture" },
    caption && h("figcaption", { class: "hint" }, h("bdi", {}, caption)),
    h(
      "button",
      {
        type: "button",
        class: "picture-button",
        "aria-label": `Enlarge ${alt}`,
        "data-key": `picture-${url}`,
        onclick: () => enlarge(url, alt),
      },
      image,
    ),
    h("span", { class: "picture-broken hint" }, `The picture “${alt}” cannot be shown.`),
  );
}

function enlarge(url, alt) {
  const dialog = h(
    "dialog",
    { class: "dialog lightbox", "aria-label": alt },
    closeButton(() => dialog.close()),
    h("img", { src: url, alt }),
    h("p", { class: "lightbox-caption" }, h("bdi", {}, alt), h("a", { href: url, download: "" }, "Download")),
  );
  showDialog(dialog);
}
