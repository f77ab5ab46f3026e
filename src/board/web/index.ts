/**
 * The web board: the same board as the terminal's, in a browser, and its entry. It owns what is drawn and the browser's side of getting in;
 * the daemon's side is transport/http/web.ts and daemon/web.ts, the state and its words are board/model.
 *
 * It promises never to show what is not live as if it were, to send nothing before the daemon has proven that it is the one that gave the
 * pass, to decide nothing with a key that was meant for another card, and to ask nobody but that daemon: no request leaves the machine.
 * It keeps no more than the model does (`boardEntriesMax`), draws at most 600 rows, and stores only its pass (sessionStorage) and how its
 * person likes it (localStorage). It is the only part that is built (vite.config.ts); how a browser gets in is argued in ADR-0012.
 */
import { h, render } from "preact";
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
if (target !== null) render(h(Root, null), target);
