/** Hosts as they stand in URLs, `host:port` and `user@host:path`. */
export function hostOf(text: string): string | undefined {
  const url = /^[a-z][a-z\d+.-]*:\/\/(?:[^/@\s]*@)?(\[[^\]]*\]|[^/:?#\s]*)/i.exec(text);
  if (url !== null) return (url[1] ?? "").toLowerCase();
  const plain = /^(?:[^@/\s]+@)?(\[[^\]]+\]|[\w.-]+)(?::.*|\/.*)?$/.exec(text);
  return plain?.[1]?.toLowerCase();
}

export const isLoopback = (host: string): boolean =>
  host === "localhost" ||
  host === "[::1]" ||
  host === "::1" ||
  host === "0.0.0.0" ||
  host.endsWith(".localhost") ||
  /^127(?:\.\d+){0,3}$/.test(host) ||
  host === "host.docker.internal";

/** The metadata services of clouds hand out the machine's credentials to whoever asks. */
export const isMetadata = (host: string): boolean =>
  host === "169.254.169.254" ||
  host === "169.254.170.2" ||
  host === "metadata.google.internal" ||
  host === "metadata" ||
  host === "metadata.azure.internal" ||
  host === "100.100.100.200" ||
  host === "[fd00:ec2::254]" ||
  host === "2852039166" ||
  host === "0xa9fea9fe" ||
  host === "169.254.169.254.nip.io";
