/** What the list can be of. */
export const views = ["now", "tree", "timeline"] as const;
export type View = (typeof views)[number];

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Where the parts of the page stand. Small terminals give up the least needed first: the rule, the tabs, the detail, the keys. */
export interface Layout {
  readonly size: Size;
  readonly head: number;
  readonly list: number;
  readonly listColumns: number;
  readonly detail: number;
  readonly detailColumns: number;
  readonly foot: number;
}

/** @param whole  the detail has the page to itself */
export function layoutOf(size: Size, listed: number, view: View, whole: boolean, said: number): Layout {
  const { columns, rows } = size;
  const head = rows < 10 ? 1 : 2;
  const foot = Math.min(1 + said, Math.max(0, rows - head - 1));
  const body = Math.max(1, rows - head - foot);
  const wide = columns >= besideColumnsMin && body >= 8;
  const base = { size, head, foot };
  if (whole) return { ...base, list: 0, listColumns: columns, detail: body, detailColumns: columns - 2 };
  if (wide) {
    const listColumns = Math.floor(columns * 0.52);
    return { ...base, list: body, listColumns, detail: body, detailColumns: columns - listColumns - 3 };
  }
  if (body < stackRowsMin) return { ...base, list: body, listColumns: columns, detail: 0, detailColumns: columns - 2 };
  // The list has what it needs, but leaves the greater part to the detail, unless it is the list that matters; one row is the rule between them.
  const list = Math.max(4, Math.min(listed, Math.floor(body * (view === "timeline" ? 0.6 : 0.45))));
  return { ...base, list, listColumns: columns, detail: body - list - 1, detailColumns: columns - 2 };
}

const besideColumnsMin = 110;
const stackRowsMin = 12;
