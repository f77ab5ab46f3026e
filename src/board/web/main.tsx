import { render } from "preact";
import "./style/tokens.css";
import "./style/base.css";
import "./style/shell.css";
import "./style/list.css";
import "./style/detail.css";
import "./style/pages.css";
import "./style/overlays.css";
import { Root } from "./root.tsx";
import { applyTheme, readPreferences } from "./preferences.ts";

applyTheme(readPreferences(localStorage).theme);
const target = document.getElementById("board");
if (target !== null) render(<Root />, target);
