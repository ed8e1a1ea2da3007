import { createRoot } from "react-dom/client";
import { Studio } from "./studio.tsx";
import "../parts/base.css";
import "../text/text.css";
import "../text/code.css";
import "./styles/frame.css";
import "./styles/list.css";
import "./styles/run.css";
import "./styles/request.css";
import "./styles/fork.css";
import "./styles/charts.css";

const root = document.getElementById("app");
if (root) createRoot(root).render(<Studio />);
