import { renderBlocks } from "./blocks.js";
import { h } from "./dom.js";
import { mark } from "./persona.js";

/** The app's Home tab, as the app published it for this person. */
export function homeTab(app) {
  const element = h("div", { class: "home", role: "tabpanel", "aria-label": "Home", tabindex: "-1", hidden: true });
  let shown;
  function update() {
    const { home } = app.store;
    if (shown === (home ?? "none")) return;
    shown = home ?? "none";
    const blocks = home
      ? renderBlocks(home.view?.blocks, { app, where: { viewId: home.id } })
      : [
          h(
            "div",
            { class: "empty" },
            h("div", { class: "intro-mark" }, mark()),
            h("p", {}, "The app has not published its Home tab yet. It does so when it hears that you opened it."),
          ),
        ];
    element.replaceChildren(h("div", { class: "home-inner" }, blocks));
  }
  return { element, update };
}
