export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly text: string;
  readonly mono?: boolean;
}

/** Lengths to compare, each with its figure in letters: the list reads without the drawing. */
export function Bars({ bars, none }: { bars: readonly Bar[]; none: string }) {
  const most = Math.max(0, ...bars.map(({ value }) => value));
  if (bars.length === 0) return <p class="faint">{none}</p>;
  return (
    <ul class="bars">
      {bars.map(({ name, value, text, mono = false }) => (
        <li key={name}>
          <span class={mono ? "bar-name mono" : "bar-name"}>{name}</span>
          <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
            <rect width={most === 0 ? 0 : Math.max(value > 0 ? 0.8 : 0, (value / most) * 100)} height="8" />
          </svg>
          <span class="bar-text">{text}</span>
        </li>
      ))}
    </ul>
  );
}
