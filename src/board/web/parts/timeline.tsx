import { count, duration } from "../../../kit/text.ts";
import type { RecentCall } from "../../../protocol/session-view.ts";
import { nowMs } from "../clock.ts";

const width = 800;
const height = 26;

/** When a session asked for something: a tick each, taller and in colour where it was stopped. The list below says the same in words. */
export function Timeline({ calls }: { calls: readonly RecentCall[] }) {
  const oldest = calls.at(-1);
  if (oldest === undefined || calls.length < 3) return null;
  const fromMs = Date.parse(oldest.at);
  const spanMs = Math.max(1_000, nowMs() - fromMs);
  const x = (at: string) => 1 + ((Date.parse(at) - fromMs) / spanMs) * (width - 2);
  const words = `${count(calls.length, "call")} in the last ${duration(spanMs)}`;
  return (
    <figure class="timeline">
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={words}>
        <path class="timeline-line" d={`M0 ${height - 0.5}H${width}`} />
        {calls.map(({ entry, at, verdict }) => (
          <path
            key={entry}
            class={`timeline-${verdict}`}
            d={`M${x(at).toFixed(1)} ${height}V${verdict === "allow" ? height * 0.45 : 2}`}
          />
        ))}
      </svg>
      <figcaption>
        <span>{duration(spanMs)} ago</span>
        <span>now</span>
      </figcaption>
    </figure>
  );
}
