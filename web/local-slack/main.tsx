import { createRoot } from "react-dom/client";
import { Frame } from "./frame/frame.tsx";
import { Page, PageProvider } from "./state/page.tsx";
import "../parts/base.css";
import "./styles/layout.css";
import "./styles/sidebar.css";
import "./styles/message.css";
import "./styles/replies.css";
import "../text/text.css";
import "../text/code.css";
import "./styles/blocks.css";
import "./styles/plan.css";
import "./styles/files.css";
import "./styles/attached.css";
import "./styles/composer.css";
import "./styles/dialog.css";
import "./styles/phone.css";

/** Who a tab is when its address does not say. */
const DEFAULT_PERSON = "U0MARIA";

const page = new Page(new URLSearchParams(location.search).get("as") || DEFAULT_PERSON);
const root = document.getElementById("app");
if (root) {
  createRoot(root).render(
    <PageProvider value={page}>
      <Frame />
    </PageProvider>,
  );
  page.start();
}
