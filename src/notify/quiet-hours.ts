/**
 * How long the quiet hours still last, in milliseconds; 0 outside them.
 * @param hours  `22:00-07:00` in local time, over midnight where the end is before the start; empty: none
 */
export function quietForMs(hours: string, nowMs: number): number {
  const [from, to] = hours.split("-").map(minutesOf);
  if (from === undefined || to === undefined || from === to) return 0;
  const now = new Date(nowMs);
  const minute = now.getHours() * 60 + now.getMinutes();
  const quiet = from < to ? minute >= from && minute < to : minute >= from || minute < to;
  if (!quiet) return 0;
  // By the calendar, not by adding minutes: a day on which the clocks change is not 24 hours long.
  const end = new Date(now.getFullYear(), now.getMonth(), now.getDate(), 0, to);
  if (end.getTime() <= nowMs) end.setDate(end.getDate() + 1);
  return end.getTime() - nowMs;
}

function minutesOf(clock: string): number | undefined {
  const [hours, minutes] = clock.split(":").map(Number);
  return hours === undefined || minutes === undefined ? undefined : hours * 60 + minutes;
}
