import { useState } from "preact/hooks";

interface Span {
  readonly from: string;
  readonly allow: number;
  readonly hold: number;
  readonly deny: number;
}

const height = 120;
const width = 960;

/** Verdicts over time: allowed in the back, held and denied where they stand out. Each span is told in letters when it is pointed at. */
export function Spans({ verdicts, to }: { verdicts: readonly Span[]; to: string }) {
  const [at, setAt] = useState<number | undefined>(undefined);
  const most = Math.max(1, ...verdicts.map(({ allow, hold, deny }) => allow + hold + deny));
  const step = width / verdicts.length;
  const y = (value: number) => (value / most) * height;
  const first = verdicts[0];
  const shown = at === undefined ? undefined : verdicts[at];
  const time = (iso: string) =>
    new Date(iso).toLocaleString([], { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const sum = (name: "allow" | "hold" | "deny") => verdicts.reduce((total, span) => total + span[name], 0);
  return (
    <div class="spans">
      <svg
        viewBox={`0 0 ${width} ${height + 1}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Verdicts since ${first === undefined ? "" : time(first.from)}: ${sum("allow")} allowed, ${sum("hold")} held, ${sum("deny")} denied, at most ${most} in one span.`}
        onMouseLeave={() => setAt(undefined)}
      >
        <path class="spans-base" d={`M0 ${height + 0.5}H${width}`} />
        {verdicts.map(({ from, allow, hold, deny }, index) => {
          const x = index * step + step * 0.12;
          const wide = step * 0.76;
          return (
            <g key={from} onMouseEnter={() => setAt(index)}>
              <rect class="spans-hit" x={index * step} y={0} width={step} height={height} />
              <rect class="spans-allow" x={x} y={height - y(allow)} width={wide} height={y(allow)} />
              <rect class="spans-hold" x={x} y={height - y(allow + hold)} width={wide} height={y(hold)} />
              <rect class="spans-deny" x={x} y={height - y(allow + hold + deny)} width={wide} height={y(deny)} />
            </g>
          );
        })}
      </svg>
      <p class="spans-foot">
        <span>{first === undefined ? "" : time(first.from)}</span>
        <span class="spans-said">
          {shown === undefined ? (
            <>
              <i class="swatch swatch-allow" /> allowed <i class="swatch swatch-hold" /> held{" "}
              <i class="swatch swatch-deny" /> denied
            </>
          ) : (
            `${time(shown.from)}: ${shown.allow} allowed, ${shown.hold} held, ${shown.deny} denied`
          )}
        </span>
        <span>{time(to)}</span>
      </p>
    </div>
  );
}
