import { useEffect, useState } from "preact/hooks";

/** Where the page is, in the fragment: no server sees it, and a link to a hold can be sent as text. */
export type Route =
  | { readonly page: "board" }
  | { readonly page: "hold"; readonly id: string }
  | { readonly page: "session"; readonly agent: string; readonly session: string }
  | { readonly page: "ledger"; readonly session?: string | undefined }
  | { readonly page: "figures" | "policy" | "settings" };

export function parseRoute(hash: string): Route {
  const [page = "", ...rest] = hash.replace(/^#\/?/, "").split("/").map(decode);
  const [first = "", second = ""] = rest;
  if (page === "hold" && first !== "") return { page, id: first };
  if (page === "session" && second !== "") return { page, agent: first, session: second };
  if (page === "ledger") return { page, session: first === "" ? undefined : first };
  if (page === "figures" || page === "policy" || page === "settings") return { page };
  return { page: "board" };
}

export function pathOf(route: Route): string {
  switch (route.page) {
    case "board":
      return "#/";
    case "hold":
      return `#/hold/${encodeURIComponent(route.id)}`;
    case "session":
      return `#/session/${encodeURIComponent(route.agent)}/${encodeURIComponent(route.session)}`;
    case "ledger":
      return route.session === undefined ? "#/ledger" : `#/ledger/${encodeURIComponent(route.session)}`;
    case "figures":
    case "policy":
    case "settings":
      return `#/${route.page}`;
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a stray percent sign
  }
}

/** @param replace  the way back should not lead through here */
export function go(route: Route, { replace = false } = {}): void {
  const path = pathOf(route);
  if (location.hash === path) return;
  if (replace) {
    history.replaceState(null, "", path);
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  } else location.hash = path;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const moved = () => setRoute(parseRoute(location.hash));
    window.addEventListener("hashchange", moved);
    return () => window.removeEventListener("hashchange", moved);
  }, []);
  return route;
}
