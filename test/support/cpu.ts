/** The processor time in ms that this thread takes for something: what else the machine does meanwhile is not in it. */
export function threadMs(work: () => void): number {
  const start = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1_000;
}
